import { Box, Text } from 'ink';
import type { ReactNode } from 'react';
import { textWidth, truncate } from './text.ts';
import type { Theme } from './theme.ts';
import { useTheme } from './use-theme.ts';

export interface PaneProps {
  title: string;
  /** Stands at the right of the title line, unstyled or styled; left out where there is no room. */
  extra?: string | undefined;
  /** With the borders: the content has `width - 2` columns and `paneContentHeight` lines. */
  width: number;
  height: number;
  focused?: boolean;
  /** Shares its top line with the pane above, which then is drawn with `open`. */
  joined?: boolean;
  /** Has no bottom line: the pane below draws it. */
  open?: boolean;
  children?: ReactNode;
}

/** Lines that a pane of this height has for its content. */
export function paneContentHeight(height: number, open = false): number {
  return Math.max(0, height - (open ? 1 : 2));
}

/** A box with its title in the top line, as in `┌ Pods 7 ────┐`. */
export function Pane({
  title,
  extra,
  width,
  height,
  focused = false,
  joined = false,
  open = false,
  children,
}: PaneProps) {
  const theme = useTheme();
  const line = focused ? theme.borderFocused : theme.borderIdle;
  const content = paneContentHeight(height, open);
  const side = `${theme.border.vertical}\n`.repeat(content).trimEnd();
  return (
    <Box flexDirection="column" width={width} height={height} flexShrink={0}>
      <Text wrap="truncate">{topLine({ title, extra, width, joined, focused, theme })}</Text>
      <Box height={content} width={width}>
        <Text>{line(side)}</Text>
        <Box width={Math.max(0, width - 2)} height={content} overflow="hidden" flexDirection="column">
          {children}
        </Box>
        <Text>{line(side)}</Text>
      </Box>
      {open ? null : (
        <Text wrap="truncate">
          {line(
            theme.border.bottomLeft + theme.border.horizontal.repeat(Math.max(0, width - 2)) + theme.border.bottomRight,
          )}
        </Text>
      )}
    </Box>
  );
}

interface TopLine {
  title: string;
  extra: string | undefined;
  width: number;
  joined: boolean;
  focused: boolean;
  theme: Theme;
}

function topLine({ title, extra, width, joined, focused, theme }: TopLine): string {
  const { border } = theme;
  const line = focused ? theme.borderFocused : theme.borderIdle;
  const name = title === '' ? '' : ` ${truncate(title, Math.max(0, width - 4), theme.symbols.ellipsis)} `;
  const room = Math.max(0, width - 2 - textWidth(name));
  const tail = extra && textWidth(extra) + 4 <= room ? ` ${extra} ` : '';
  const rule = border.horizontal.repeat(Math.max(0, room - textWidth(tail) - (tail ? 1 : 0)));
  return (
    line(joined ? border.joinLeft : border.topLeft) +
    (focused ? theme.selected(name) : theme.title(name)) +
    line(rule) +
    tail +
    line((tail ? border.horizontal : '') + (joined ? border.joinRight : border.topRight))
  );
}
