import { messageOf } from '../../base/errors.ts';
import { pause } from '../../cluster/back-off.ts';
import { freedLease, type LeaseHolder, type LeaseView, leaseObject } from '../../cluster/lease/lease.ts';
import type { LeaseStore } from '../../cluster/lease/lease-store.ts';

export interface KeptLock {
  /** Aborted with a sentence as its reason once the lock is no longer this run's. */
  readonly lost: AbortSignal;
  /** Ends the heartbeats and frees the lease. False when that did not come through: it then ends by itself. */
  release(): Promise<boolean>;
}

export interface Keeping {
  store: LeaseStore;
  system: string;
  holder: LeaseHolder;
  held: LeaseView;
  timing: { durationMs: number; heartbeatMs: number; againMs: number };
}

/**
 * Renews a lease that is held until it is released. It is lost when somebody else holds it, or when no heartbeat came through
 * for as long as the lease holds, by our own monotonic clock; a shorter outage of the API server does nothing.
 */
export function keepLock({ store, system, holder, held, timing }: Keeping): KeptLock {
  const { durationMs, heartbeatMs, againMs } = timing;
  const lost = new AbortController();
  const ending = new AbortController();
  let { resourceVersion } = held;
  let renewedAt = performance.now();
  const write = (version: string | undefined) =>
    store.write(leaseObject(system, holder, { durationMs, resourceVersion: version, now: new Date() }));

  /** What took the lock away; undefined while it is ours. Throws when nobody answers. */
  async function renew(): Promise<string | undefined> {
    const asked = performance.now();
    let written = await write(resourceVersion);
    for (let tried = 0; !written && tried < 3; tried += 1) {
      const view = await store.read();
      const other = view?.holder;
      if (other && !isSame(other, holder)) return `${other.who} took the lock over, for the run ${other.run}`;
      // Removed, freed or annotated by somebody; it is still nobody else's.
      written = await write(view?.resourceVersion);
    }
    if (!written) return 'others change the lease all the time';
    ({ resourceVersion } = written);
    renewedAt = asked;
    return undefined;
  }

  async function beat(): Promise<void> {
    let next = heartbeatMs;
    while (await pause(next, ending.signal)) {
      try {
        const taken = await renew();
        if (taken !== undefined) return lost.abort(taken);
        next = heartbeatMs;
      } catch (error) {
        if (performance.now() - renewedAt >= durationMs) {
          const seconds = Math.round(durationMs / 1000);
          return lost.abort(`no heartbeat came through to the cluster for ${seconds} s: ${messageOf(error)}`);
        }
        next = againMs;
      }
    }
  }

  const beating = beat();
  return {
    lost: lost.signal,
    async release() {
      ending.abort();
      await beating;
      for (let tried = 0; tried < 3 && !lost.signal.aborted; tried += 1) {
        try {
          if (await store.write(freedLease(system, resourceVersion))) return true;
          const view = await store.read();
          if (!view?.holder || !isSame(view.holder, holder)) return true;
          ({ resourceVersion } = view);
        } catch {
          if (!(await pause(againMs / 2, new AbortController().signal))) return false;
        }
      }
      return false;
    },
  };
}

/** The same run in the same process: one that was resumed elsewhere is another. */
function isSame(one: LeaseHolder, other: LeaseHolder): boolean {
  return one.run === other.run && one.pid === other.pid && one.began === other.began && one.machine === other.machine;
}
