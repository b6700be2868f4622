import { mapAtOnce } from '../../base/at-once.ts';
import type { ApplyResult } from '../../cluster/apply.ts';
import { getObject, refOf } from '../../cluster/objects.ts';
import { waitReady } from '../../cluster/readiness/wait-ready.ts';
import { servesKind } from '../../cluster/resources.ts';
import { type KubernetesObject, nameOf } from '../../kubernetes/object.ts';
import { inApplyOrder } from '../../kubernetes/order.ts';
import { withMirroredImages } from '../mirrored-images.ts';
import type { PlanContext, PreviewContext, StepContext, StepKind } from '../step-kind.ts';
import type { StepPreview } from '../step-preview.ts';
import { accessTo, accessToWatch } from './access-needs.ts';
import { type ApplyConfig, applyShape } from './apply/config.ts';
import { applyEquivalent } from './apply/equivalent.ts';
import { type KeptObject, withKept } from './apply/keep.ts';
import { applyOne } from './apply/one-object.ts';
import { previewObject } from './apply/preview.ts';
import { prune, pruneChange, toBePruned } from './apply/prune.ts';
import { counted } from './explain.ts';
import { readObjects, withChanges } from './manifest-objects.ts';
import { inItsPlace } from './object-place.ts';
import { deletedObject, formerObject, planRestore, restore } from './restore.ts';
import { asList } from './step-shapes.ts';

/** How many objects are looked at or tried at the same time. */
const atOnce = 8;

/** Applies manifests server-side, ordered by kind. */
export const applyStep: StepKind<ApplyConfig> = {
  name: 'apply',
  description: 'Applies manifests, and waits until they are ready',
  shape: applyShape,
  effects: 'cluster',
  expressions: [{ path: 'set[].when' }],
  outputs: { objects: 'list' },
  files: ({ apply }) => asList(apply),
  plan: async (config, context) => preview(await keptObjects(config, context), config, context),
  async access(config, context) {
    const objects = await wantedObjects(config, context);
    const changing = accessTo(objects, ['get', 'patch', 'create', ...(config.prune ? ['list', 'delete'] : [])]);
    return [...changing, ...(config.wait === 'ready' ? accessToWatch(objects) : [])];
  },
  async probe(config, context) {
    const { changes, certainty } = await preview(await keptObjects(config, context), config, context);
    const other = changes.find(({ action }) => action !== 'unchanged');
    if (other || certainty !== 'previewed')
      return { done: false, reason: other ? `${other.object} is not as it should be` : 'not all of it can be told' };
    if (config.wait === 'ready') return { done: false, reason: 'everything is applied; it is waited for again' };
    return { done: true, reason: `${counted(changes.length, 'object')} as they should be` };
  },
  async before(config, context) {
    const objects = await wantedObjects(config, context);
    const former = await mapAtOnce(objects, atOnce, async (object) =>
      formerObject(await inItsPlace(object, context), await live(object, context)),
    );
    if (!config.prune) return { objects: former };
    const going = (await toBePruned(objects, context)).objects;
    const gone = await mapAtOnce(going, atOnce, async (object) => (await live(object, context)) ?? []);
    return { objects: [...former, ...gone.flat().map(deletedObject)] };
  },
  async run(config, context) {
    const wanted = await keptObjects(config, context);
    const objects = wanted.map(({ object }) => object);
    const results: ApplyResult[] = [];
    for (const { object, kept } of wanted) {
      context.signal.throwIfAborted();
      for (const line of kept) context.output(`${nameOf(object)}: ${line}`);
      const result = await applyOne(object, config, context, objects);
      context.output(`${nameOf(object)} ${result.action}`);
      results.push(result);
    }
    if (config.wait === 'ready') await waitUntilReady(results, context);
    const pruned = config.prune ? await pruneRest(objects, context) : [];
    const parts = [summaryOf(results), ...(pruned.length > 0 ? [`${pruned.length} pruned`] : [])];
    const outputs = { objects: results.map(({ object }) => nameOf(object)) };
    return { summary: `${parts.join(', ')}${config.wait === 'ready' ? '; ready' : ''}`, outputs };
  },
  async equivalent({ apply, set = [], wait, force, conflicts }, context) {
    const takesOver = force === true || conflicts === 'take-over';
    return applyEquivalent(asList(apply), set, { wait: wait === 'ready', force: takesOver }, context);
  },
  planUndo: (_, context, before) => planRestore(before, context),
  undo: (_, context, before) => restore(before, context),
};

/** The objects as they are to be, in the order of their kinds; with the namespaces that are to be made for them. */
async function wantedObjects(
  config: ApplyConfig,
  context: PlanContext & Partial<Pick<PreviewContext, 'connection' | 'signal'>>,
): Promise<KubernetesObject[]> {
  const read = await readObjects(context.render(asList(config.apply)), context);
  const objects = withMirroredImages(withChanges(read, config.set, context), context.scope);
  const made = config['create-namespace'] ? namespacesOf(objects, context.namespace) : [];
  return inApplyOrder([...made, ...objects]);
}

/** The same with the fields that those which are there keep. */
async function keptObjects(config: ApplyConfig, context: PreviewContext): Promise<KeptObject[]> {
  return withKept(await wantedObjects(config, context), config.keep, context);
}

function namespacesOf(objects: readonly KubernetesObject[], namespace: string): KubernetesObject[] {
  const own = new Set(objects.filter(({ kind }) => kind === 'Namespace').map(({ metadata }) => metadata.name));
  const names = new Set([namespace, ...objects.flatMap(({ metadata }) => metadata.namespace ?? [])]);
  return [...names]
    .filter((name) => !own.has(name))
    .map((name) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }));
}

/** Of a kind that the step itself may bring nothing is there yet. */
async function live(
  object: KubernetesObject,
  { connection, signal }: StepContext,
): Promise<KubernetesObject | undefined> {
  if (!(await servesKind(connection, object.apiVersion, object.kind))) return undefined;
  return getObject(connection, refOf(object), signal);
}

async function waitUntilReady(results: readonly ApplyResult[], context: StepContext): Promise<void> {
  await waitReady(
    context.connection,
    results.map(({ object }) => object),
    { timeoutMs: context.timeoutMs, signal: context.waiting, onProgress: context.progress },
  );
}

async function pruneRest(objects: readonly KubernetesObject[], context: StepContext): Promise<KubernetesObject[]> {
  const { objects: going, unseen } = await toBePruned(objects, context);
  if (unseen.length > 0) context.output(`not looked for, as they may not be listed: ${unseen.join(', ')}`);
  return prune(going, context);
}

function summaryOf(results: readonly ApplyResult[]): string {
  const [only] = results;
  if (only && results.length === 1) return `${nameOf(only.object)} ${only.action}`;
  const counts = (['created', 'updated', 'unchanged'] as const).flatMap((action) => {
    const count = results.filter((result) => result.action === action).length;
    return count > 0 ? [`${count} ${action}`] : [];
  });
  return `${counted(results.length, 'object')}: ${counts.join(', ')}`;
}

async function preview(
  wanted: readonly KeptObject[],
  config: ApplyConfig,
  context: PreviewContext,
): Promise<StepPreview> {
  const objects = wanted.map(({ object }) => object);
  const looked = await mapAtOnce(wanted, atOnce, async ({ object, kept }) => {
    const told = await previewObject(object, config, context, objects);
    if (kept.length > 0) told.change.note = [...kept, ...(told.change.note ? [told.change.note] : [])].join('; ');
    return told;
  });
  const { objects: going, unseen } = config.prune ? await toBePruned(objects, context) : { objects: [], unseen: [] };
  const changes = [...looked.map(({ change }) => change), ...going.map(pruneChange)];
  const doubts = looked.flatMap(({ unsure }) => unsure ?? []);
  if (unseen.length > 0)
    doubts.push(`these may not be listed, so that nothing of them is pruned: ${unseen.join(', ')}`);
  const known = looked.some(({ unsure, tried }) => unsure === undefined || tried) || going.length > 0;
  const certainty = doubts.length === 0 ? 'previewed' : known ? 'partly' : 'cannot preview';
  const why = [...new Set(doubts)].join('; ');
  return { certainty, summary: counted(objects.length, 'object'), changes, ...(why ? { why } : {}) };
}
