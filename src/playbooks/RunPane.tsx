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
  const title = state?.run ? titleOf(state.run.title, `${over}/${all}`, width, theme) : 'Run';
  const lines = state
    ? runLines({ state, pointed, focused, spinner, now: Date.now(), theme, onward, ...content })
    : [theme.dim(' reading its journal')];
  return (
    <Pane title={title} width={width} height={height} focused={focused} joined={joined} open={open}>
      <Lines lines={lines} width={width - 2} />
    </Pane>
  );
}

/** The title gives way to how far it is. */
function titleOf(title: string, count: string, width: number, theme: Theme): string {
  return `${truncate(printableLine(title), width - 6 - count.length, theme.symbols.ellipsis)} ${count}`;
}
