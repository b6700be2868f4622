import { isMasked } from '../../base/masking.ts';
import { kindOf } from '../kind-of.ts';
import { flattenSteps } from '../plan.ts';
import { effectsOf } from '../step-effects.ts';
import { afterFailure } from './after-failure.ts';
import { toStepProblem } from './attempt.ts';
import type { Flow } from './course.ts';
import { rescueId } from './earlier.ts';
import type { RunRecord } from './events.ts';
import type { Execution, Frame, Place, StepEnd } from './execution.ts';
import { holdsSteps } from './held-steps.ts';
import { revisitGroup, runGroup } from './run-group.ts';
import { runLeaf } from './run-leaf.ts';
import { goOnRescuing, isBeingRescued, revisitRescue } from './run-rescue.ts';
import { whySkipped } from './why-skipped.ts';

/** Runs a step, or says what an earlier process has made of it. Undefined: it has no result, as the run is to end. */
export async function runStep(flow: Flow, frame: Frame, place: Place): Promise<StepEnd | undefined> {
  const { execution, revisit, visits } = flow;
  const { earlier } = execution;
  const { step, id } = place;
  const begun = earlier.begun.get(id);
  if (begun && !visits.has(id)) visits.set(id, { ...begun, frame, place });
  if (revisit && earlier.attempts.has(rescueId(id))) await revisitRescue(flow, frame, place);
  const kept = keptResult(execution, frame, place);
  const group = holdsSteps(frame, step);
  if (kept) {
    const outputs = group ? await revisitGroup(flow, frame, place) : (kept.outputs ?? {});
    return { status: kept.status, outputs, problem: '' };
  }
  if (revisit) {
    if (group && begun) await revisitGroup(flow, frame, place);
    return undefined;
  }
  const end = await runAnew(flow, frame, place, isBeingRescued(earlier, id));
  frame.isNew = true;
  return end;
}

async function runAnew(flow: Flow, frame: Frame, place: Place, rescuing: boolean): Promise<StepEnd | undefined> {
  const { execution } = flow;
  const { step, id } = place;
  if (rescuing) return goOnRescuing(flow, frame, place);
  let reason: string | undefined;
  try {
    reason = execution.leftOut.get(id) ?? whySkipped(execution, frame, place);
  } catch (error) {
    const problem = toStepProblem(error);
    execution.sink.record({ type: 'step-result', step: id, status: 'failed', ms: 0, problem });
    return afterFailure(flow, frame, place, { status: 'failed', outputs: {}, problem: problem.message });
  }
  if (reason !== undefined) return skip(execution, frame, place, reason);
  return holdsSteps(frame, step) ? runGroup(flow, frame, place) : runLeaf(flow, frame, place);
}

/**
 * The result that an earlier process has recorded, where it still counts. What was skipped without having been tried is
 * decided anew, for what it was decided by may be another now; what always runs runs again after a failure was gone on from.
 */
function keptResult(
  { earlier, stepKinds }: Execution,
  frame: Frame,
  { step, id }: Place,
): Extract<RunRecord, { type: 'step-result' }> | undefined {
  const result = earlier.results.get(id);
  if (!result || (result.status !== 'done' && result.status !== 'skipped')) return undefined;
  if (result.status === 'skipped' && !earlier.attempts.has(id)) return undefined;
  // What it gave went with the process that had it.
  if (result.status === 'done' && kindOf(stepKinds, step)?.volatile?.(step.config)) return undefined;
  // What changes nothing is looked at again where that has been taken back since, or where secrets in it were not written down.
  if (effectsOf(stepKinds, step) === 'none' && (earlier.stale.has(id) || isMasked(result.outputs))) return undefined;
  return step.always && frame.isNew && result.seq < earlier.badEnd ? undefined : result;
}

/** Records that a step and all below it have nothing to do, unless that is what the journal says already. */
function skip({ sink, earlier }: Execution, frame: Frame, { step, id }: Place, reason: string): StepEnd {
  const places = flattenSteps([step], frame.playbook, { under: frame.parent, parent: frame.caller, depth: 0 });
  for (const one of [id, ...places.slice(1).map((place) => place.id)]) {
    const before = earlier.results.get(one);
    if (before?.status === 'skipped' && before.summary === reason) continue;
    sink.record({ type: 'step-result', step: one, status: 'skipped', summary: reason, ms: 0 });
  }
  return { status: 'skipped', outputs: {}, problem: '' };
}
