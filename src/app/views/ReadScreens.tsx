import { Text } from 'ink';
import { printable } from '../../base/printable.ts';
import { stepDetailLines } from '../../playbooks/step-details.ts';
import { Pane } from '../../ui/Pane.tsx';
import { wrap } from '../../ui/text.ts';
import type { Theme } from '../../ui/theme.ts';
import { useTheme } from '../../ui/use-theme.ts';
import type { Rectangle } from '../layout.ts';
import { stepsOf } from '../run-reading.ts';
import type { ViewLine } from '../services.ts';
import { type AppState, type Screen, systemOf } from '../state.ts';
import { useApp, useAppState } from '../use-app.ts';
import { helpLines } from './help-lines.ts';

export type ReadScreenType = Extract<Screen, { scroll: unknown }>;

/** Screens that are read and scrolled: status, details, logs, a step, help. */
export function ReadScreen({ screen, area }: { screen: ReadScreenType; area: Rectangle }) {
  const theme = useTheme();
  const app = useApp();
  const state = useAppState((all) => all);
  const width = area.width - 4;
  const height = area.height - 2;
  const lines = linesOf(state, screen, width, theme);
  const last = Math.max(0, lines.length - height);
  const from = screen.scroll === 'end' ? last : Math.min(screen.scroll, last);
  // Keys scroll by what is drawn.
  app.look.lines = lines.length;
  app.look.height = height;
  const seen = lines.slice(from, from + height).map((line) => ` ${line}`);
  const extra =
    last > 0 ? theme.dim(`${from + 1}-${Math.min(lines.length, from + height)} of ${lines.length}`) : undefined;
  return (
    <Pane title={titleOf(state, screen)} extra={extra} width={area.width} height={area.height} focused>
      <Text wrap="truncate">{seen.join('\n')}</Text>
    </Pane>
  );
}

function titleOf(state: AppState, screen: ReadScreenType): string {
  switch (screen.type) {
    case 'help':
      return 'Help';
    case 'status':
      return `Status of ${systemOf(state)?.title ?? 'the system'}`;
    case 'details':
      return `${screen.kind} ${screen.name}`;
    case 'logs':
      return `Log of ${screen.pod}`;
    case 'step':
      return 'Step';
  }
}

function linesOf(state: AppState, screen: ReadScreenType, width: number, theme: Theme): string[] {
  if (screen.type === 'help') return helpLines(width, theme);
  if (screen.type === 'step') {
    const step = state.run ? stepsOf(state.run)[screen.index] : undefined;
    return step ? stepDetailLines(step, width, theme) : [theme.dim('This step is not there any more')];
  }
  if (!state.view) return [theme.dim(screen.type === 'logs' ? 'waiting for its first line' : 'asking the cluster')];
  return state.view.flatMap((line) => viewLine(line, width, theme));
}

function viewLine({ text, tone }: ViewLine, width: number, theme: Theme): string[] {
  const style = tone ? theme[tone] : (line: string) => line;
  return wrap(printable(text), width).map(style);
}
