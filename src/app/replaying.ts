import { eventAsTyped } from './as-typed.ts';
import type { ReplayHandle, Services } from './services.ts';
import type { AppEvent } from './update.ts';

interface ReplayingHands {
  services: Pick<Services, 'replay' | 'asTyped'>;
  dispatch(event: AppEvent): void;
}

type Steering = Parameters<ReplayHandle['steer']>[0];

/** The run that is shown again, and how it is steered. */
export function createReplaying({ services, dispatch }: ReplayingHands) {
  let current: ReplayHandle | undefined;
  // Keys that came while its records were still being read.
  let early: Steering[] = [];
  const steer = (how: Steering) => {
    if (!current) {
      early.push(how);
      return;
    }
    const now = current.steer(how);
    const text = `Replay at ${now.speed} times its speed${now.paused ? ', paused: space goes on' : ''}`;
    dispatch({ type: 'notice', notice: { tone: 'info', text } });
  };
  return {
    async begin(run: string, signal: AbortSignal): Promise<void> {
      const receive = (events: Parameters<typeof eventAsTyped>[0][]) => {
        if (signal.aborted) return;
        dispatch({ type: 'run-events', run, events: events.map((event) => eventAsTyped(event, services.asTyped)) });
      };
      current = undefined;
      early = [];
      const own = await services.replay(run, receive, signal);
      if (signal.aborted) return;
      current = own;
      for (const how of early.splice(0)) steer(how);
      await own.shown;
      if (current === own) current = undefined;
      if (!signal.aborted) dispatch({ type: 'run-closed', run });
    },
    steer,
  };
}
