import type { Pod } from './pod.ts';
import type { Timers } from './timers.ts';

/** As far as a timer reaches, ms. */
const longestTimer = 2 ** 31 - 1;

/**
 * Calls `exceeded` once the pod has been active for `activeDeadlineSeconds`, counted from `startedAt` (ms since 1970). These
 * seconds are real ones: nothing shortens them. Returns what is to be called when the pod has changed.
 */
export function watchDeadline(pod: () => Pod, startedAt: number, timers: Timers, exceeded: () => void): () => void {
  let armedFor: number | undefined;
  const look = () => {
    const seconds = pod().spec.activeDeadlineSeconds;
    if (seconds === undefined) return;
    const left = startedAt + seconds * 1000 - Date.now();
    armedFor = seconds;
    if (left <= 0) exceeded();
    else timers.later(Math.min(left, longestTimer), look);
  };
  const changed = () => {
    if (pod().spec.activeDeadlineSeconds !== armedFor) look();
  };
  changed();
  return changed;
}
