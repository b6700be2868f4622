import { Text } from 'ink';
import { Pane, paneContentHeight } from '../ui/Pane.tsx';
import { useTheme } from '../ui/use-theme.ts';
import { type LatencyTarget, type LatencyView, latencyLines, quantileText } from './latency-lines.ts';
import type { LatencySeries } from './latency-series.ts';

export interface LatencyPaneProps {
  /** With the borders: 36 to 100 columns and 6 to 20 lines show all that there is. */
  width: number;
  height: number;
  series: LatencySeries;
  target: LatencyTarget | undefined;
  /** Epoch ms in coarse steps, while a load runs; undefined when it is over. */
  now: number | undefined;
  /** The figures that targets were judged on, once there are any. */
  final?: LatencyView['final'];
  focused?: boolean;
  /** As in `Pane`. */
  joined?: boolean;
  open?: boolean;
}

const title = 'Latency ms';

/** P50, P95 and P99 over time, the target as a line, and replicas on the same time axis. */
export function LatencyPane({ width, height, series, target, now, final, focused, joined, open }: LatencyPaneProps) {
  const theme = useTheme();
  const view: LatencyView = { series, target, now, final, theme };
  const extra = quantileText(view, width - title.length - 10);
  const lines = latencyLines(view, Math.max(0, width - 2), paneContentHeight(height, open), extra);
  return (
    <Pane
      title={title}
      extra={extra === '' ? undefined : extra}
      width={width}
      height={height}
      focused={focused === true}
      joined={joined === true}
      open={open === true}
    >
      <Text wrap="truncate">{lines.join('\n')}</Text>
    </Pane>
  );
}
