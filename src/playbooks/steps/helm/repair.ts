import { setTimeout as sleep } from 'node:timers/promises';
import { formatAge } from '../../../base/duration.ts';
import { Problem } from '../../../base/errors.ts';
import { deleteObject } from '../../../cluster/objects.ts';
import type { Choice } from '../../runs/question.ts';
import type { StepContext } from '../../step-kind.ts';
import { toolTimeout } from '../tool-call.ts';
import { callHelm, type ReleasePlace } from './call.ts';
import type { HelmOptions } from './options.ts';
import { ageOf, isPending, lastGoodRevision, type Revision, readHistory } from './release.ts';

type Way = NonNullable<HelmOptions['if-pending']>;

/**
 * Helm's status is its lock: a helm that was killed leaves `pending-…` behind, and every later one refuses to work. Says
 * what was found and how old it is, and repairs it as the step or a person says. Returns the history as it is then.
 */
export async function repairPending(
  history: readonly Revision[],
  place: ReleasePlace,
  way: Way,
  context: StepContext,
): Promise<Revision[]> {
  const last = history.at(-1);
  if (!isPending(last)) return [...history];
  const good = lastGoodRevision(history);
  const text = pendingText(place, last);
  context.output(text);
  const chosen = way === 'ask' ? await ask(text, last, good, context) : way;
  if (chosen === 'wait') return waitForEnd(place, context);
  if (chosen === 'forget') await forget(place, last, context);
  else if (chosen === 'rollback' && good) await rollBack(place, good.revision, context);
  else if (chosen === 'uninstall' && !good) await uninstall(place, context);
  else throw leftAsItIs(text, place, good);
  return readHistory(place, context);
}

/** `The release rancher has been in pending-upgrade for 12m (revision 3)`. */
export function pendingText({ release }: ReleasePlace, last: Revision): string {
  return `The release ${release} has been in ${last.status} for ${formatAge(ageOf(last))} (revision ${last.revision})`;
}

async function ask(text: string, last: Revision, good: Revision | undefined, context: StepContext): Promise<string> {
  const choices: Choice[] = [
    { value: 'wait', label: 'Wait until it is over: another helm may still be at work' },
    good
      ? { value: 'rollback', label: `Roll back to revision ${good.revision} (${good.chart}), then go on` }
      : { value: 'uninstall', label: 'Uninstall what there is of it, then install it anew' },
    {
      value: 'forget',
      label: `Forget revision ${last.revision}: what it changed stays, and is brought to what this step wants`,
    },
    { value: 'stop', label: 'Stop; nothing is changed' },
  ];
  const details = [
    `${last.chart}: ${last.description}`,
    'Helm writes this when it begins and takes it away at its end; a helm that was killed could not.',
  ];
  const next = 'Say it in the step: `if-pending: rollback`, `uninstall`, `forget` or `wait`';
  const answer = await context.ask({ kind: 'choice', text: `${text}. What is to be done?`, details, choices, next });
  return answer.kind === 'choice' ? answer.value : 'stop';
}

const pollMs = 2000;

async function waitForEnd(place: ReleasePlace, context: StepContext): Promise<Revision[]> {
  const { timeoutMs = Number.POSITIVE_INFINITY, waiting } = context;
  for (const startedAt = Date.now(); ; await sleep(pollMs, undefined, { signal: waiting })) {
    const history = await readHistory(place, context);
    const last = history.at(-1);
    if (!isPending(last)) return history;
    const text = pendingText(place, last);
    if (Date.now() - startedAt > timeoutMs) throw leftAsItIs(text, place, lastGoodRevision(history));
    context.progress(text);
  }
}

/** Takes back to a revision; its objects are as they were then, under a new revision. */
export async function rollBack(place: ReleasePlace, revision: number, context: StepContext): Promise<void> {
  const args = ['rollback', place.release, String(revision), '--timeout', toolTimeout(context.timeoutMs)];
  await callHelm(args, place, context, { onLine: (line) => context.output(line) });
}

export async function uninstall(place: ReleasePlace, context: StepContext, keepHistory = false): Promise<void> {
  const keep = keepHistory ? ['--keep-history'] : [];
  const args = ['uninstall', place.release, ...keep, '--timeout', toolTimeout(context.timeoutMs)];
  await callHelm(args, place, context, { onLine: (line) => context.output(line) });
}

/** Where helm keeps a revision: https://helm.sh/docs/topics/advanced/#storage-backends. */
async function forget({ release, namespace }: ReleasePlace, { revision }: Revision, context: StepContext) {
  const name = `sh.helm.release.v1.${release}.v${revision}`;
  const ref = { apiVersion: 'v1', kind: 'Secret', name, namespace };
  const action = await deleteObject(context.connection, ref, { signal: context.signal });
  if (action === 'absent')
    throw new Problem(`There is no Secret ${name}: helm keeps its releases elsewhere (HELM_DRIVER)`, {
      next: [`helm rollback ${release} -n ${namespace}`],
    });
  context.output(`forgotten: revision ${revision} of ${release}`);
}

function leftAsItIs(text: string, { release, namespace }: ReleasePlace, good: Revision | undefined): Problem {
  return new Problem(`${text}, and it was left as it is`, {
    next: [
      `See whether a helm is still at work: helm history ${release} -n ${namespace}`,
      good ? `helm rollback ${release} ${good.revision} -n ${namespace}` : `helm uninstall ${release} -n ${namespace}`,
    ],
  });
}
