/** How one look at what is watched came out: for each limit whether it was kept; undefined where that could not be told. */
export type Look = readonly (boolean | undefined)[];

/** What is known after some looks. */
export interface Watching {
  looks: number;
  /** For each limit how many looks in a row have broken it, or could not tell. */
  inRow: readonly number[];
  /** The limit that ended it, by its place, and whether it was broken or could not be looked at so often. */
  ended: { limit: number; why: 'broken' | 'unknown' } | undefined;
}

export function beginWatching(limits: number): Watching {
  return { looks: 0, inRow: Array.from({ length: limits }, () => 0), ended: undefined };
}

/**
 * What is known after one look more. A limit may be broken `tolerate[i]` times in a row; once more ends the watching. What cannot be
 * looked at counts like what is broken: nobody knows whether it is well. After the end nothing changes any more. Pure.
 */
export function afterLook(before: Watching, look: Look, tolerate: readonly number[]): Watching {
  if (before.ended) return before;
  const inRow = before.inRow.map((count, index) => (look[index] === true ? 0 : count + 1));
  const limit = inRow.findIndex((count, index) => count > (tolerate[index] ?? 0));
  const why = look[limit] === undefined ? 'unknown' : 'broken';
  return { looks: before.looks + 1, inRow, ended: limit < 0 ? undefined : { limit, why } };
}
