import { printableLine } from '../../base/printable.ts';
import type { ToneLine } from '../../cluster/tone-line.ts';
import { stepDetailLines } from '../../playbooks/step-details.ts';
import { markdownLines } from '../../ui/markdown-lines.ts';
import { wrap } from '../../ui/text.ts';
import type { Theme } from '../../ui/theme.ts';
import { useTheme } from '../../ui/use-theme.ts';
import type { Rectangle } from '../layout.ts';
import { stepsOf } from '../run-reading.ts';
import { type AppState, type Screen, systemOf } from '../state.ts';
import { useAppState } from '../use-app.ts';
import { AccessScreen } from './AccessScreen.tsx';
import { helpLines } from './help-lines.ts';
import { LogScreen, PodDetailsScreen } from './PodScreens.tsx';
import { QueriesScreen } from './QueriesScreen.tsx';
import { ScrolledLines } from './ScrolledLines.tsx';

export type ReadScreenType = Extract<Screen, { scroll: unknown }>;

/** Screens that are read and scrolled: status, pages, details, logs, a step, faults, help. */
export function ReadScreen({ screen, area }: { screen: ReadScreenType; area: Rectangle }) {
  const theme = useTheme();
  const state = useAppState((all) => all);
  if (screen.type === 'logs') return <LogScreen screen={screen} area={area} />;
  if (screen.type === 'details' && screen.kind === 'Pod') return <PodDetailsScreen screen={screen} area={area} />;
  if (screen.type === 'access') return <AccessScreen screen={screen} area={area} />;
  if (screen.type === 'queries') return <QueriesScreen screen={screen} area={area} />;
  const { title, lines } = contentOf(state, screen, area.width - 4, theme);
  return <ScrolledLines title={title} lines={lines} scroll={screen.scroll} area={area} />;
}

/** Each fault with its place, its hint and its code frame. */
function faultLines(faults: AppState['catalog']['faults'], width: number, theme: Theme): string[] {
  if (faults.length === 0) return [theme.ok(`${theme.symbols.ok} Every playbook, menu and system is fine`)];
  return faults.flatMap(([first = '', ...more]) => [
    ...wrap(printableLine(first), width).map(theme.bad),
    ...more.map(printableLine),
    '',
  ]);
}

interface Content {
  title: string;
  lines: readonly (string | ToneLine)[];
}

function contentOf(
  state: AppState,
  screen: Exclude<ReadScreenType, { type: 'logs' | 'access' | 'queries' }>,
  width: number,
  theme: Theme,
): Content {
  const asked = state.view ?? [theme.dim('asking the cluster')];
  switch (screen.type) {
    case 'help':
      return { title: 'Help', lines: helpLines(width, theme) };
    case 'status':
      return { title: `Status of ${systemOf(state)?.title ?? 'the system'}`, lines: asked };
    case 'page':
      return {
        title: printableLine(screen.title),
        lines: screen.text === undefined ? [theme.dim('reading the page')] : markdownLines(screen.text, width, theme),
      };
    case 'faults':
      return { title: 'What is wrong in files', lines: faultLines(state.catalog.faults, width, theme) };
    case 'details':
      return { title: `${screen.kind} ${screen.name}`, lines: asked };
    case 'step': {
      const step = state.run ? stepsOf(state.run)[screen.index] : undefined;
      return {
        title: 'Step',
        lines: step ? stepDetailLines(step, width, theme) : [theme.dim('This step is not there any more')],
      };
    }
  }
}
