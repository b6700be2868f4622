import { type LatencySeries, withReplicas, withSample } from '../load/latency-series.ts';
import { currentIndex } from '../playbooks/current-step.ts';
import type { RunEvent } from '../playbooks/runs/events.ts';
import { initialRunState, type RunState, reduceRunEvents, type StepState } from '../playbooks/runs/state.ts';
import type { AttachedRun } from './attached-run.ts';
import { openQuestion } from './modes.ts';
import { type AppState, runIsOn } from './state.ts';

export function reduceEvents(state: RunState | undefined, events: readonly RunEvent[]): RunState {
  return reduceRunEvents(state ?? initialRunState, events);
}

/** Samples among the events, each with the replicas of its moment. */
export function reduceLatency(
  before: LatencySeries,
  events: readonly RunEvent[],
  replicasAt: (at: number) => number | undefined,
): LatencySeries {
  let series = before;
  for (const event of events) {
    if (event.type !== 'sample') continue;
    const at = Date.parse(event.at);
    series = withSample(withReplicas(series, event.sample.replicas ?? replicasAt(at)), event.sample, at);
  }
  return series;
}

export function stepsOf({ state }: AttachedRun): readonly StepState[] {
  return state?.steps ?? [];
}

/** The step that is pointed at: the one that was chosen, else the one that the run is at. */
export function pointedStep(run: AttachedRun): number {
  return run.pointed ?? (run.state ? currentIndex(run.state) : 0);
}

/** What enter does in the run's pane: what comes next, unless a step is pointed at. */
export function enterLeadsTo(state: AppState): 'question' | 'onward' | 'menu' | 'step' {
  const { run, guide } = state;
  if (openQuestion(state)) return 'question';
  if (!run || runIsOn(state) || run.pointed !== undefined || !endedWell(run)) return 'step';
  // A run of the past is there to be read.
  if (state.back.length > 0) return 'step';
  return guide.length > 0 ? 'onward' : 'menu';
}

export function endedWell({ state }: AttachedRun): boolean {
  return state?.ended?.status === 'done';
}
