/** Who has ticked an item, when, and what was written beside it. Text is raw. */
export interface Tick {
  by: string;
  /** UTC, ISO 8601. */
  at: string;
  note: string;
}

/** By the ids of items. */
export type Ticks = Readonly<Record<string, Tick>>;

/** No longer than a person writes in a sentence or two. */
export const longestNote = 500;
