/**
 * Delays that double from 10 s to 300 s and begin anew after ten quiet minutes
 * (`k8s.io/client-go/util/flowcontrol/backoff.go`, with the kubelet's `MaxContainerBackOff`).
 */
export interface Backoff {
  delayMs: number;
  /** When it was last raised, ms. */
  raisedAt: number;
}

const firstDelayMs = 10_000;
const longestDelayMs = 300_000;

/** `unit` is how long a second lasts here, in ms: 1000 on a cluster. */
export function raise(backoff: Backoff | undefined, now: number, unit = 1000): Backoff {
  const forgotten = !backoff || now - backoff.raisedAt > (2 * longestDelayMs * unit) / 1000;
  return { delayMs: forgotten ? firstDelayMs : Math.min(longestDelayMs, backoff.delayMs * 2), raisedAt: now };
}

/** The kubelet's way of writing a delay: `10s`, `1m20s`, `5m0s`. */
export function formatDelay(ms: number): string {
  const seconds = Math.round(ms / 1000);
  return seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m${seconds % 60}s`;
}
