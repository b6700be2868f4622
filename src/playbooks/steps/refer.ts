import { z } from 'zod';
import { Problem } from '../../base/errors.ts';
import { getObject, refOf } from '../../cluster/objects.ts';
import type { ObjectPatch } from '../../cluster/patch.ts';
import { waitReady } from '../../cluster/readiness/wait-ready.ts';
import { changeable, type Referred, referrersOf } from '../../cluster/references.ts';
import { nameOf } from '../../kubernetes/object.ts';
import type { PreviewContext, StepKind } from '../step-kind.ts';
import { counted, renderKnown, shellWord } from './explain.ts';
import {
  changedSince,
  formerFields,
  planFormerFields,
  previewPatches,
  restoreFields,
  sendPatches,
} from './patched-objects.ts';

const referred = z
  .string()
  .regex(/^(Secret|ConfigMap)\/[^/\s]+$|\$\{\{/, 'it is written like `Secret/jwt-keys` or `ConfigMap/settings`');
const shape = {
  refer: z
    .strictObject({
      from: referred.describe('The Secret or ConfigMap that is named now'),
      to: referred.describe('The one of the same kind that is named instead; it must be there'),
    })
    .describe('Whose name stands in workloads, and whose is to'),
  wait: z.enum(['ready']).optional().describe('`ready`: until the workloads run with the other one'),
};
type Config = z.infer<z.ZodObject<typeof shape>>;

/** Has workloads, accounts and Ingresses name another Secret or ConfigMap than now. */
export const referStep: StepKind<Config> = {
  name: 'refer',
  description: 'Has everything that names a Secret or ConfigMap name another one, and waits for the rollouts',
  shape,
  effects: 'cluster',
  outputs: { changed: 'list' },
  async plan(config, context) {
    const preview = await previewPatches(await patchesOf(config, context), context);
    const { from } = namesOf(config, context);
    return preview.changes.length > 0 ? preview : { ...preview, summary: `nothing names ${from.kind}/${from.name}` };
  },
  async access() {
    return changeable.map(([apiVersion, kind]) => ({ verbs: ['list', 'get', 'patch'], apiVersion, kind }));
  },
  async probe(config, context, before) {
    const patches = await patchesOf(config, context);
    const { from } = namesOf(config, context);
    if (patches.length > 0) return { done: false, reason: `${patches.length} objects name ${from.name} still` };
    if (config.wait === 'ready') return { done: false, reason: 'it is changed; it is waited for again' };
    const changed = changedSince(before);
    return { done: true, reason: `nothing names ${from.name}`, ...(changed ? { outputs: { changed } } : {}) };
  },
  before: async (config, context) => formerFields(await patchesOf(config, context), context),
  async run(config, context) {
    const { from, to } = namesOf(config, context);
    await mustBeThere(to, context);
    const { changed } = await sendPatches(await patchesOf(config, context), context);
    if (config.wait === 'ready') await waitForUsers(to, context);
    context.signal.throwIfAborted();
    const what =
      changed.length === 0 ? `nothing names ${from.name}` : `${changed.join(', ')}: ${from.name} → ${to.name}`;
    return { summary: `${what}${config.wait === 'ready' ? '; ready' : ''}`, outputs: { changed } };
  },
  planUndo: (_, context, before) => planFormerFields(before, context),
  undo: (_, context, before) => restoreFields(before, context),
  async equivalent({ refer }, context) {
    const { from, to } = renderKnown(context, refer);
    const [, name = ''] = from.split('/');
    return [
      `# in every workload that names ${name}: ${to.split('/')[1]} in its place`,
      `kubectl get deployments,statefulsets,daemonsets,cronjobs -n ${context.namespace} -o yaml | grep -n ${shellWord(name)}`,
    ];
  },
};

function namesOf({ refer }: Config, context: Pick<PreviewContext, 'render'>): { from: Referred; to: Referred } {
  const [from, to] = [refer.from, refer.to].map((text) => {
    const [kind, name = ''] = context.render(text).split('/');
    return { kind: kind === 'ConfigMap' ? ('ConfigMap' as const) : ('Secret' as const), name };
  });
  if (!from || !to || from.kind !== to.kind) throw new Problem('`from` and `to` are of the same kind');
  return { from, to };
}

async function patchesOf(config: Config, context: PreviewContext): Promise<ObjectPatch[]> {
  const { from, to } = namesOf(config, context);
  if (from.name === to.name) return [];
  const { connection, namespace, signal } = context;
  const found = await referrersOf(connection, from, { namespace, kinds: changeable, signal });
  return found.map(({ object, paths }) => ({
    ref: refOf(object),
    type: 'json' as const,
    body: paths.flatMap((path) => [
      { op: 'test', path, value: from.name },
      { op: 'replace', path, value: to.name },
    ]),
  }));
}

/** Pods that name what is not there would never start. */
async function mustBeThere({ kind, name }: Referred, { connection, namespace, signal }: PreviewContext): Promise<void> {
  if (await getObject(connection, { apiVersion: 'v1', kind, name, namespace }, signal)) return;
  throw new Problem(`There is no ${kind}/${name} in the namespace ${namespace}: nothing was changed`, {
    next: [`Make it first; pods that name a ${kind} that is not there do not start`],
  });
}

type Waiting = Parameters<NonNullable<typeof referStep.run>>[1];

async function waitForUsers(to: Referred, context: Waiting): Promise<void> {
  const { connection, namespace, signal, timeoutMs, waiting, progress } = context;
  const kinds = changeable.filter(([apiVersion]) => apiVersion === 'apps/v1');
  const users = await referrersOf(connection, to, { namespace, kinds, signal });
  if (users.length === 0) return;
  progress(`waits for ${counted(users.length, 'workload')}: ${users.map(({ object }) => nameOf(object)).join(', ')}`);
  const objects = users.map(({ object }) => object);
  await waitReady(connection, objects, { timeoutMs, signal: waiting, onProgress: progress });
}
