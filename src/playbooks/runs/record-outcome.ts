import type { Outcome } from './attempt.ts';
import { toStepProblem } from './attempt.ts';
import type { StepProblem } from './events.ts';
import { type Execution, type Frame, outputsOf, type Place, planContextOf, type StepEnd } from './execution.ts';

type Ended = Exclude<Outcome, { status: 'stopped' }>;

/** Records what came of an attempt. Returns what expressions see of it, and the number of the record. */
export function recordOutcome(
  execution: Execution,
  frame: Frame,
  { step, id }: Place,
  outcome: Ended,
): { end: StepEnd; seq: number } {
  const { sink } = execution;
  const { ms } = outcome;
  const failed = (problem: StepProblem) => {
    const { seq } = sink.record({ type: 'step-result', step: id, status: 'failed', ms, problem });
    return { end: { status: 'failed' as const, outputs: {}, problem: problem.message }, seq };
  };
  if (outcome.status === 'failed') return failed(outcome.problem);
  const { result, status } = outcome;
  let outputs: Record<string, unknown>;
  try {
    outputs = outputsOf(step, result, planContextOf(execution, frame, id));
  } catch (error) {
    return failed(toStepProblem(error));
  }
  const { summary = '', findings, evidence } = result;
  const notMet = { message: summary || 'not met', ...(evidence ? { evidence } : {}) };
  const { seq } = sink.record({
    ...{ type: 'step-result', step: id, status, ms },
    ...(summary === '' ? {} : { summary }),
    ...(Object.keys(outputs).length > 0 ? { outputs } : {}),
    ...(findings ? { findings } : {}),
    ...(status === 'not-met' ? { problem: notMet } : {}),
  });
  return { end: { status, outputs, problem: status === 'not-met' ? notMet.message : '' }, seq };
}
