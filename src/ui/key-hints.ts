import { textWidth } from './text.ts';
import type { Theme } from './theme.ts';

export interface KeyHint {
  /** As written on the screen: `⏎`, `p`, `ctrl-c`. */
  key: string;
  description: string;
}

/** The keys that count now, in one line; those that do not fit are left out from the right, the last one (how to leave) stays. */
export function keyHintsLine(hints: readonly KeyHint[], width: number, theme: Theme): string {
  const size = (hint: KeyHint) => textWidth(hint.key) + 1 + textWidth(hint.description) + 2;
  const shown = [...hints];
  const total = () => shown.reduce((sum, hint) => sum + size(hint), 1);
  while (shown.length > 1 && total() - 2 > width) shown.splice(shown.length - 2, 1);
  return ` ${shown.map(({ key, description }) => `${theme.key(key)} ${theme.dim(description)}`).join('  ')}`;
}
