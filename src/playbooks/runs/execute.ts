import { messageOf } from '../../base/errors.ts';
import { calledInputs } from '../inputs.ts';
import type { Playbook, StepDefinition } from '../model.ts';
import { flattenPlaybook } from '../plan.ts';
import { createPlanContext } from '../plan-context.ts';
import { attemptStep, type Outcome, toStepProblem } from './attempt.ts';
import type { RunStatus, StepProblem, StepStatus } from './events.ts';
import { createStepContext, type Execution, type Frame, outputsOf, scopeOf } from './execution.ts';
import { probeAgain } from './probe-again.ts';
import { whySkipped } from './why-skipped.ts';

/** How the steps went: the whole run's status but for its records. */
export interface Execute {
  status: RunStatus;
  /** The step that ended it. */
  at: string | undefined;
}

interface Progress {
  /** Set once nothing but `always` steps may begin. */
  halted: { status: Exclude<RunStatus, 'done'>; at: string } | undefined;
  /** Failures that the playbook goes on after. */
  passed: { status: 'failed' | 'not-met'; at: string } | undefined;
}

/**
 * Runs a playbook's steps in their order, each with its intent on the disk before it and its result after. Steps that have
 * a result already are not repeated. Never throws for what a step does.
 */
export async function execute(execution: Execution): Promise<Execute> {
  const { playbook, inputs } = execution;
  const progress: Progress = { halted: undefined, passed: undefined };
  await runFrame(execution, { playbook, parent: undefined, inputs, steps: {} }, progress);
  const end = progress.halted ?? progress.passed;
  return { status: end?.status ?? 'done', at: end?.at };
}

async function runFrame(execution: Execution, frame: Frame, progress: Progress): Promise<void> {
  for (const step of frame.playbook.steps) {
    const id = frame.parent === undefined ? step.id : `${frame.parent}/${step.id}`;
    if (execution.control.stopping.aborted) progress.halted ??= { status: 'stopped', at: id };
    if (progress.halted && (!step.always || progress.halted.status === 'stopped')) continue;
    frame.steps[step.id] = await runStep(execution, frame, { step, id }, progress);
  }
}

interface Place {
  step: StepDefinition;
  id: string;
}

type Recorded = { status: StepStatus; outputs: Record<string, unknown> };

async function runStep(execution: Execution, frame: Frame, place: Place, progress: Progress): Promise<Recorded> {
  const { step, id } = place;
  const { sink, earlier } = execution;
  const before = earlier.results.get(id);
  if (before && (before.status === 'done' || before.status === 'skipped'))
    return { status: before.status, outputs: before.outputs ?? {} };
  let reason: string | undefined;
  try {
    reason = execution.leftOut.get(id) ?? whySkipped(execution, frame, step);
  } catch (error) {
    return failed(execution, place, progress, toStepProblem(error));
  }
  const called = frame.playbook.calls[step.id];
  if (reason !== undefined) {
    sink.record({ type: 'step-result', step: id, status: 'skipped', summary: reason, ms: 0 });
    const below = called ? flattenPlaybook(called, id) : [];
    for (const one of below)
      sink.record({ type: 'step-result', step: one.id, status: 'skipped', summary: reason, ms: 0 });
    return { status: 'skipped', outputs: {} };
  }
  return called ? runGroup(execution, frame, place, called, progress) : runLeaf(execution, frame, place, progress);
}

function failed(execution: Execution, { step, id }: Place, progress: Progress, problem: StepProblem): Recorded {
  execution.sink.record({ type: 'step-result', step: id, status: 'failed', ms: 0, problem });
  mark(progress, step, 'failed', id);
  return { status: 'failed', outputs: {} };
}

function mark(progress: Progress, step: StepDefinition, status: 'failed' | 'not-met', at: string): void {
  if (step.onFailure !== 'continue') progress.halted ??= { status, at };
  // A failure is worse than a check that was not met.
  else if (progress.passed?.status !== 'failed') progress.passed = { status, at };
}

/** A step that holds another playbook's: its own intent and result stand around theirs. */
async function runGroup(
  execution: Execution,
  frame: Frame,
  place: Place,
  called: Playbook,
  progress: Progress,
): Promise<Recorded> {
  const { step, id } = place;
  const { sink, earlier } = execution;
  const startedAt = performance.now();
  sink.record({ type: 'step-intent', step: id, attempt: (earlier.attempts.get(id) ?? 0) + 1 });
  const own: Progress = { halted: progress.halted, passed: undefined };
  const inner: Frame = { playbook: called, parent: id, inputs: {}, steps: {} };
  try {
    const context = createPlanContext(frame.playbook, execution.connection.info.namespace, scopeOf(execution, frame));
    const passed = context.render((step.config.with ?? {}) as Record<string, unknown>);
    inner.inputs = calledInputs(called, passed, frame.inputs);
  } catch (error) {
    return failed(execution, place, progress, toStepProblem(error));
  }
  await runFrame(execution, inner, own);
  const ms = Math.round(performance.now() - startedAt);
  const end = own.halted ?? own.passed;
  if (end?.status === 'stopped') {
    progress.halted ??= end;
    return { status: 'skipped', outputs: {} };
  }
  const outputs = Object.fromEntries(Object.entries(inner.steps).map(([name, one]) => [name, one.outputs]));
  if (!end) {
    const done = Object.values(inner.steps).filter(({ status }) => status === 'done').length;
    sink.record({ type: 'step-result', step: id, status: 'done', summary: `${done} steps done`, ms });
    return { status: 'done', outputs };
  }
  const title = titleOf(called, id, end.at);
  sink.record({
    type: 'step-result',
    step: id,
    status: end.status,
    summary: `at: ${title}`,
    ms,
    problem: { message: `It ended at: ${title}` },
  });
  if (own.halted) mark(progress, step, end.status, end.at);
  else if (progress.passed?.status !== 'failed') progress.passed = { status: end.status, at: end.at };
  return { status: end.status, outputs };
}

function titleOf(called: Playbook, parent: string, id: string): string {
  return flattenPlaybook(called, parent).find((one) => one.id === id)?.step.title ?? id;
}

/** One step with all that a person may say when it fails. */
async function runLeaf(execution: Execution, frame: Frame, place: Place, progress: Progress): Promise<Recorded> {
  const { step, id } = place;
  const { sink, earlier, questions, control } = execution;
  const probed = await probeAgain(execution, frame, place);
  if (probed) return probed;
  for (let attempt = (earlier.attempts.get(id) ?? 0) + 1; ; attempt += 1) {
    sink.record({ type: 'step-intent', step: id, attempt });
    const outcome = await tryOnce(execution, frame, place);
    if (outcome.status === 'stopped') {
      progress.halted ??= { status: 'stopped', at: id };
      return { status: 'skipped', outputs: {} };
    }
    const recorded = record(execution, frame, place, outcome);
    if (recorded.status === 'done' || recorded.status === 'skipped') return recorded;
    const { status } = recorded;
    if (step.onFailure === 'continue' || !questions.interactive || control.stopping.aborted) {
      mark(progress, step, status, id);
      return recorded;
    }
    const choice = await askWhatNow(execution, place, recorded);
    if (choice === 'retry') continue;
    if (choice === 'skip') {
      sink.record({ type: 'step-result', step: id, status: 'skipped', summary: 'skipped after it failed', ms: 0 });
      return { status: 'skipped', outputs: {} };
    }
    progress.halted ??= { status, at: id };
    return recorded;
  }
}

async function tryOnce(execution: Execution, frame: Frame, place: Place): Promise<Outcome> {
  const kind = execution.stepKinds.find(({ name }) => name === place.step.kind);
  if (!kind) return { status: 'failed', ms: 0, problem: { message: `There is no step kind ${place.step.kind}` } };
  return attemptStep({
    step: place.step,
    kind,
    control: execution.control,
    createContext: (signals) => createStepContext(execution, frame, place, signals),
  });
}

type Ended = Exclude<Outcome, { status: 'stopped' }>;

function record(
  execution: Execution,
  frame: Frame,
  { step, id }: Place,
  outcome: Ended,
): { status: StepStatus; outputs: Record<string, unknown>; message: string } {
  const { sink } = execution;
  const { ms } = outcome;
  if (outcome.status === 'failed') {
    sink.record({ type: 'step-result', step: id, status: 'failed', ms, problem: outcome.problem });
    return { status: 'failed', outputs: {}, message: outcome.problem.message };
  }
  const { result } = outcome;
  let outputs: Record<string, unknown>;
  try {
    const { namespace } = execution.connection.info;
    outputs = outputsOf(step, result, createPlanContext(frame.playbook, namespace, scopeOf(execution, frame)));
  } catch (error) {
    sink.record({ type: 'step-result', step: id, status: 'failed', ms, problem: toStepProblem(error) });
    return { status: 'failed', outputs: {}, message: messageOf(error) };
  }
  const { status } = outcome;
  const { summary = '', findings, evidence } = result;
  sink.record({
    type: 'step-result',
    step: id,
    status,
    ms,
    ...(summary === '' ? {} : { summary }),
    ...(Object.keys(outputs).length > 0 ? { outputs } : {}),
    ...(findings ? { findings } : {}),
    ...(status === 'not-met' ? { problem: { message: summary || 'not met', ...(evidence ? { evidence } : {}) } } : {}),
  });
  return { status, outputs, message: summary };
}

async function askWhatNow(execution: Execution, { step, id }: Place, { message }: ReturnType<typeof record>) {
  const text = `${step.title}: ${message}`;
  try {
    const question = { kind: 'failure', text, choices: ['retry', 'skip', 'stop'] } as const;
    const answer = await execution.questions.ask(
      id,
      { ...question, choices: [...question.choices] },
      execution.control.stopping,
    );
    return answer.kind === 'failure' ? answer.choice : 'stop';
  } catch {
    return 'stop';
  }
}
