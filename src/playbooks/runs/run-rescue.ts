import { type Flow, type Halt, haltAll, newCourse, pass, usualAtOnce } from './course.ts';
import { type Earlier, rescueId, withoutRescue } from './earlier.ts';
import type { PlannedStep } from './events.ts';
import type { Frame, Place, StepEnd } from './execution.ts';
import { plannedBelow } from './foreach-items.ts';
import { stepsDone } from './held-steps.ts';
import { rescuedBy } from './step-state.ts';

/**
 * Runs the steps that repair what made a step fail. When they are done the step counts as done; otherwise it has failed, and
 * whoever resumes tries the step itself again: somebody may have repaired it since.
 */
export async function runRescue(
  flow: Flow,
  frame: Frame,
  place: Place,
  end: StepEnd,
  halt: Halt,
): Promise<StepEnd | undefined> {
  const { execution } = flow;
  // What rescued an earlier attempt, or did not, has not rescued this one.
  const earlier = withoutRescue(execution.earlier, place.id);
  return rescue({ ...flow, execution: { ...execution, earlier } }, frame, place, end, halt);
}

async function rescue(flow: Flow, frame: Frame, place: Place, end: StepEnd, halt: Halt): Promise<StepEnd | undefined> {
  const { execution, course } = flow;
  const { sink, earlier, control } = execution;
  const { step, id } = place;
  const startedAt = performance.now();
  const elapsed = () => Math.round(performance.now() - startedAt);
  // Its steps see what went wrong.
  frame.steps[step.id] = end;
  const own = newCourse();
  if (earlier.results.get(rescueId(id))?.status === 'done') await revisitRescue(flow, frame, place);
  else {
    await begin(flow, frame, place);
    await rescueSteps({ ...flow, course: own }, frame, place);
    const failed = own.halted;
    if (failed?.status === 'stopped' || control.stopping.aborted) {
      course.halted ??= failed ?? { status: 'stopped', at: id };
      return undefined;
    }
    recordRescue(flow, place, failed, elapsed());
    if (failed) {
      if (flow.undoAll.at !== undefined) haltAll(course, failed);
      course.halted ??= { ...halt, ...failed };
      return end;
    }
    if (own.passed) pass(course, own.passed.status, own.passed.at);
  }
  sink.record({ type: 'step-result', step: id, status: 'done', summary: `${rescuedBy}${end.problem}`, ms: elapsed() });
  return { status: 'done', outputs: end.outputs, problem: end.problem };
}

/** Whether an earlier process was in the middle of rescuing a step, or had done so and could not say it of the step itself. */
export function isBeingRescued({ results, open }: Earlier, id: string): boolean {
  const own = rescueId(id);
  const { status } = results.get(id) ?? {};
  return (status === 'failed' || status === 'not-met') && (open.has(own) || results.get(own)?.status === 'done');
}

/** Goes on with a rescue that an earlier process was in the middle of; the step itself is not tried again. */
export async function goOnRescuing(flow: Flow, frame: Frame, place: Place): Promise<StepEnd | undefined> {
  const { id } = place;
  const result = flow.execution.earlier.results.get(id);
  const problem = result?.problem?.message ?? 'it failed';
  const status = result?.status === 'not-met' ? 'not-met' : 'failed';
  return rescue(flow, frame, place, { status, outputs: {}, problem }, { status, at: id });
}

/** Goes through what an earlier process has done to rescue a step, and does nothing. */
export async function revisitRescue(flow: Flow, frame: Frame, place: Place): Promise<void> {
  await rescueSteps({ ...flow, course: newCourse(), revisit: true }, frame, place);
}

async function rescueSteps(flow: Flow, frame: Frame, { step, id }: Place): Promise<void> {
  const inner: Frame = { ...frame, parent: rescueId(id) };
  await flow.runSteps(flow, inner, step.rescue ?? [], { atOnce: frame.playbook.atOnce ?? usualAtOnce });
}

async function begin({ execution }: Flow, frame: Frame, { step, id }: Place): Promise<void> {
  const { sink, earlier } = execution;
  const own = rescueId(id);
  if (!earlier.added.has(own)) {
    const steps = await plannedBelow(execution, { ...frame, parent: own }, step.rescue ?? []);
    sink.record({
      type: 'steps-added',
      after: id,
      steps: [groupStep(own, `Rescue: ${step.title}`, 'rescue'), ...steps],
    });
  }
  sink.record({ type: 'step-intent', step: own, attempt: (earlier.attempts.get(own) ?? 0) + 1 });
}

function recordRescue({ execution }: Flow, { id, step }: Place, failed: Halt | undefined, ms: number): void {
  const own = rescueId(id);
  const { sink } = execution;
  if (!failed) {
    const summary = stepsDone(step.rescue?.length ?? 0);
    sink.record({ type: 'step-result', step: own, status: 'done', summary, ms });
    return;
  }
  const status = failed.status === 'not-met' ? 'not-met' : 'failed';
  sink.record({ type: 'step-result', step: own, status, ms, problem: { message: `It ended at: ${failed.at}` } });
}

/** A step that only holds those of a rescue, or of an undo. */
export function groupStep(id: string, title: string, kind: 'rescue' | 'undo'): PlannedStep {
  return { id, title, kind, depth: id.split('/').length - 1, group: true, equivalent: [] };
}
