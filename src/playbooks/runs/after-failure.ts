import type { StepDefinition } from '../model.ts';
import { type Flow, type Halt, haltAll, pass } from './course.ts';
import type { Frame, Place, StepEnd } from './execution.ts';
import { runRescue } from './run-rescue.ts';
import { takeBackStep } from './take-back.ts';

/** Does what the playbook, or a person, says becomes of the run when a step failed. `at` is what ended it inside of a group. */
export async function afterFailure(
  flow: Flow,
  frame: Frame,
  place: Place,
  end: StepEnd,
  { how, at }: { how?: StepDefinition['onFailure']; at?: Halt } = {},
): Promise<StepEnd | undefined> {
  const { course, undoAll } = flow;
  const { step, id } = place;
  const status = end.status === 'not-met' ? 'not-met' : 'failed';
  const halt: Halt = at ?? { status, at: id };
  // What takes back everything has nothing to rescue, and nothing to go on with.
  const way = undoAll.at === undefined ? (how ?? step.onFailure ?? 'stop') : 'stop';
  switch (way) {
    case 'continue':
      pass(course, status, halt.at);
      return end;
    case 'rescue':
      return runRescue(flow, frame, place, end, halt);
    case 'undo':
      // Nothing else is begun while somebody decides.
      course.halted ??= halt;
      halt.why = await takeBackStep(flow, place);
      return end;
    case 'undo-all':
      undoAll.at = id;
      haltAll(course, halt);
      return end;
    default:
      course.halted ??= halt;
      return end;
  }
}
