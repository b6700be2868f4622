import type { StepDefinition } from '../model.ts';
import { type Flow, haltOf, type ListOptions, newCourse, usualAtOnce } from './course.ts';
import type { RunStatus } from './events.ts';
import { type Execution, type Frame, idIn, type Place } from './execution.ts';
import { runStep } from './run-step.ts';
import { schedule, type Task } from './schedule.ts';
import { goOnTakingBack, takeBackAll } from './take-back.ts';

/** How the steps went: the whole run's status but for its records. */
export interface Execute {
  status: RunStatus;
  /** The step that ended it. */
  at: string | undefined;
  /** Its title, where it has begun. */
  title?: string | undefined;
  /** What else there is to say about its end, one sentence. */
  why?: string | undefined;
  /** It ended because nobody could be asked. */
  unanswered?: boolean | undefined;
}

/**
 * Runs a playbook's steps as far side by side as they say, each with its intent on the disk before it and its result after.
 * Steps that have a result already are not repeated; what was being taken back is taken back first. Never throws for what a
 * step does.
 */
export async function execute(execution: Execution): Promise<Execute> {
  const { playbook, earlier, control } = execution;
  const flow: Flow = {
    ...{ execution, course: newCourse(), revisit: false, visits: new Map(), undoAll: { at: undefined } },
    runSteps,
  };
  const run = (how: Flow) =>
    runSteps(how, rootFrame(execution), playbook.steps, { atOnce: playbook.atOnce ?? usualAtOnce });
  // What an earlier process has done must be known before any of it can be taken back.
  if (earlier.begun.size > 0) await run({ ...flow, course: newCourse(), revisit: true });
  if (earlier.undoing.length > 0) {
    const why = await goOnTakingBack(flow, earlier.undoing);
    const { status = 'failed' as const, at = earlier.undoing[0] } = flow.course.halted ?? {};
    return { status, at, title: titleOf(flow, at), why };
  }
  await run(flow);
  const { halted, passed } = flow.course;
  if (flow.undoAll.at !== undefined && !control.stopping.aborted) {
    const { status = 'failed' as const, at = flow.undoAll.at } = halted ?? {};
    const title = titleOf(flow, at);
    const why = await takeBackAll(flow, flow.undoAll.at);
    return { status: control.stopping.aborted ? 'stopped' : status, at, title, why };
  }
  const { status = 'done' as const, at } = halted ?? passed ?? {};
  return { status, at, title: titleOf(flow, at), why: halted?.why, unanswered: halted?.unanswered };
}

function titleOf({ visits }: Flow, at: string | undefined): string | undefined {
  return at === undefined ? undefined : visits.get(at)?.place.step.title;
}

function rootFrame({ playbook, inputs }: Execution): Frame {
  return { playbook, parent: undefined, caller: undefined, inputs, steps: {}, locals: {} };
}

async function runSteps(
  flow: Flow,
  frame: Frame,
  steps: readonly StepDefinition[],
  { atOnce, sideBySide = false }: ListOptions,
): Promise<boolean> {
  let whole = true;
  const toTask = (place: Place): Task => ({
    id: place.step.id,
    needs: place.step.needs ?? (sideBySide ? [] : undefined),
    async run() {
      const end = await runStep(flow, frame, place);
      if (end) frame.steps[place.step.id] = end;
      else whole = false;
    },
  });
  const places = new Map(steps.map((step) => [step.id, { step, id: idIn(frame, step) }]));
  const mayBegin = ({ id }: Task) => {
    const place = places.get(id);
    const may = place !== undefined && mayBeginNow(flow, place);
    if (!may) frame.steps[id] ??= { status: 'skipped', outputs: {}, problem: '' };
    return may;
  };
  const all = await schedule([...places.values()].map(toTask), { atOnce, mayBegin });
  return all && whole;
}

function mayBeginNow({ execution, course, revisit }: Flow, { step, id }: Place): boolean {
  if (revisit) return true;
  const { stopping } = execution.control;
  if (stopping.aborted) course.halted ??= { status: 'stopped', at: id };
  const halt = haltOf(course);
  return !halt || (step.always === true && halt.status !== 'stopped' && !stopping.aborted);
}
