import type { Connection } from '../connection.ts';
import { createFeedCore, type Feed } from '../panes/feed.ts';
import type { ForwardPlace } from './access-point.ts';
import type { ForwardState } from './forward-state.ts';
import { keepForward } from './keep-forward.ts';

/** A port-forward of the session and what has become of it. */
export interface ForwardEntry extends ForwardPlace {
  /** `backend-service:8000` */
  key: string;
  state: ForwardState;
}

export interface ForwardsSnapshot {
  /** Those that are on, or ended by a failure; in the order in which they were asked for. */
  forwards: readonly ForwardEntry[];
}

/** The port-forwards of a session: they go on whatever is shown, and end with it. */
export interface Forwards extends Feed<ForwardsSnapshot> {
  /** Begins one that is off or has failed; ends one that is on. */
  toggle(place: ForwardPlace): void;
}

export const noForwards: ForwardsSnapshot = { forwards: [] };

/** Names a place by Service and port. */
export function forwardKey({ service, port, namespace }: ForwardPlace): string {
  return `${namespace === undefined ? '' : `${namespace}/`}${service}:${port}`;
}

/** None is on at first; closing it ends all of them. */
export function createForwards(connection: Connection, namespace: string): Forwards {
  const core = createFeedCore<ForwardsSnapshot>(noForwards);
  const running = new Map<string, AbortController>();
  const set = (key: string, entry: ForwardEntry | undefined) => {
    const { forwards } = core.getSnapshot();
    const known = forwards.some((one) => one.key === key);
    const next = entry && !known ? [...forwards, entry] : forwards.map((one) => (one.key === key ? entry : one));
    core.publish({ forwards: next.filter((one) => one !== undefined) });
  };
  return {
    ...core,
    toggle(place) {
      const key = forwardKey(place);
      const before = running.get(key);
      if (before) {
        running.delete(key);
        before.abort();
        return set(key, undefined);
      }
      const controller = new AbortController();
      running.set(key, controller);
      const signal = AbortSignal.any([controller.signal, core.signal]);
      const onState = (state: ForwardState) => {
        if (!signal.aborted) set(key, { ...place, key, state });
      };
      void keepForward(connection, place, { namespace: place.namespace ?? namespace, onState, signal }).then(() => {
        // One that failed stays in sight, and the next toggle tries it again.
        if (running.get(key) === controller) running.delete(key);
      });
    },
  };
}
