import { Text } from 'ink';
import { windowOffset } from './select-state.ts';
import { fitTo, pad, textWidth, truncate } from './text.ts';
import type { Style, Theme } from './theme.ts';
import { useTheme } from './use-theme.ts';

export interface SelectItem {
  label: string;
  /** Stands dimmed behind the label where there is room. */
  hint?: string | undefined;
  hintStyle?: Style | undefined;
  /** At the right end, e.g. ▸ for what leads to another list. */
  mark?: string | undefined;
  disabled?: boolean;
}

export interface SelectProps {
  items: readonly SelectItem[];
  selected: number;
  width: number;
  height: number;
  focused?: boolean;
}

/** A list to choose from in the look of ink-select-input, drawn as one text. It holds no state and reads no keys. */
export function Select(props: SelectProps) {
  const theme = useTheme();
  return <Text wrap="truncate">{selectLines({ ...props, theme }).join('\n')}</Text>;
}

/** The lines of a list: pointer, label, hint, mark. Shows the stretch around the chosen row where not all fit. */
export function selectLines({
  items,
  selected,
  width,
  height,
  focused = true,
  theme,
}: SelectProps & { theme: Theme }): string[] {
  const offset = windowOffset(selected, height, items.length);
  const shown = items.slice(offset, offset + height);
  const labelWidth = Math.max(0, ...items.filter(({ hint }) => hint).map(({ label }) => textWidth(label)));
  const lines = shown.map((item, index) =>
    line(item, offset + index === selected, { width, labelWidth, focused, theme }),
  );
  const last = lines.length - 1;
  if (offset > 0) lines[0] = theme.dim(fitTo(`  ${theme.symbols.ellipsis} ${offset + 1} more`, width));
  if (offset + height < items.length && last > 0)
    lines[last] = theme.dim(fitTo(`  ${theme.symbols.ellipsis} ${items.length - offset - height + 1} more`, width));
  return lines;
}

interface LineOptions {
  width: number;
  labelWidth: number;
  focused: boolean;
  theme: Theme;
}

function line(item: SelectItem, chosen: boolean, { width, labelWidth, focused, theme }: LineOptions): string {
  const mark = item.mark ? ` ${item.mark}` : '';
  const room = width - 2 - textWidth(mark);
  const label = truncate(item.label, room, theme.symbols.ellipsis);
  const style = chosen
    ? focused
      ? theme.selected
      : theme.selectedIdle
    : item.disabled
      ? theme.dim
      : (text: string) => text;
  const hintRoom = room - labelWidth - 2;
  const aligned = item.hint && hintRoom >= 8 ? pad(label, labelWidth + 2) : label;
  const hint = item.hint && hintRoom >= 8 ? truncate(item.hint, hintRoom, theme.symbols.ellipsis) : '';
  const filler = ' '.repeat(Math.max(0, room - textWidth(aligned) - textWidth(hint)));
  const pointer = chosen ? `${theme.symbols.pointer} ` : '  ';
  return style(pointer + aligned) + (item.hintStyle ?? theme.dim)(hint) + filler + (mark ? theme.dim(mark) : '');
}
