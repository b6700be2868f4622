import { messageOf } from '../../base/errors.ts';
import { kindOf } from '../kind-of.ts';
import { effectsOf } from '../step-effects.ts';
import type { StepKind, StepProbe } from '../step-kind.ts';
import type { Halt } from './course.ts';
import {
  createStepContext,
  type Execution,
  type Frame,
  outputsOf,
  type Place,
  planContextOf,
  type StepEnd,
} from './execution.ts';

/** What becomes of a step that has an intent and no result. */
export type Probed =
  /** It is done, and that is its result. */
  | { end: StepEnd }
  /** It is run again; `found` says why. */
  | { found: string }
  /** Nobody can say what became of it. */
  | { halt: Halt };

/**
 * A step that was running when its process ended has no result. Its kind is asked whether it is done already; where it cannot
 * know, and running it again could do something twice, a person is asked. What was found is recorded.
 */
export async function probeAgain(execution: Execution, frame: Frame, place: Place): Promise<Probed> {
  const { step, id } = place;
  const kind = kindOf(execution.stepKinds, step);
  const startedAt = performance.now();
  const { done, reason, outputs = {} } = await look(execution, frame, place, kind);
  if (done === 'unknown') return askWhatBecame(execution, place, reason);
  if (!done) return { found: reason };
  const summary = `done already: ${reason}`;
  const ms = Math.round(performance.now() - startedAt);
  const put = Object.keys(outputs).length > 0 ? { outputs } : {};
  execution.sink.record({ type: 'step-result', step: id, status: 'done', summary, ms, ...put });
  return { end: { status: 'done', outputs, problem: '' } };
}

async function look(execution: Execution, frame: Frame, place: Place, kind: StepKind | undefined): Promise<StepProbe> {
  const isOutside = effectsOf(execution.stepKinds, place.step) === 'outside';
  // What may be repeated is; what acts outside the cluster may not be.
  const again = isOutside ? ('unknown' as const) : false;
  if (!kind?.probe)
    return { done: again, reason: isOutside ? 'it cannot be seen whether it was done' : 'it may be repeated' };
  const { control } = execution;
  const signals = { signal: control.now, waiting: control.stopping, onActivity: () => {} };
  try {
    const before = execution.earlier.begun.get(place.id)?.before;
    const found = await kind.probe(place.step.config, createStepContext(execution, frame, place, signals), before);
    if (found.done !== true) return found;
    const outputs = outputsFound(execution, frame, place, found.outputs);
    if (outputs) return { ...found, outputs };
    if (!isReadLater(execution, place)) return found;
    return { done: again, reason: `${found.reason}; what it puts out is known only by running it` };
  } catch (error) {
    return { done: again, reason: `it could not be looked at: ${messageOf(error)}` };
  }
}

/** What the step has put out, by its own names where it has some; undefined when only running it tells. */
function outputsFound(execution: Execution, frame: Frame, { step, id }: Place, outputs: StepProbe['outputs']) {
  if (!outputs) return undefined;
  try {
    return outputsOf(step, { outputs }, planContextOf(execution, frame, id));
  } catch {
    // It uses what is not an output: the answer's body, for example.
    return undefined;
  }
}

/** Whether anything may use what the step, or one that holds it, puts out; a use found where there is none does no harm. */
function isReadLater({ playbook }: Execution, { step, id }: Place): boolean {
  const text = JSON.stringify(playbook);
  return (
    Boolean(step.outputs) || text.includes('steps[') || id.split('/').some((part) => text.includes(`steps.${part}`))
  );
}

async function askWhatBecame(execution: Execution, { step, id }: Place, reason: string): Promise<Probed> {
  const { questions, control, run } = execution;
  const text = `${step.title}: it was running when its process ended, and nobody knows whether it was done`;
  const next = `Look whether it was done, then say so in a terminal: tars-console resume ${run.id}`;
  const choices = [
    { value: 'done', label: 'it was done' },
    { value: 'again', label: 'do it again' },
    { value: 'stop', label: 'stop' },
  ];
  const halt: Halt = { status: 'stopped', at: id, why: `${text}. ${next}` };
  if (!questions.interactive) return { halt: { ...halt, unanswered: true } };
  try {
    const answer = await questions.ask(
      id,
      { kind: 'choice', text, details: [reason], choices, next },
      control.stopping,
    );
    if (answer.kind !== 'choice' || answer.value === 'stop') return { halt };
    if (answer.value === 'again') return { found: `${reason}; a person says to do it again` };
  } catch {
    return { halt: { status: 'stopped', at: id } };
  }
  const summary = 'done already: so says a person';
  execution.sink.record({ type: 'step-result', step: id, status: 'done', summary, ms: 0 });
  return { end: { status: 'done', outputs: {}, problem: '' } };
}
