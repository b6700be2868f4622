import { messageOf, Problem } from '../../base/errors.ts';
import type { Flow, Visit } from './course.ts';
import { isBelow } from './earlier.ts';
import type { Place } from './execution.ts';
import { undoDetails } from './undo-details.ts';
import { selectForUndo } from './undo-selection.ts';
import { undoStep } from './undo-step.ts';

/** Takes back what one step and those below it did, when a person agrees. Returns what became of it, in a sentence. */
export async function takeBackStep(flow: Flow, { step, id }: Place): Promise<string | undefined> {
  return takeBack(flow, (one) => one === id || isBelow(one, id), id, `Take back what "${step.title}" did?`);
}

/** The same for all that the run did. */
export async function takeBackAll(flow: Flow, at: string): Promise<string | undefined> {
  return takeBack(flow, () => true, at, 'Take back what this run did?');
}

async function takeBack(
  flow: Flow,
  isMeant: (id: string) => boolean,
  at: string,
  text: string,
): Promise<string | undefined> {
  const { questions, control, sink } = flow.execution;
  const { visits, left } = selectForUndo(flow, isMeant);
  if (visits.length === 0) {
    for (const line of left) sink.signal({ type: 'output', at: new Date().toISOString(), step: at, line });
    return left.length === 0 ? 'there was nothing to be taken back' : `nothing was taken back: ${left.join('; ')}`;
  }
  try {
    const details = [...(await undoDetails(flow.execution, visits)), ...left.map((line) => `stays: ${line}`)];
    const answer = await questions.ask(at, { kind: 'confirm', text, details, dangerous: true }, control.stopping);
    if (answer.kind !== 'confirm' || !answer.yes) return 'nothing was taken back, as was answered';
  } catch (error) {
    if (control.stopping.aborted) return undefined;
    const next = error instanceof Problem ? error.next : [];
    return [`nothing was taken back: ${messageOf(error)}`, ...next].join('. ');
  }
  const stays = left.length === 0 ? '' : `; ${left.join('; ')}`;
  const stopped = await takeBackEach(flow, visits);
  return stopped ?? `what was done was taken back${stays}`;
}

/** Goes on taking back what an earlier process had begun to; that was agreed to then. */
export async function goOnTakingBack(flow: Flow, ids: readonly string[]): Promise<string | undefined> {
  const { sink } = flow.execution;
  const visits: Visit[] = [];
  for (const id of ids) {
    const visit = flow.visits.get(id);
    if (visit) visits.push(visit);
    else {
      const problem = { message: 'It could not be taken back: the playbook has no such step any more' };
      sink.record({ type: 'step-result', step: id, status: 'failed', ms: 0, problem });
    }
  }
  return (await takeBackEach(flow, visits)) ?? 'what was done was taken back';
}

/** Undefined when all of them were; else what stopped it. */
async function takeBackEach(flow: Flow, visits: readonly Visit[]): Promise<string | undefined> {
  const { course } = flow;
  for (const [index, visit] of visits.entries()) {
    const rest = visits.slice(index + 1).map(({ place }) => place.id);
    const { step, id } = visit.place;
    const status = await undoStep(flow, visit, rest);
    if (status === 'left') continue;
    if (status === 'done') {
      for (const other of flow.visits.keys()) if (other === id || isBelow(other, id)) flow.visits.delete(other);
      continue;
    }
    if (status === 'stopped') course.halted = { status: 'stopped', at: id };
    return `taking back ${status === 'stopped' ? 'was stopped' : 'failed'} at: ${step.title}`;
  }
  return undefined;
}
