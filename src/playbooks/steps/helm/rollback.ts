import { Problem } from '../../../base/errors.ts';
import { waitReady } from '../../../cluster/readiness/wait-ready.ts';
import { nameOf } from '../../../kubernetes/object.ts';
import type { PreviewContext, StepContext, StepProbe, StepResult } from '../../step-kind.ts';
import type { PreviewedChange, StepPreview } from '../../step-preview.ts';
import { counted } from '../explain.ts';
import type { ReleasePlace } from './call.ts';
import type { HelmOptions } from './options.ts';
import { releaseChanges } from './preview.ts';
import { isPending, lastGoodRevision, type Revision, readHistory } from './release.ts';
import { readRevision } from './render.ts';
import { pendingText, rollBack } from './repair.ts';
import { placeOf } from './state.ts';

interface Way {
  place: ReleasePlace;
  history: Revision[];
  now: Revision;
  target: Revision;
}

/** What going back would change, object by object: the manifests of both revisions are compared. */
export async function previewRollback(options: HelmOptions, context: PreviewContext): Promise<StepPreview> {
  const { place, now, target } = await findWay(options, context);
  const changes = await changesTo(place, now, target, context);
  const changing = changes.filter(({ action }) => action !== 'unchanged').length;
  const summary = `${place.release}: back from revision ${now.revision} (${now.chart}) to what ${target.revision} was (${target.chart}), ${counted(changing, 'object')} changed`;
  return { certainty: 'previewed', summary, changes };
}

/** Goes back, and says of each revision what it was. A revision is never changed: what it was becomes the newest one. */
export async function rollBackRelease(options: HelmOptions, context: StepContext): Promise<StepResult> {
  const { place, history, now, target } = await findWay(options, context);
  if (isPending(now)) throw new Problem(pendingText(place, now), { next: ['Wait until it is over, or repair it.'] });
  for (const line of historyLines(history)) context.output(line);
  await rollBack(place, target.revision, context);
  const objects = await readRevision(place, target.revision, context);
  if (options.wait === 'ready') {
    const { timeoutMs, waiting: signal, progress: onProgress } = context;
    await waitReady(context.connection, objects, { timeoutMs, signal, onProgress });
  }
  const then = (await readHistory(place, context)).at(-1);
  return {
    summary: `${place.release}: revision ${then?.revision ?? '?'} is what ${target.revision} was (${target.chart})`,
    outputs: {
      ...place,
      revision: then?.revision ?? 0,
      chart: target.chart,
      changed: true,
      objects: objects.map(nameOf),
    },
  };
}

/** Helm says of a revision which one it went back to. */
export async function probeRollback(options: HelmOptions, context: StepContext): Promise<StepProbe> {
  const { history, now } = await findWay(options, context);
  const wanted = options.rollback === 'previous' ? undefined : Number(options.rollback);
  const back = /^Rollback to (\d+)$/.exec(now.description)?.[1];
  const done = now.status === 'deployed' && back !== undefined && (wanted === undefined || Number(back) === wanted);
  // Which one was the previous one is not known any more: a person says whether it went back already.
  if (done && wanted === undefined) return { done: 'unknown', reason: `revision ${now.revision}: ${now.description}` };
  return { done, reason: done ? now.description : `it is at revision ${history.at(-1)?.revision ?? '?'}` };
}

/** One line of each revision, newest last: `3  superseded  detection-api-0.1.0  Upgrade complete`. */
function historyLines(history: readonly Revision[]): string[] {
  return history
    .slice(-10)
    .map(({ revision, updated, status, chart, description }) =>
      [revision, updated.slice(0, 19), status, chart, description].join('  '),
    );
}

async function findWay(options: HelmOptions, context: PreviewContext): Promise<Way> {
  const place = placeOf(options, context);
  const history = await readHistory(place, context);
  const now = history.at(-1);
  if (!now)
    throw new Problem(`There is no release ${place.release} in ${place.namespace}`, {
      next: ['Only what was installed by helm has revisions to go back to.'],
    });
  const target = targetOf(history, now, options.rollback);
  if (target) return { place, history, now, target };
  throw new Problem(`${place.release} has no revision ${String(options.rollback)} to go back to`, {
    evidence: historyLines(history),
    next: ['Choose a revision that was deployed once.'],
  });
}

function targetOf(history: readonly Revision[], now: Revision, wanted: unknown): Revision | undefined {
  if (wanted === 'previous' || wanted === '')
    return lastGoodRevision(history.filter(({ revision }) => revision < now.revision));
  return history.find(({ revision }) => String(revision) === String(wanted));
}

/** Values of Secrets are left out: both revisions hold them as plain text. */
async function changesTo(
  place: ReleasePlace,
  now: Revision,
  target: Revision,
  context: PreviewContext,
): Promise<PreviewedChange[]> {
  const [before, after] = await Promise.all([
    readRevision(place, now.revision, context),
    readRevision(place, target.revision, context),
  ]);
  return releaseChanges(before, after, []).map(({ fields, ...change }) =>
    change.object.startsWith('Secret/') || !fields ? change : { ...change, fields },
  );
}
