import { calledInputs, type InputValue } from '../inputs.ts';
import type { StepDefinition } from '../model.ts';
import { flattenPlaybook } from '../plan.ts';
import { afterFailure } from './after-failure.ts';
import { toStepProblem } from './attempt.ts';
import { type Flow, newCourse, pass, usualAtOnce } from './course.ts';
import { type Frame, outputsOf, type Place, planContextOf, type StepEnd } from './execution.ts';
import { addItems, itemFrame, itemSteps, itemsOf } from './foreach-items.ts';
import { stepsDone } from './held-steps.ts';

/** A step that holds others: its own intent and result stand around theirs. */
export async function runGroup(flow: Flow, frame: Frame, place: Place): Promise<StepEnd | undefined> {
  const { id } = place;
  const { sink, earlier } = flow.execution;
  const startedAt = performance.now();
  const elapsed = () => Math.round(performance.now() - startedAt);
  const { seq } = sink.record({ type: 'step-intent', step: id, attempt: (earlier.attempts.get(id) ?? 0) + 1 });
  flow.visits.set(id, { frame, place, seq, before: undefined });
  const own = newCourse(flow.course);
  const failed = (error: unknown) => {
    if (!(error instanceof Unprepared)) throw error;
    const problem = toStepProblem(error.cause);
    sink.record({ type: 'step-result', step: id, status: 'failed', ms: elapsed(), problem });
    return afterFailure(flow, frame, place, { status: 'failed', outputs: {}, problem: problem.message });
  };
  let ran: Ran;
  try {
    ran = await runHeld({ ...flow, course: own }, frame, place);
  } catch (error) {
    return failed(error);
  }
  const { outputs, done, whole } = ran;
  const end = own.halted ?? own.passed;
  if (end?.status === 'stopped') {
    flow.course.halted ??= own.halted;
    return undefined;
  }
  if (!end) {
    // What is around it has halted: the rest is for whoever resumes.
    if (!whole) return undefined;
    let named: Record<string, unknown>;
    try {
      named = namedOutputs(flow, frame, place, outputs);
    } catch (error) {
      return failed(error);
    }
    sink.record({ type: 'step-result', step: id, status: 'done', summary: stepsDone(done), ms: elapsed() });
    return { status: 'done', outputs: named, problem: '' };
  }
  const title = titleBelow(flow, frame, place, end.at);
  const problem = { message: `It ended at: ${title}` };
  const { status } = end;
  sink.record({ type: 'step-result', step: id, status, summary: `at: ${title}`, ms: elapsed(), problem });
  const ended: StepEnd = { status, outputs, problem: problem.message };
  if (own.halted) return afterFailure(flow, frame, place, ended, { at: own.halted });
  pass(flow.course, status, end.at);
  return ended;
}

/** Goes through what an earlier process has done below a step, and does nothing; returns the outputs. */
export async function revisitGroup(flow: Flow, frame: Frame, place: Place): Promise<Record<string, unknown>> {
  try {
    const { outputs } = await runHeld({ ...flow, course: newCourse(), revisit: true }, frame, place);
    return namedOutputs(flow, frame, place, outputs);
  } catch (error) {
    if (error instanceof Unprepared) return {};
    throw error;
  }
}

/** What its steps put out, with what it names of that itself. */
function namedOutputs(
  { execution }: Flow,
  frame: Frame,
  { step, id }: Place,
  outputs: Record<string, unknown>,
): Record<string, unknown> {
  return prepared(() => outputsOf(step, { outputs }, planContextOf(execution, frame, id)));
}

interface Ran {
  outputs: Record<string, unknown>;
  done: number;
  /** Whether every step has ended. */
  whole: boolean;
}

/** What its steps need could not be made, inputs or the list of items; or what it names of what they put out. */
class Unprepared extends Error {
  override readonly name = 'Unprepared';
}

async function runHeld(flow: Flow, frame: Frame, place: Place): Promise<Ran> {
  const { step } = place;
  if (step.kind === 'foreach' && step.steps) return runItems(flow, frame, place, step.steps);
  const called = frame.playbook.calls[step.id];
  const inner = called ? prepared(() => calledFrame(flow, frame, place)) : heldFrame(frame, place);
  const steps = called?.steps ?? step.steps ?? [];
  const limit = called ? called.atOnce : (step.config['at-once'] ?? frame.playbook.atOnce);
  const whole = await flow.runSteps(flow, inner, steps, {
    atOnce: Number(limit ?? usualAtOnce),
    sideBySide: step.kind === 'parallel',
  });
  const ends = steps.flatMap(({ id }): [string, StepEnd][] => {
    const end = inner.steps[id];
    return end ? [[id, end]] : [];
  });
  const outputs = Object.fromEntries(ends.map(([id, end]) => [id, end.outputs]));
  return { outputs, done: ends.filter(([, { status }]) => status === 'done').length, whole };
}

function calledFrame({ execution }: Flow, frame: Frame, { step, id }: Place): Frame {
  const playbook = frame.playbook.calls[step.id] ?? frame.playbook;
  const passed = planContextOf(execution, frame, id).render((step.config.with ?? {}) as Record<string, unknown>);
  const inputs: Record<string, InputValue> = calledInputs(playbook, passed, frame.inputs);
  return { playbook, parent: id, caller: id, inputs, steps: {}, locals: {} };
}

/** Steps of the same playbook: what they put out is seen by those around them. The item of a `foreach` sees only its own. */
function heldFrame(frame: Frame, { step, id }: Place): Frame {
  return step.kind === 'item' ? itemFrame(frame, step, id) : { ...frame, parent: id };
}

async function runItems(flow: Flow, frame: Frame, place: Place, held: readonly StepDefinition[]): Promise<Ran> {
  const { step, id } = place;
  const items = prepared(() => itemsOf(flow, frame, place));
  const steps = itemSteps(step, items, flow.execution.sink.masker.mask);
  await addItems(flow, frame, place, items, steps);
  const inner: Frame = { ...frame, parent: id, steps: {}, outer: frame };
  const atOnce = Number(step.config['at-once'] ?? 1);
  const whole = await flow.runSteps(flow, inner, steps, { atOnce, sideBySide: true });
  const results = steps.map((one, index) => {
    const outputs = inner.steps[one.id]?.outputs ?? {};
    return { item: items[index], ...Object.fromEntries(held.map((child) => [child.id, outputs[child.id] ?? {}])) };
  });
  const done = Object.values(inner.steps).filter(({ status }) => status === 'done').length;
  return { outputs: { results }, done, whole };
}

function prepared<T>(make: () => T): T {
  try {
    return make();
  } catch (cause) {
    throw new Unprepared('', { cause });
  }
}

function titleBelow({ visits }: Flow, frame: Frame, { step, id }: Place, at: string): string {
  const called = frame.playbook.calls[step.id];
  const known = called ? flattenPlaybook(called, id).find((one) => one.id === at) : undefined;
  return known?.step.title ?? visits.get(at)?.place.step.title ?? at;
}
