import { printableLine } from '../../base/printable.ts';
import { textWidth, wrap } from '../../ui/text.ts';
import type { Theme } from '../../ui/theme.ts';

/** Answers beside each other where they have room, else one below the other. */
export function row(choices: readonly string[], index: number, width: number, theme: Theme): string[] {
  const texts = choices.map((text) => `[ ${printableLine(text)} ]`);
  const needed = texts.reduce((sum, text) => sum + textWidth(text) + 4, -2);
  if (needed > width) return column(choices, index, width, theme);
  const line = texts.map((text, at) =>
    at === index ? theme.selected(`${theme.symbols.pointer} ${text}`) : `  ${text}`,
  );
  return [line.join('  ')];
}

/** Answers one below the other; a long one goes on below itself. */
export function column(choices: readonly string[], index: number, width: number, theme: Theme): string[] {
  return choices.flatMap((text, at) =>
    wrap(printableLine(text), width - 2).map((part, line) => {
      if (at !== index) return `  ${part}`;
      return theme.selected(`${line === 0 ? theme.symbols.pointer : ' '} ${part}`);
    }),
  );
}
