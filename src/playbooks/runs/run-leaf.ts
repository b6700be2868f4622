import { kindOf } from '../kind-of.ts';
import { afterFailure } from './after-failure.ts';
import { attemptStep, type Outcome, toStepProblem } from './attempt.ts';
import type { Flow } from './course.ts';
import { createStepContext, type Execution, type Frame, type Place, type StepEnd } from './execution.ts';
import { idleAlarm } from './idle-alarm.ts';
import { oneLook } from './one-look.ts';
import { previewAgain } from './preview-again.ts';
import { probeAgain } from './probe-again.ts';
import { recordOutcome } from './record-outcome.ts';

/** One step with all that a person may say when it fails. Undefined: it has no result, as the run is to end. */
export async function runLeaf(flow: Flow, frame: Frame, place: Place): Promise<StepEnd | undefined> {
  const { execution, course, visits } = flow;
  const { earlier, sink } = execution;
  const { id } = place;
  const probed = earlier.open.has(id) ? await probeAgain(execution, frame, place) : undefined;
  if (probed && 'end' in probed) return probed.end;
  if (probed && 'halt' in probed) {
    course.halted ??= probed.halt;
    return undefined;
  }
  let found = probed?.found;
  for (let attempt = (earlier.attempts.get(id) ?? 0) + 1; ; attempt += 1) {
    const outcome = await tryOnce(flow, frame, place, attempt, found);
    found = undefined;
    if (outcome.status === 'stopped') {
      course.halted ??= { status: 'stopped', at: id };
      return undefined;
    }
    const { end, seq } = recordOutcome(execution, frame, place, outcome);
    const visit = visits.get(id);
    if (visit) visits.set(id, { ...visit, seq });
    if (end.status === 'done' || end.status === 'skipped') return end;
    const choice = isAskedAbout(execution, place) ? await askWhatNow(execution, place, end) : undefined;
    if (choice === 'retry') continue;
    if (choice === 'skip') {
      sink.record({ type: 'step-result', step: id, status: 'skipped', summary: 'skipped after it failed', ms: 0 });
      return { status: 'skipped', outputs: {}, problem: end.problem };
    }
    return afterFailure(flow, frame, place, end, choice === 'undo' ? { how: 'undo' } : {});
  }
}

async function tryOnce(
  flow: Flow,
  frame: Frame,
  place: Place,
  attempt: number,
  found: string | undefined,
): Promise<Outcome> {
  const { execution, visits } = flow;
  const { control, sink } = execution;
  const { step, id } = place;
  const kind = kindOf(execution.stepKinds, step);
  if (!kind) return { status: 'failed', ms: 0, problem: { message: `There is no step kind ${step.kind}` } };
  const startedAt = performance.now();
  let before = visits.get(id)?.before;
  try {
    // Both look at the same moment, just before the intent.
    const looking = { ...execution, connection: oneLook(execution.connection) };
    await previewAgain(looking, frame, place);
    // How it was before the first attempt is what undoing leads back to.
    const signals = { signal: control.now, waiting: control.stopping, onActivity: () => {} };
    before ??= await kind.before?.(step.config, createStepContext(looking, frame, place, signals));
  } catch (error) {
    if (control.stopping.aborted) return { status: 'stopped' };
    return { status: 'failed', ms: Math.round(performance.now() - startedAt), problem: toStepProblem(error) };
  }
  if (control.stopping.aborted) return { status: 'stopped' };
  const record = sink.record({
    ...{ type: 'step-intent', step: id, attempt },
    ...(before === undefined ? {} : { before }),
    ...(found === undefined ? {} : { found }),
  });
  visits.set(id, { frame, place, seq: record.seq, before });
  return attemptStep({
    step,
    kind,
    control,
    onIdle: idleAlarm(sink, place),
    createContext: (signals) => createStepContext(execution, frame, place, signals),
  });
}

/** What the playbook has decided needs no person. */
function isAskedAbout({ questions, control }: Execution, { step }: Place): boolean {
  return (step.onFailure ?? 'stop') === 'stop' && questions.interactive && !control.stopping.aborted;
}

async function askWhatNow(execution: Execution, { step, id }: Place, { problem }: StepEnd) {
  const text = `${step.title}: ${problem}`;
  const kind = kindOf(execution.stepKinds, step);
  const canUndo = step.undo === 'steps' || (step.undo !== 'never' && kind?.undo !== undefined);
  const choices = ['retry', 'skip', ...(canUndo ? ['undo' as const] : []), 'stop'] as const;
  try {
    const question = { kind: 'failure' as const, text, choices: [...choices] };
    const answer = await execution.questions.ask(id, question, execution.control.stopping);
    return answer.kind === 'failure' ? answer.choice : 'stop';
  } catch {
    return 'stop';
  }
}
