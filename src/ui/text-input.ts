import { textWidth } from './text.ts';
import { characters, type TextState } from './text-state.ts';
import type { Theme } from './theme.ts';

export interface TextInputProps {
  state: TextState;
  width: number;
  focused: boolean;
  /** Draws a dot for each character. */
  masked?: boolean;
  /** Drawn dimmed while nothing is typed. */
  placeholder?: string | undefined;
}

/** A line that is being edited with its cursor, scrolled so that the cursor is in sight. The keys go to `editText`. */
export function textInputLine({
  state,
  width,
  focused,
  masked,
  placeholder,
  theme,
}: TextInputProps & { theme: Theme }): string {
  const sign = theme.unicode ? '•' : '*';
  const shown = characters(state.value).map((one) => (masked ? sign : one));
  if (shown.length === 0 && !focused) return theme.dim((placeholder ?? '').slice(0, width));
  if (shown.length === 0) return cursor(' ', theme) + theme.dim((placeholder ?? '').slice(0, Math.max(0, width - 1)));
  if (!focused) return shown.join('').slice(0, width);
  let start = 0;
  while (textWidth(shown.slice(start, state.cursor).join('')) > width - 1) start += 1;
  const before = shown.slice(start, state.cursor).join('');
  const under = shown[state.cursor] ?? ' ';
  let after = '';
  for (const one of shown.slice(state.cursor + 1)) {
    if (textWidth(before + under + after + one) > width) break;
    after += one;
  }
  return before + cursor(under, theme) + after;
}

// Without colours there is no inverse either: the cursor is then a sign of its own.
function cursor(under: string, theme: Theme): string {
  return theme.color === 0
    ? under === ' '
      ? theme.symbols.cursor
      : `${theme.symbols.cursor}${under}`
    : theme.inverse(under);
}
