import { eventAsTyped } from './as-typed.ts';
import type { ReplayHandle, Services } from './services.ts';
import type { AppEvent } from './update.ts';

interface ReplayingHands {
  services: Pick<Services, 'replay' | 'asTyped'>;
  dispatch(event: AppEvent): void;
}

/** The run that is shown again, and how it is steered. */
export function createReplaying({ services, dispatch }: ReplayingHands) {
  let current: ReplayHandle | undefined;
  return {
    async begin(run: string, signal: AbortSignal): Promise<void> {
      const receive = (events: Parameters<typeof eventAsTyped>[0][]) => {
        if (signal.aborted) return;
        dispatch({ type: 'run-events', run, events: events.map((event) => eventAsTyped(event, services.asTyped)) });
      };
      const own = await services.replay(run, receive, signal);
      current = own;
      await own.shown;
      if (current === own) current = undefined;
      if (!signal.aborted) dispatch({ type: 'run-closed', run });
    },
    steer(how: Parameters<ReplayHandle['steer']>[0]): void {
      const now = current?.steer(how);
      if (!now) return;
      const text = `Replay at ${now.speed} times its speed${now.paused ? ', paused: space goes on' : ''}`;
      dispatch({ type: 'notice', notice: { tone: 'info', text } });
    },
  };
}
