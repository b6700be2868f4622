/** Where a list stands. It lives in a store, never in a component: keys of one packet must each see what the one before did. */
export type SelectMove = 'up' | 'down' | 'first' | 'last' | 'page-up' | 'page-down';

/** The index after a move; up from the first goes to the last, as in ink-select-input. */
export function moveIndex(index: number, move: SelectMove, count: number, page = 10): number {
  if (count <= 0) return 0;
  switch (move) {
    case 'up':
      return index <= 0 ? count - 1 : index - 1;
    case 'down':
      return index >= count - 1 ? 0 : index + 1;
    case 'first':
      return 0;
    case 'last':
      return count - 1;
    case 'page-up':
      return Math.max(0, index - page);
    case 'page-down':
      return Math.min(count - 1, index + page);
  }
}

/** The first row to draw of a list of `total` rows in `visible` lines, so that `index` is in sight with some rows around it. */
export function windowOffset(index: number, visible: number, total: number): number {
  return Math.max(0, Math.min(index - Math.floor(visible / 2), total - visible));
}
