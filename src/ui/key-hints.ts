import { textWidth } from './text.ts';
import type { Theme } from './theme.ts';

export interface KeyHint {
  /** As written on the screen: `⏎`, `p`, `ctrl-c`. */
  key: string;
  description: string;
  /** Stays as long as there is room for any: how to get out of where one is. */
  keep?: boolean;
}

/** The keys that count now, in one line; where not all fit, those are left out from the right that need not be kept. The last one stays. */
export function keyHintsLine(hints: readonly KeyHint[], width: number, theme: Theme): string {
  const size = (hint: KeyHint) => textWidth(hint.key) + 1 + textWidth(hint.description) + 2;
  const shown = [...hints];
  const total = () => shown.reduce((sum, hint) => sum + size(hint), 1);
  while (shown.length > 1 && total() - 2 > width) {
    const least = shown.slice(0, -1).findLastIndex(({ keep }) => !keep);
    shown.splice(least >= 0 ? least : shown.length - 2, 1);
  }
  return ` ${shown.map(({ key, description }) => `${theme.key(key)} ${theme.dim(description)}`).join('  ')}`;
}
