import type { SelectMove } from '../ui/select-state.ts';
import type { ActionName } from './key-binding.ts';

const moves: readonly ActionName[] = ['up', 'down', 'first', 'last', 'page-up', 'page-down'];

/** Whether an action moves in a list or scrolls. */
export function isMove(action: ActionName): action is SelectMove & ActionName {
  return moves.includes(action);
}

/** The first line that is drawn, after a move through `lines` lines of which `height` are seen. */
export function scrolled(scroll: number, move: SelectMove, lines: number, height: number): number {
  const last = Math.max(0, lines - height);
  const page = Math.max(1, height - 1);
  const wanted = {
    up: scroll - 1,
    down: scroll + 1,
    first: 0,
    last,
    'page-up': scroll - page,
    'page-down': scroll + page,
  }[move];
  return Math.max(0, Math.min(last, wanted));
}
