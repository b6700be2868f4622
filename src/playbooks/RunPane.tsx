import { printableLine } from '../base/printable.ts';
import { Lines } from '../ui/Lines.tsx';
import { Pane, paneContentHeight } from '../ui/Pane.tsx';
import { truncate } from '../ui/text.ts';
import type { Theme } from '../ui/theme.ts';
import { useSpinner } from '../ui/use-spinner.ts';
import { useTheme } from '../ui/use-theme.ts';
import { stepCount } from './current-step.ts';
import { runLines } from './run-lines.ts';
import type { RunState } from './runs/state.ts';

export interface RunPaneProps {
  state: RunState | undefined;
  pointed: number | undefined;
  onward?: string | undefined;
  /** It is shown again from its records: the clock is that of then. */
  replayed?: boolean;
  width: number;
  height: number;
  focused: boolean;
  joined?: boolean;
  open?: boolean;
}

/** The run: steps that are over, the one that runs with its output, those to come. */
export function RunPane({
  state,
  pointed,
  onward,
  replayed = false,
  width,
  height,
  focused,
  joined = false,
  open = false,
}: RunPaneProps) {
  const theme = useTheme();
  const running = state?.status === 'running';
  const spinner = useSpinner(running);
  // A column is left free before the border.
  const content = { width: width - 3, height: paneContentHeight(height, open) };
  const { over, all } = stepCount(state?.steps ?? []);
  const title = state?.run ? titleOf(state.run.title, `${over}/${all}`, width, replayed, theme) : 'Run';
  const lines = state
    ? runLines({ state, pointed, focused, spinner, now: clockOf(state, replayed), theme, onward, ...content })
    : [theme.dim(' reading its journal')];
  return (
    <Pane
      title={title}
      extra={replayed ? theme.dim('replay') : undefined}
      width={width}
      height={height}
      focused={focused}
      joined={joined}
      open={open}
    >
      <Lines lines={lines} width={width - 2} />
    </Pane>
  );
}

/** What is over, or was broken off, takes no more time. */
function clockOf({ status, at }: RunState, replayed: boolean): number {
  const over = replayed || (status !== 'running' && status !== 'waiting');
  return over && at !== undefined ? Date.parse(at) : Date.now();
}

/** The title gives way to how far it is. */
function titleOf(title: string, count: string, width: number, replayed: boolean, theme: Theme): string {
  const room = replayed ? 16 : 6;
  return `${truncate(printableLine(title), width - room - count.length, theme.symbols.ellipsis)} ${count}`;
}
