import type { RunEvent } from './events.ts';

export const slowest = 1 / 4;
export const fastest = 1024;

export interface ReplayOptions {
  /** 1 is as it was. */
  speed?: number;
  /** No pause of the run takes longer than this many milliseconds of its own time. */
  longestGapMs?: number;
  clock?: () => number;
}

/** A run that is shown again, by its recorded events and their times. */
export interface Replay {
  /** To be read once; ends with the recording, or when it is closed. */
  readonly events: AsyncIterable<RunEvent>;
  readonly speed: number;
  readonly paused: boolean;
  faster(): void;
  slower(): void;
  pause(): void;
  resume(): void;
  /** On to the next record at once. */
  step(): void;
  close(): void;
}

export function createReplay(
  recording: readonly RunEvent[],
  { speed: initial = 1, longestGapMs = 5000, clock = () => performance.now() }: ReplayOptions = {},
): Replay {
  let speed = Math.min(fastest, Math.max(slowest, initial));
  let paused = false;
  let closed = false;
  /** Records that are shown without waiting. */
  let skipping = 0;
  let wake: () => void = () => {};
  const change = (act: () => void) => () => {
    act();
    wake();
  };
  return {
    events: play(),
    get speed() {
      return speed;
    },
    get paused() {
      return paused;
    },
    faster: change(() => {
      speed = Math.min(fastest, speed * 2);
    }),
    slower: change(() => {
      speed = Math.max(slowest, speed / 2);
    }),
    pause: change(() => {
      paused = true;
    }),
    resume: change(() => {
      paused = false;
    }),
    step: change(() => {
      skipping += 1;
    }),
    close: change(() => {
      closed = true;
    }),
  };

  async function* play(): AsyncGenerator<RunEvent> {
    let before = recording[0]?.at;
    for (const event of recording) {
      await pass(Math.min(longestGapMs, Math.max(0, Date.parse(event.at) - Date.parse(before ?? event.at))));
      if (closed) return;
      before = event.at;
      yield event;
      if (skipping > 0 && 'seq' in event) skipping -= 1;
    }
  }

  /** Lets this much of the run's time pass, at whatever speed it has meanwhile. */
  async function pass(gap: number): Promise<void> {
    for (let left = gap; !closed && skipping === 0 && (paused || left > 0); ) {
      const from = clock();
      const atSpeed = speed;
      const running = !paused;
      await until(running ? left / atSpeed : undefined);
      if (running) left -= (clock() - from) * atSpeed;
    }
  }

  function until(ms: number | undefined): Promise<void> {
    return new Promise((resolve) => {
      const timer = ms === undefined ? undefined : setTimeout(resolve, ms);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
