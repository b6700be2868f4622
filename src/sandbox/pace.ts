/** The sandbox's `--speed`: shortens pod start-up and the controllers' periods and nothing else. */
export interface Pace {
  readonly speed: number;
  /** How long something takes here that takes `ms` on a cluster. */
  shorten(ms: number): number;
}

export function createPace(speed: number): Pace {
  return { speed, shorten: (ms) => ms / speed };
}
