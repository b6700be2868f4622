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
  if (shown.length === 0) {
    const [first = ' ', ...rest] = placeholder ?? '';
    // The cursor lies over the first sign, so that nothing moves when the field gets the focus.
    return theme.color === 0
      ? cursor(' ', theme) + theme.dim(rest.join('').slice(0, Math.max(0, width - 1)))
      : cursor(first, theme) + theme.dim(rest.join('').slice(0, Math.max(0, width - 1)));
  }
  if (!focused) return shown.slice(0, width).join('').slice(0, width);
  // From the cursor back as far as there is room: what was pasted may be long.
  let start = state.cursor;
  for (let used = 0; start > 0; start -= 1) {
    used += textWidth(shown[start - 1] ?? '');
    if (used > width - 1) break;
  }
  const before = shown.slice(start, state.cursor).join('');
  const under = shown[state.cursor] ?? ' ';
  let after = '';
  for (const one of shown.slice(state.cursor + 1, state.cursor + 1 + width)) {
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
