import type { Symbols } from '../ui/theme.ts';

/** The arithmetic of a sentence in signs that the terminal has: `83/70 × 3 = 3.6 → 4`, or `83/70 x 3 = 3.6 > 4` in ASCII. */
export function inSigns(text: string, symbols: Symbols): string {
  return symbols.next === '→' ? text : text.replaceAll('→', symbols.next).replaceAll('×', 'x');
}
