import { kindOf } from '../kind-of.ts';
import type { StepKind } from '../step-kind.ts';
import { attemptStep, type Outcome } from './attempt.ts';
import { type Flow, newCourse, usualAtOnce, type Visit } from './course.ts';
import { createStepContext, type Execution, type Frame, type Place } from './execution.ts';
import { plannedBelow } from './foreach-items.ts';
import { stepsDone } from './held-steps.ts';
import { idleAlarm } from './idle-alarm.ts';
import { groupStep } from './run-rescue.ts';

/**
 * Takes back what one step did, its intent before it and its result after; `rest` is what comes after it. `left`: it failed,
 * and a person says to go on without it.
 */
export async function undoStep(
  flow: Flow,
  visit: Visit,
  rest: readonly string[],
): Promise<'done' | 'failed' | 'left' | 'stopped'> {
  const { execution } = flow;
  const { sink, control } = execution;
  const { id } = visit.place;
  for (;;) {
    if (control.stopping.aborted) return 'stopped';
    sink.record({ type: 'undo-intent', step: id, ...(rest.length > 0 ? { rest: [...rest] } : {}) });
    const outcome = visit.place.step.undo === 'steps' ? await byOwnSteps(flow, visit) : await byKind(execution, visit);
    if (outcome.status === 'stopped') return 'stopped';
    const { ms } = outcome;
    if (outcome.status !== 'failed') {
      const { summary } = outcome.result;
      sink.record({ type: 'undo-result', step: id, status: 'done', ms, ...(summary ? { summary } : {}) });
      return 'done';
    }
    const { problem } = outcome;
    sink.record({ type: 'undo-result', step: id, status: 'failed', ms, problem });
    const choice = await askWhatNow(execution, visit.place, problem.message);
    if (choice === 'retry') continue;
    if (choice !== 'skip') return 'failed';
    const left = { message: `It was left as it is: ${problem.message}` };
    sink.record({ type: 'step-result', step: id, status: 'failed', ms: 0, problem: left });
    return 'left';
  }
}

async function byKind(execution: Execution, { frame, place, before }: Visit): Promise<Outcome> {
  const kind = kindOf(execution.stepKinds, place.step);
  const undoing: StepKind | undefined = kind && {
    ...kind,
    run: async (config, context) => (await kind.undo?.(config, context, before)) ?? {},
  };
  if (!undoing) return { status: 'failed', ms: 0, problem: { message: `There is no step kind ${place.step.kind}` } };
  return attemptStep({
    step: place.step,
    kind: undoing,
    control: execution.control,
    onIdle: idleAlarm(execution.sink, place),
    createContext: (signals) => createStepContext(execution, frame, place, signals),
  });
}

async function byOwnSteps(flow: Flow, { frame, place: { step, id } }: Visit): Promise<Outcome> {
  const { execution } = flow;
  const { sink, earlier } = execution;
  const startedAt = performance.now();
  const elapsed = () => Math.round(performance.now() - startedAt);
  const own = `${id}/undo`;
  const inner: Frame = { ...frame, parent: own, steps: {}, outer: frame };
  const steps = step.undoSteps ?? [];
  if (!earlier.added.has(own)) {
    const planned = await plannedBelow(execution, inner, steps);
    const group = groupStep(own, `Take back: ${step.title}`, 'undo');
    sink.record({ type: 'steps-added', after: id, steps: [group, ...planned] });
  }
  sink.record({ type: 'step-intent', step: own, attempt: (earlier.attempts.get(own) ?? 0) + 1 });
  const course = newCourse();
  await flow.runSteps({ ...flow, course }, inner, steps, { atOnce: frame.playbook.atOnce ?? usualAtOnce });
  const end = course.halted ?? course.passed;
  if (end?.status === 'stopped' || execution.control.stopping.aborted) return { status: 'stopped' };
  const ms = elapsed();
  if (!end) {
    const summary = stepsDone(steps.length);
    sink.record({ type: 'step-result', step: own, status: 'done', summary, ms });
    return { status: 'done', result: { summary }, ms };
  }
  const problem = { message: `It ended at: ${steps.find((one) => `${own}/${one.id}` === end.at)?.title ?? end.at}` };
  sink.record({ type: 'step-result', step: own, status: 'failed', ms, problem });
  return { status: 'failed', problem, ms };
}

async function askWhatNow({ questions, control }: Execution, { step, id }: Place, message: string) {
  if (!questions.interactive || control.stopping.aborted) return 'stop';
  try {
    const text = `Taking back "${step.title}": ${message}`;
    const question = { kind: 'failure' as const, text, choices: ['retry' as const, 'skip' as const, 'stop' as const] };
    const answer = await questions.ask(id, question, control.stopping);
    return answer.kind === 'failure' ? answer.choice : 'stop';
  } catch {
    return 'stop';
  }
}
