import { Text } from 'ink';
import { useRef } from 'react';
import { printableLine } from '../../base/printable.ts';
import { Pane, paneContentHeight } from '../../ui/Pane.tsx';
import { useTheme } from '../../ui/use-theme.ts';
import type { FeedState } from '../watch/feed-state.ts';
import { emptyLines, feedLabel } from './feed-lines.ts';
import { filterPods } from './pod-filter.ts';
import type { PodRow } from './pod-row.ts';
import { podsTable } from './pods-table.ts';

export interface PodsPaneProps {
  /** As the feed gives them: problems first. */
  rows: readonly PodRow[];
  state: FeedState;
  width: number;
  height: number;
  focused?: boolean;
  /** Key of the chosen row; it stays chosen when rows move. */
  selected?: string | undefined;
  filter?: string | undefined;
  /** Where the pods are looked for, for the sentence that says there are none. */
  namespace?: string | undefined;
  /** Milliseconds since 1970, in coarse steps: ages are drawn from it. */
  now: number;
  joined?: boolean;
  open?: boolean;
}

/** The pods with what is wrong first. */
export function PodsPane(props: PodsPaneProps) {
  const { rows, state, width, height, focused = false, selected, filter = '', namespace, now } = props;
  const theme = useTheme();
  const offset = useRef(0);
  const shown = filterPods(rows, filter);
  const room = { width: Math.max(0, width - 2), height: paneContentHeight(height, props.open) };
  let lines: string[];
  if (shown.length > 0) {
    const table = podsTable({ rows: shown, selected, offset: offset.current, ...room, focused, now, theme });
    // Only where the list stood last; drawing twice with the same properties draws the same.
    offset.current = table.offset;
    lines = table.lines;
  } else {
    const nothing = rows.length > 0 ? `no pod fits ${filter}` : `no pods in ${namespace ?? 'this namespace'} yet`;
    lines = emptyLines(state, nothing, room.width, theme).slice(0, room.height);
  }
  const count = shown.length === rows.length ? `${rows.length}` : `${shown.length}/${rows.length}`;
  const title = `Pods ${count}${filter === '' ? '' : ` /${printableLine(filter)}`}`;
  return (
    <Pane
      title={title}
      extra={feedLabel(state, now, theme)}
      width={width}
      height={height}
      focused={focused}
      joined={props.joined ?? false}
      open={props.open ?? false}
    >
      <Text wrap="truncate">{lines.join('\n')}</Text>
    </Pane>
  );
}
