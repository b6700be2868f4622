import { truncate } from './text.ts';
import type { Theme } from './theme.ts';

export type Tone = 'ok' | 'warn' | 'bad' | 'info';

/** One line that says what just happened, with a sign and not by colour alone. */
export function bannerLine(tone: Tone, text: string, width: number, theme: Theme): string {
  return theme[tone](` ${toneSign(tone, theme)} ${truncate(text, Math.max(0, width - 4), theme.symbols.ellipsis)}`);
}

function toneSign(tone: Tone, { symbols }: Theme): string {
  return { ok: symbols.ok, warn: symbols.warn, bad: symbols.bad, info: symbols.bullet }[tone];
}
