import { Text } from 'ink';
import { Pane, paneContentHeight } from '../../ui/Pane.tsx';
import { useTheme } from '../../ui/use-theme.ts';
import type { FeedState } from '../watch/feed-state.ts';
import type { AutoscalerRow } from './autoscaler-row.ts';
import { autoscalerLines } from './autoscalers-lines.ts';
import { emptyLines, feedLabel } from './feed-lines.ts';

export interface AutoscalersPaneProps {
  rows: readonly AutoscalerRow[];
  state: FeedState;
  width: number;
  height: number;
  focused?: boolean;
  namespace?: string | undefined;
  /** Milliseconds since 1970, in coarse steps. */
  now: number;
  joined?: boolean;
  open?: boolean;
}

/** Metric against target, replicas → wanted of max, and one sentence why. */
export function AutoscalersPane(props: AutoscalersPaneProps) {
  const { rows, state, width, height, focused = false, namespace, now, joined = false, open = false } = props;
  const theme = useTheme();
  const room = { width: Math.max(0, width - 2), height: paneContentHeight(height, open) };
  const nothing = `no autoscaler in ${namespace ?? 'this namespace'} yet`;
  const lines =
    rows.length > 0
      ? autoscalerLines({ rows, ...room, theme })
      : emptyLines(state, nothing, room.width, theme).slice(0, room.height);
  return (
    <Pane
      title={rows.length > 1 ? `HPA ${rows.length}` : 'HPA'}
      extra={feedLabel(state, now, theme)}
      width={width}
      height={height}
      focused={focused}
      joined={joined}
      open={open}
    >
      <Text wrap="truncate">{lines.join('\n')}</Text>
    </Pane>
  );
}
