import { emptyLatencySeries, type LatencySeries } from '../load/latency-series.ts';
import type { RunState } from '../playbooks/runs/state.ts';

/** The run that the screen shows. */
export interface AttachedRun {
  id: string;
  state: RunState | undefined;
  /** Its newest load test over time, with the replicas of that time. */
  latency: LatencySeries;
  /** The step that is pointed at; undefined follows the one that runs. */
  pointed: number | undefined;
  /** False once the stream of its events has ended. */
  following: boolean;
  /** It is shown again from its records; nothing is asked, and nothing can be stopped. */
  replayed?: boolean;
}

/** A run of which nothing is known yet. */
export function attach(id: string): AttachedRun {
  return { id, state: undefined, latency: emptyLatencySeries(), pointed: undefined, following: true };
}
