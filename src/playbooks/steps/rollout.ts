import { z } from 'zod';
import { Problem } from '../../base/errors.ts';
import { waitReady } from '../../cluster/readiness/wait-ready.ts';
import type { ObjectRef } from '../../cluster/resources.ts';
import { currentRevision, listRevisions } from '../../cluster/revisions.ts';
import { type KubernetesObject, nameOf } from '../../kubernetes/object.ts';
import type { AccessNeed, PreviewContext, StepContext, StepKind, StepResult } from '../step-kind.ts';
import { accessTo, accessToWatch } from './access-needs.ts';
import { renderKnown } from './explain.ts';
import { kubectlName, resolveObjectName } from './object-names.ts';
import {
  existingObject,
  type FormerFields,
  formerFields,
  planFormerFields,
  previewPatches,
  probePatches,
  restoreFields,
  sendPatches,
} from './patched-objects.ts';
import {
  backTo,
  markOf,
  type PlannedRollout,
  planRollouts,
  type RolloutVerb,
  rolloutSchema,
  verbOf,
  withMark,
  workloadsOf,
} from './rollout/patches.ts';
import { accessToCompare, previewRestart, startedSince, toRestart } from './rollout/restart.ts';

const shape = {
  rollout: rolloutSchema.describe('What becomes of the pods of workloads'),
  wait: z
    .enum(['ready', 'none'])
    .optional()
    .describe('`ready` unless said, but for `pause`: until the new pods are ready'),
};
type Config = z.infer<z.ZodObject<typeof shape>>;

/** What `undo` needs: the version of before, or the fields of before. Of a restart there is nothing. */
type Former = {
  verb: RolloutVerb;
  versions?: { ref: ObjectRef; revision: string; number: number }[];
} & Partial<FormerFields>;

const did: Record<RolloutVerb, string> = {
  restart: 'restarted',
  undo: 'goes back',
  pause: 'paused',
  resume: 'resumed',
  image: 'has new images',
};

/** Restarts, updates, pauses or takes back the rollouts of workloads. */
export const rolloutStep: StepKind<Config> = {
  name: 'rollout',
  description: 'Restarts workloads, sets their images, goes back to an earlier revision, pauses or resumes',
  shape,
  effects: 'cluster',
  outputs: { before: 'double', revision: 'double', history: 'list' },
  async plan(config, context) {
    const plans = await planRollouts(config.rollout, context);
    if (verbOf(config.rollout) === 'restart') return previewRestart(config.rollout, plans, context);
    const preview = await previewPatches(
      plans.map(({ patch }) => patch),
      context,
    );
    const back = plans.flatMap(({ live, target }) =>
      target ? [`${nameOf(live)} back to revision ${target.number}`] : [],
    );
    return back.length > 0 ? { ...preview, summary: back.join(', ') } : preview;
  },
  async access({ rollout, wait }, context): Promise<AccessNeed[]> {
    const refs = await refsOf(rollout, context);
    const holders = refs.map(({ kind, namespace }) => ({
      apiVersion: 'apps/v1',
      kind: kind === 'Deployment' ? 'ReplicaSet' : 'ControllerRevision',
      namespace,
    }));
    const waits = wait !== 'none' && verbOf(rollout) !== 'pause';
    const own = [...accessTo(refs, ['get', 'patch']), ...accessTo(holders, ['list'])];
    return [...own, ...(await accessToCompare(rollout, context)), ...(waits ? accessToWatch(refs) : [])];
  },
  async probe({ rollout, wait }, context) {
    const verb = verbOf(rollout);
    if (verb === 'restart') return { done: false, reason: 'pods may be restarted again' };
    const done = verb === 'undo' ? await wentBack(rollout, context) : await isPatched(rollout, context);
    if (!done) return { done, reason: 'it is not as it should be' };
    if (wait === 'none' || verb === 'pause') return { done, reason: 'it is as it should be' };
    return { done: false, reason: 'it is as it should be; its pods are waited for again' };
  },
  async before({ rollout }, context): Promise<Former> {
    const verb = verbOf(rollout);
    if (verb === 'restart') return { verb };
    const plans = await planRollouts(rollout, context);
    if (verb !== 'undo')
      return {
        verb,
        ...(await formerFields(
          plans.map(({ patch }) => patch),
          context,
        )),
      };
    const versions = plans.flatMap(({ ref, current }) =>
      current ? [{ ref, revision: current.name, number: current.number }] : [],
    );
    return { verb, versions };
  },
  run: (config, context) => roll(config, context),
  async planUndo(_, context, before) {
    const patches = await backwards(before as Former, context);
    if (patches) return previewPatches(patches, context);
    return planFormerFields(before, context);
  },
  async undo(config, context, before) {
    const former = before as Former;
    if (former.verb === 'restart') return { status: 'skipped', summary: 'a restart leaves nothing to take back' };
    const patches = await backwards(former, context);
    const result = patches ? undefined : await restoreFields(before, context);
    const { objects } = patches ? await sendPatches(patches, context) : { objects: await liveOf(former, context) };
    if (config.wait !== 'none' && former.verb !== 'resume') await untilReady(objects, context);
    return result ?? { summary: `${objects.map(nameOf).join(', ')} as before` };
  },
  async equivalent({ rollout, wait }, context) {
    const known = renderKnown(context, rollout);
    const verb = verbOf(known);
    const n = ` -n ${context.namespace}`;
    const names = workloadsOf(known).map(kubectlName);
    const status = wait === 'none' || verb === 'pause' ? [] : names.map((name) => `kubectl rollout status ${name}${n}`);
    const images = Object.entries(known.image?.containers ?? {}).map(([container, image]) => `${container}=${image}`);
    const revision = known['to-revision'] === undefined ? '' : ` --to-revision=${known['to-revision']}`;
    if (verb === 'image')
      return [...names.map((name) => `kubectl set image ${name} ${images.join(' ')}${n}`), ...status];
    return [...names.map((name) => `kubectl rollout ${verb} ${name}${n}${revision}`), ...status];
  },
};

async function refsOf(rollout: Config['rollout'], context: PreviewContext): Promise<ObjectRef[]> {
  const names = workloadsOf(context.render(rollout));
  return Promise.all(names.map((name) => resolveObjectName(context.connection, name, context.namespace)));
}

async function isPatched(rollout: Config['rollout'], context: PreviewContext): Promise<boolean> {
  const patches = (await planRollouts(rollout, context)).map(({ patch }) => patch);
  return (await probePatches(patches, context)).done === true;
}

/** Going back twice would go forth again: what this run has taken back carries its mark. */
async function wentBack(rollout: Config['rollout'], context: StepContext): Promise<boolean> {
  const refs = await refsOf(rollout, context);
  const marks = await Promise.all(refs.map(async (ref) => markOf(await existingObject(ref, context))));
  return marks.every((mark) => mark === markFor(context));
}

function markFor({ run, step }: StepContext): string {
  return `${run.id} ${step.id}`;
}

async function roll(config: Config, context: StepContext): Promise<StepResult> {
  const { rollout } = config;
  const goesBack = verbOf(rollout) === 'undo';
  const refs = await refsOf(rollout, context);
  if (goesBack && (await wentBack(rollout, context))) return finish(config, refs, undefined, context);
  const all = await planRollouts(rollout, context);
  const plans = verbOf(rollout) === 'restart' ? await toRestart(rollout, all, context) : all;
  if (plans.length === 0) {
    // A restart of before that is not over yet is waited for.
    if (config.wait !== 'none')
      await untilReady(
        all.map(({ live }) => live),
        context,
      );
    return { summary: startedSince(rollout, all, context) };
  }
  for (const plan of plans) sayVersions(plan, context);
  const mark = markFor(context);
  await sendPatches(
    plans.map((plan) => (goesBack ? withMark(plan, mark) : plan.patch)),
    context,
  );
  const rolled = plans.map(({ ref }) => ref);
  return finish(config, rolled, plans, context);
}

function sayVersions({ live, revisions, target }: PlannedRollout, { output }: StepContext): void {
  if (!target) return;
  for (const { number, images, cause } of revisions.slice(0, 10))
    output(`${nameOf(live)} revision ${number}: ${images.join(', ')}${cause ? `  ${cause}` : ''}`);
  output(`${nameOf(live)} goes back to revision ${target.number}`);
}

async function finish(
  { rollout, wait }: Config,
  refs: readonly ObjectRef[],
  plans: readonly PlannedRollout[] | undefined,
  context: StepContext,
): Promise<StepResult> {
  const verb = verbOf(rollout);
  const objects = await Promise.all(refs.map((ref) => existingObject(ref, context)));
  const waits = wait !== 'none' && verb !== 'pause';
  if (waits) await untilReady(objects, context);
  const [first] = refs;
  if (!first) throw new Problem('The step names no workload');
  const live = await existingObject(first, context);
  const revisions = await listRevisions(context.connection, live, context.signal);
  const history = revisions.map(({ number, images, cause }) => ({ revision: number, images, cause: cause ?? null }));
  const now = currentRevision(live, revisions)?.number ?? null;
  const outputs = { before: plans?.[0]?.current?.number ?? null, revision: now, history };
  // The spec's generation counts its changes.
  const same =
    verb === 'image' &&
    objects.every(({ metadata }, index) => plans?.[index]?.live.metadata.generation === metadata.generation);
  const summary = `${objects.map(nameOf).join(', ')} ${same ? 'has these images already' : did[verb]}${now === null ? '' : `, revision ${now}`}${waits ? '; ready' : ''}`;
  return { summary, outputs };
}

async function untilReady(objects: readonly KubernetesObject[], context: StepContext): Promise<void> {
  const { connection, timeoutMs, waiting, progress } = context;
  await waitReady(connection, objects, { timeoutMs, signal: waiting, onProgress: progress });
}

/** The patches that bring the versions of before back; undefined where fields are brought back instead. */
async function backwards({ versions }: Former, context: PreviewContext) {
  if (!versions) return undefined;
  return Promise.all(
    versions.map(async ({ ref, revision, number }) => {
      const live = await existingObject(ref, context);
      const found = (await listRevisions(context.connection, live, context.signal)).find(
        ({ name }) => name === revision,
      );
      if (found) return { ref, type: 'merge' as const, body: backTo(live, found.template) };
      throw new Problem(`${nameOf(live)}: its revision ${number} is no longer kept`, {
        next: [`kubectl rollout history ${ref.kind.toLowerCase()}/${ref.name} -n ${ref.namespace}`],
      });
    }),
  );
}

async function liveOf({ objects = [] }: Former, context: PreviewContext): Promise<KubernetesObject[]> {
  return Promise.all(objects.map(({ ref }) => existingObject(ref, context)));
}
