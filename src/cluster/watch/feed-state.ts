/** How far what is drawn can be believed. Times are milliseconds since 1970. */
export type FeedState =
  | { kind: 'connecting' }
  | { kind: 'live'; since: number }
  /** There is no cluster, and nothing to ask. */
  | { kind: 'none' }
  /** The last good news is that old; it is being tried again. */
  | { kind: 'stale'; since: number; reason: string }
  /** The API server says no; it is asked again now and then, in case that changes. */
  | { kind: 'denied'; reason: string; next: readonly string[] };

/**
 * One short sentence for a pane's title line. Ages come in coarse steps, so that the screen is repainted only when it says
 * something new.
 */
export function describeFeed(state: FeedState, now: number): string {
  switch (state.kind) {
    case 'connecting':
      return 'connecting';
    case 'live':
      return 'live';
    case 'none':
      return 'no cluster';
    case 'stale':
      return `stale for ${coarseAge(now - state.since)}, reconnecting`;
    case 'denied':
      return 'not allowed';
  }
}

/** The worst state of several: what the whole screen says of its data. */
export function worstOf(states: readonly FeedState[]): FeedState {
  const rank = { live: 0, none: 1, connecting: 2, denied: 3, stale: 4 };
  return states.reduce<FeedState>((worst, state) => (rank[state.kind] > rank[worst.kind] ? state : worst), {
    kind: 'live',
    since: 0,
  });
}

/** 5 s, 10 s, 20 s, 30 s, then half minutes up to five, then minutes. */
export function coarseAge(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const step = [30, 20, 10, 5].find((size) => seconds >= size);
  if (seconds < 60) return step === undefined ? 'a moment' : `${step} s`;
  if (seconds < 300) return `${Math.floor(seconds / 30) / 2} min`;
  return `${Math.floor(seconds / 60)} min`;
}
