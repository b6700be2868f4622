import { z } from 'zod';
import { getObject } from '../../cluster/objects.ts';
import { waitDeleted } from '../../cluster/readiness/wait-deleted.ts';
import { waitReady } from '../../cluster/readiness/wait-ready.ts';
import { waitUntil } from '../../cluster/readiness/wait-until.ts';
import type { ObjectRef } from '../../cluster/resources.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import { readinessOf } from '../../kubernetes/readiness.ts';
import type { PreviewContext, StepKind } from '../step-kind.ts';
import { accessTo, accessToWatch } from './access-needs.ts';
import { readyLines } from './apply/ready-lines.ts';
import { counted, renderKnown, shellWord } from './explain.ts';
import { kubectlName, resolveObjectName } from './object-names.ts';
import { objectName } from './step-shapes.ts';
import { conditionVerdict, expressionVerdict } from './wait/conditions.ts';

const objects = z.array(objectName).min(1);
const shape = {
  wait: z
    .strictObject({
      ready: objects.optional().describe('Objects that must become ready, each by the rule of its kind'),
      deleted: objects.optional().describe('Objects that must be gone'),
      exists: objects.optional().describe('Objects that must be there'),
      condition: z
        .strictObject({
          of: objects,
          type: z.string().min(1).describe('As in `status.conditions`, e.g. `Established`'),
          status: z.enum(['True', 'False', 'Unknown']).optional().describe('`True` unless said'),
        })
        .optional()
        .describe('A condition that objects must have'),
      until: z
        .strictObject({
          of: objects,
          expect: z.string().min(1).describe('CEL over `object`: `object.status.phase == "Running"`'),
        })
        .optional()
        .describe('Anything else that must be true of objects'),
    })
    .refine((wait) => Object.keys(wait).length > 0, 'say what is waited for')
    .describe('What is waited for'),
};
type Config = z.infer<z.ZodObject<typeof shape>>;
type Wanted = Config['wait'];

/** Waits for objects, by watching them. */
export const waitStep: StepKind<Config> = {
  name: 'wait',
  description: 'Waits until objects are ready, gone, there, have a condition, or an expression over them is true',
  shape,
  effects: 'none',
  expressions: [{ path: 'wait.until.expect', locals: ['object'] }],
  async plan(config, context) {
    const wanted = rendered(config, context);
    const now = await Promise.all((wanted.ready ?? []).map((name) => stateNow(name, context)));
    const state = now.length > 0 ? ` (now: ${now.join('; ')})` : '';
    return { certainty: 'previewed', summary: `waits until ${sentences(wanted).join(', ')}${state}`, changes: [] };
  },
  async access(config, context) {
    const { ready = [], deleted = [], exists = [], condition, until } = rendered(config, context);
    const names = [...ready, ...deleted, ...exists, ...(condition?.of ?? []), ...(until?.of ?? [])];
    const refs = await refsOf(names, context);
    return [...accessToWatch(refs), ...(ready.length > 0 ? accessTo([pods], ['list', 'watch']) : [])];
  },
  async run(config, context) {
    const wanted = rendered(config, context);
    const { ready = [], deleted = [], exists = [], condition, until } = wanted;
    const { connection, timeoutMs, waiting: signal, progress: onProgress } = context;
    const options = { timeoutMs, signal, onProgress };
    const watchFor = async (names: readonly string[], wants: string, judge: Parameters<typeof waitUntil>[2]) =>
      waitUntil(connection, await refsOf(names, context), judge, { ...options, wanted: wants });
    if (exists.length > 0)
      await watchFor(exists, 'and it was waited for', (object) => ({
        met: object !== undefined,
        message: 'does not exist',
      }));
    if (ready.length > 0) await waitReady(connection, await liveObjects(ready, context), options);
    if (deleted.length > 0) await waitDeleted(connection, await refsOf(deleted, context), options);
    if (condition) {
      const { of, type, status = 'True' } = condition;
      await watchFor(of, `not ${status}`, (object) => conditionVerdict(object, type, status));
    }
    if (until) await watchFor(until.of, 'and it must be', (object) => expressionVerdict(object, until.expect, context));
    return { summary: sentences(wanted).join(', ') };
  },
  async equivalent(config, context) {
    const { ready = [], deleted = [], exists = [], condition, until } = renderKnown(context, config.wait);
    const n = ` -n ${context.namespace}`;
    return [
      ...exists.map((name) => `kubectl wait --for=create ${kubectlName(name)}${n}`),
      ...ready.flatMap((name) => {
        const [own = '', kind = ''] = name.split('/').reverse();
        const lines = readyLines({ kind, metadata: { name: own } }, context.namespace, undefined);
        return lines.length > 0 ? lines : [`kubectl get ${kubectlName(name)}${n}  # again, until it is ready`];
      }),
      ...deleted.map((name) => `kubectl wait --for=delete ${kubectlName(name)}${n}`),
      ...(condition?.of ?? []).map(
        (name) =>
          `kubectl wait --for=condition=${condition?.type}=${condition?.status ?? 'True'} ${kubectlName(name)}${n}`,
      ),
      ...(until?.of ?? []).map(
        (name) => `kubectl get ${kubectlName(name)}${n} -o yaml  # again, until ${shellWord(until?.expect ?? '')}`,
      ),
    ];
  },
};

const pods = { apiVersion: 'v1', kind: 'Pod' };

/** The expression itself is no text with templates. */
function rendered({ wait: { until, ...rest } }: Config, context: PreviewContext): Wanted {
  const known = context.render(rest);
  return until ? { ...known, until: { of: context.render(until.of), expect: until.expect } } : known;
}

function sentences({ ready = [], deleted = [], exists = [], condition, until }: Wanted): string[] {
  return [
    exists.length > 0 ? `${counted(exists.length, 'object')} there` : '',
    ready.length > 0 ? `${counted(ready.length, 'object')} ready` : '',
    deleted.length > 0 ? `${counted(deleted.length, 'object')} gone` : '',
    condition ? `${condition.type} is ${condition.status ?? 'True'}` : '',
    until ? until.expect : '',
  ].filter(Boolean);
}

async function refsOf(names: readonly string[], { connection, namespace }: PreviewContext): Promise<ObjectRef[]> {
  return Promise.all(names.map((name) => resolveObjectName(connection, name, namespace)));
}

async function stateNow(name: string, context: PreviewContext): Promise<string> {
  try {
    const ref = await resolveObjectName(context.connection, name, context.namespace);
    const live = await getObject(context.connection, ref, context.signal);
    return `${name} ${live ? readinessOf({ ...live, apiVersion: ref.apiVersion, kind: ref.kind }).message : 'is not there yet'}`;
  } catch {
    context.signal.throwIfAborted();
    return `${name} is not known yet`;
  }
}

/** The objects as they are; one that is not there yet is waited for by its name. */
async function liveObjects(names: readonly string[], context: PreviewContext): Promise<KubernetesObject[]> {
  const refs = await refsOf(names, context);
  return Promise.all(
    refs.map(async (ref) => {
      const live = await getObject(context.connection, ref, context.signal);
      const { apiVersion, kind, name, namespace } = ref;
      return live ?? { apiVersion, kind, metadata: { name, ...(namespace ? { namespace } : {}) } };
    }),
  );
}
