import { wrap } from '../ui/text.ts';
import type { Style, Theme } from '../ui/theme.ts';

/** A line to be read, with its meaning; its text is printable already and may be wider than the screen. */
export interface ToneLine {
  text: string;
  tone?: Tone | undefined;
}

export type Tone = 'title' | 'ok' | 'warn' | 'bad' | 'dim' | 'info';

function styleOf(tone: Tone | undefined, theme: Theme): Style {
  return tone === undefined ? (text) => text : theme[tone];
}

/** The lines as they are drawn: wrapped to the width, then styled. */
export function drawToneLines(lines: readonly ToneLine[], width: number, theme: Theme): string[] {
  return lines.flatMap(({ text, tone }) => (text === '' ? [''] : wrap(text, width).map(styleOf(tone, theme))));
}
