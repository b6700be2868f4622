import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { formatDuration } from '../../base/duration.ts';
import { Problem } from '../../base/errors.ts';
import { collectEvidence } from '../../cluster/evidence.ts';
import { getObject } from '../../cluster/objects.ts';
import type { ObjectRef } from '../../cluster/resources.ts';
import { waitDeleted } from '../../cluster/wait-deleted.ts';
import { waitReady } from '../../cluster/wait-ready.ts';
import { type KubernetesObject, nameOf } from '../../kubernetes/object.ts';
import type { StepContext, StepKind } from '../step-kind.ts';
import { counted, renderKnown } from './explain.ts';
import { kubectlName, resolveObjectName } from './object-names.ts';
import { objectName } from './step-shapes.ts';

const condition = z.strictObject({
  of: z.array(objectName).min(1),
  type: z.string().min(1).describe('As in `status.conditions`, e.g. `Established`'),
  status: z.enum(['True', 'False', 'Unknown']).optional().describe('`True` unless said'),
});
const shape = {
  wait: z
    .strictObject({
      ready: z.array(objectName).min(1).optional().describe('Objects that must become ready'),
      deleted: z.array(objectName).min(1).optional().describe('Objects that must be gone'),
      condition: condition.optional().describe('A condition that objects must have'),
    })
    .describe('What is waited for'),
};
type Config = z.infer<z.ZodObject<typeof shape>>;

/** Waits for objects. */
export const waitStep: StepKind<Config> = {
  name: 'wait',
  description: 'Waits until objects are ready, gone, or have a condition',
  shape,
  effects: 'none',
  async run(config, context) {
    const { ready = [], deleted = [], condition: wanted } = context.render(config.wait);
    const { connection, timeoutMs, waiting: signal, progress: onProgress } = context;
    const options = { timeoutMs, signal, onProgress };
    if (ready.length > 0) await waitReady(connection, await liveObjects(ready, context), options);
    if (deleted.length > 0) await waitDeleted(connection, await refsOf(deleted, context), options);
    if (wanted) await waitForCondition(wanted, context);
    const said = [
      ready.length > 0 ? `${counted(ready.length, 'object')} ready` : '',
      deleted.length > 0 ? `${counted(deleted.length, 'object')} gone` : '',
      wanted ? `${wanted.type} is ${wanted.status ?? 'True'}` : '',
    ];
    return { summary: said.filter(Boolean).join(', ') };
  },
  async equivalent(config, context) {
    const { ready = [], deleted = [], condition: wanted } = renderKnown(context, config.wait);
    const n = ` -n ${context.namespace}`;
    const rolls = /(^|\/)(Deployment|StatefulSet|DaemonSet)\//;
    return [
      ...ready.map((name) =>
        rolls.test(name)
          ? `kubectl rollout status ${kubectlName(name)}${n}`
          : `kubectl get ${kubectlName(name)}${n} --watch`,
      ),
      ...deleted.map((name) => `kubectl wait --for=delete ${kubectlName(name)}${n}`),
      ...(wanted?.of ?? []).map(
        (name) => `kubectl wait --for=condition=${wanted?.type}=${wanted?.status ?? 'True'} ${kubectlName(name)}${n}`,
      ),
    ];
  },
};

async function refsOf(names: readonly string[], { connection, namespace }: StepContext): Promise<ObjectRef[]> {
  return Promise.all(names.map((name) => resolveObjectName(connection, name, namespace)));
}

/** The objects as they are; one that is not there yet is waited for by its name. */
async function liveObjects(names: readonly string[], context: StepContext): Promise<KubernetesObject[]> {
  const refs = await refsOf(names, context);
  return Promise.all(
    refs.map(async (ref) => {
      const live = await getObject(context.connection, ref, context.signal);
      const { apiVersion, kind, name, namespace } = ref;
      return live ?? { apiVersion, kind, metadata: { name, ...(namespace ? { namespace } : {}) } };
    }),
  );
}

const pollMs = 500;

async function waitForCondition(wanted: z.infer<typeof condition>, context: StepContext): Promise<void> {
  const refs = await refsOf(wanted.of, context);
  const { connection, timeoutMs = Number.POSITIVE_INFINITY, signal, waiting } = context;
  const status = wanted.status ?? 'True';
  const startedAt = performance.now();
  for (;;) {
    const objects = await Promise.all(refs.map((ref) => getObject(connection, ref, signal)));
    const missing = objects.findIndex((object) => !hasCondition(object, wanted.type, status));
    const ref = refs[missing];
    if (!ref) return;
    const text = `${ref.kind}/${ref.name}: ${wanted.type} is ${stateOf(objects[missing], wanted.type)}`;
    context.progress(text, (refs.length - missing) / refs.length);
    const ms = performance.now() - startedAt;
    if (ms > timeoutMs)
      throw await notReached(`${text} after ${formatDuration(ms)}, not ${status}`, objects[missing], context);
    await sleep(pollMs, undefined, { signal: waiting });
  }
}

interface Condition {
  type: string;
  status: string;
  message?: string;
}

function conditionsOf(object: KubernetesObject | undefined): Condition[] {
  const status = object?.status as { conditions?: Condition[] } | undefined;
  return Array.isArray(status?.conditions) ? status.conditions : [];
}

function hasCondition(object: KubernetesObject | undefined, type: string, status: string): boolean {
  return conditionsOf(object).some((one) => one.type === type && one.status === status);
}

function stateOf(object: KubernetesObject | undefined, type: string): string {
  if (!object) return 'not known, as it does not exist';
  const found = conditionsOf(object).find((one) => one.type === type);
  return found ? `${found.status}${found.message ? ` (${found.message})` : ''}` : 'not set';
}

async function notReached(
  message: string,
  object: KubernetesObject | undefined,
  context: StepContext,
): Promise<Problem> {
  const { connection, signal, namespace } = context;
  const evidence = object ? await collectEvidence(connection, object, { signal }) : [];
  const next = object ? [`kubectl describe ${nameOf(object).toLowerCase()} -n ${namespace}`] : [];
  return new Problem(message, { evidence, next });
}
