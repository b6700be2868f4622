import type { LeaseHolder, LeaseView } from './lease.ts';

/** What somebody who wants a lease knows of it. */
export interface LeaseSight {
  /** The run that wants it. */
  run: string;
  /** How long it has been watched, by this process' own monotonic clock, without a change of its resourceVersion. */
  unchangedMs: number;
  /** It changed while it was watched: its holder lives. */
  changed: boolean;
  /** The holder's process, where it can be seen from here. */
  process: 'alive' | 'gone' | 'unknown';
  /** The holder's process is the one that asks. */
  itself: boolean;
}

export type LeaseVerdict =
  /** Nobody holds it. */
  | { type: 'free' }
  /** This run held it before, in this process or in an earlier one. */
  | { type: 'mine' }
  /** Its holder lives. */
  | { type: 'held'; holder: LeaseHolder }
  /** Its holder is gone, and why that is known. */
  | { type: 'dead'; holder: LeaseHolder; why: 'its process is gone' | 'no heartbeat' }
  /** It is to be watched this much longer. */
  | { type: 'watch'; holder: LeaseHolder; forMs: number };

/**
 * Whether a lease may be taken. No clocks are compared, as in client-go's leader election: a holder is dead when the lease did
 * not change for as long as it holds, by the watcher's own clock; or when its process is seen to be gone.
 */
export function judgeLease(view: LeaseView | undefined, sight: LeaseSight): LeaseVerdict {
  const holder = view?.holder;
  if (!view || !holder) return { type: 'free' };
  // A second process of the same run is not it.
  if (holder.run === sight.run && (sight.itself || sight.process !== 'alive')) return { type: 'mine' };
  if (sight.process === 'alive' || sight.changed) return { type: 'held', holder };
  if (sight.process === 'gone') return { type: 'dead', holder, why: 'its process is gone' };
  const left = view.durationMs - sight.unchangedMs;
  return left > 0 ? { type: 'watch', holder, forMs: left } : { type: 'dead', holder, why: 'no heartbeat' };
}
