import { messageOf } from '../../base/errors.ts';
import { pause } from '../back-off.ts';
import type { Connection } from '../connection.ts';
import { createFeedCore, type Feed } from '../panes/feed.ts';
import type { AccessPoint, WantedAccess } from './access-point.ts';
import { type AccessSurroundings, collectAccess } from './collect-access.ts';

/** The ways into a system as they were found by the newest look. */
export interface AccessSnapshot {
  /** Undefined until the first look is done. */
  points: readonly AccessPoint[] | undefined;
  /** Why the newest look failed. */
  trouble: string | undefined;
  /** Of the newest look, milliseconds since 1970. */
  at: number | undefined;
}

export interface AccessFeed extends Feed<AccessSnapshot> {
  /** Looks again now. */
  refresh(): void;
}

export const noAccess: AccessSnapshot = { points: undefined, trouble: undefined, at: undefined };

/** The ways into a system, looked at again every so often until it is closed. */
export function createAccessFeed(
  connection: Connection,
  system: { namespace: string; access: readonly WantedAccess[] },
  { everyMs = 15_000, surroundings }: { everyMs?: number; surroundings?: AccessSurroundings } = {},
): AccessFeed {
  const core = createFeedCore<AccessSnapshot>(noAccess);
  let waking = new AbortController();
  const loop = async () => {
    while (!core.signal.aborted) {
      try {
        const points = await collectAccess(connection, system, core.signal, surroundings);
        core.publish({ points, trouble: undefined, at: Date.now() });
      } catch (error) {
        core.publish({ trouble: messageOf(error) });
      }
      waking = new AbortController();
      await pause(everyMs, AbortSignal.any([core.signal, waking.signal]));
    }
  };
  void loop();
  return { ...core, refresh: () => waking.abort() };
}
