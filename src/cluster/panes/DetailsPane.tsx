import { Text } from 'ink';
import { printableLine } from '../../base/printable.ts';
import { Pane, paneContentHeight } from '../../ui/Pane.tsx';
import { useTheme } from '../../ui/use-theme.ts';
import { drawToneLines, type ToneLine } from '../tone-line.ts';
import { describeObject } from './details-lines.ts';
import { feedLabel } from './feed-lines.ts';
import { lastLogLines } from './log-lines.ts';
import type { PodDetails } from './pod-details.ts';

export interface DetailsPaneProps {
  details: PodDetails;
  width: number;
  height: number;
  focused?: boolean;
  /** `log`: the whole pane for the log; `both` unless said. */
  show?: 'both' | 'log';
  /** How many lines of the description were scrolled past. */
  scroll?: number;
  /** Milliseconds since 1970, in coarse steps. */
  now: number;
  joined?: boolean;
  open?: boolean;
}

/** One pod: what it is and why, and the end of its log. */
export function DetailsPane(props: DetailsPaneProps) {
  const { details, width, height, focused = false, show = 'both', scroll = 0, now } = props;
  const theme = useTheme();
  const room = { width: Math.max(1, width - 4), height: paneContentHeight(height, props.open) };
  const container = printableLine(details.container ?? '');
  const lines: string[] = [];
  if (show === 'both') {
    const told: ToneLine[] = details.pod
      ? describeObject(details.pod, details.events, now, theme.symbols)
      : [{ text: details.gone ? 'the pod is gone' : 'asking the cluster', tone: 'dim' }];
    const described = drawToneLines(told, room.width, theme);
    // The description takes what it needs up to two thirds; the log gets the rest.
    const share = Math.min(described.length, Math.max(3, Math.floor((room.height * 2) / 3)));
    const from = Math.min(scroll, Math.max(0, described.length - share));
    lines.push(...described.slice(from, from + share));
    if (room.height - lines.length >= 3) lines.push('', theme.title(`Log ${container}`));
  }
  const left = room.height - lines.length;
  if (details.log.length > 0) lines.push(...lastLogLines(details.log, room.width, left));
  else lines.push(theme.dim(printableLine(details.logNote ?? 'no log yet')));
  const title = `${show === 'log' ? 'Log' : 'Pod'} ${printableLine(details.name)}${show === 'log' ? ` ${container}` : ''}`;
  return (
    <Pane
      title={title}
      extra={feedLabel(details.state, now, theme)}
      width={width}
      height={height}
      focused={focused}
      joined={props.joined ?? false}
      open={props.open ?? false}
    >
      <Text wrap="truncate">
        {lines
          .slice(0, room.height)
          .map((line) => ` ${line}`)
          .join('\n')}
      </Text>
    </Pane>
  );
}
