import { Box, Text, useApp as useInk, useInput, usePaste, useWindowSize } from 'ink';
import { useEffect } from 'react';
import { runRows } from '../playbooks/run-lines.ts';
import { useTheme } from '../ui/use-theme.ts';
import { menuItems } from './choices.ts';
import { keyPresses } from './key-press.ts';
import { type Layout, type LayoutWishes, layout, leftWidthOf, smallest } from './layout.ts';
import type { AppState } from './state.ts';
import { runIsOn } from './state.ts';
import { useApp, useAppState } from './use-app.ts';
import { ChecklistView } from './views/ChecklistView.tsx';
import { ClustersScreen, SystemsScreen, WelcomeScreen } from './views/ChoiceScreens.tsx';
import { Dashboard } from './views/Dashboard.tsx';
import { DiagnosisView } from './views/DiagnosisView.tsx';
import { Footer } from './views/Footer.tsx';
import { Header } from './views/Header.tsx';
import { OverlayBox } from './views/OverlayBox.tsx';
import { ReadScreen } from './views/ReadScreens.tsx';
import { RunsScreen } from './views/RunsScreen.tsx';
import { FormScreen, PlanScreen } from './views/WorkScreens.tsx';

/** The whole screen. Keys go to the store as they come; nothing here remembers anything about them. */
export function AppView() {
  const app = useApp();
  const { columns, rows } = useWindowSize();
  useInput((input, key) => {
    for (const press of keyPresses(input, key)) app.dispatch({ type: 'key', key: press });
  });
  usePaste((text) => app.dispatch({ type: 'paste', text }));
  useSuspend();
  const wishes = useWishes(columns);
  const placed = layout(columns, rows, wishes);
  if (placed.kind === 'too-small') return <TooSmall columns={columns} rows={rows} />;
  const stepHidden = placed.panes.run === undefined;
  return (
    <Box flexDirection="column" width={columns} height={rows}>
      <Header width={columns} showStep={stepHidden} />
      <Box height={placed.body.height} width={columns}>
        <Body placed={placed} />
      </Box>
      <Footer width={columns} />
      <OverlayBox columns={columns} rows={rows} />
    </Box>
  );
}

function Body({ placed }: { placed: Exclude<Layout, { kind: 'too-small' }> }) {
  const theme = useTheme();
  const screen = useAppState((state) => state.screen);
  const area = placed.body;
  switch (screen.type) {
    case 'loading':
      return <Text>{theme.dim(' reading playbooks and runs')}</Text>;
    case 'welcome':
      return <WelcomeScreen screen={screen} area={area} />;
    case 'clusters':
      return <ClustersScreen screen={screen} area={area} />;
    case 'systems':
      return <SystemsScreen screen={screen} area={area} />;
    case 'dashboard':
      return <Dashboard placed={placed} />;
    case 'form':
      return <FormScreen screen={screen} area={area} />;
    case 'plan':
      return <PlanScreen screen={screen} area={area} />;
    case 'diagnosis':
      return <DiagnosisView screen={screen} area={area} />;
    case 'checklist':
      return <ChecklistView screen={screen} area={area} />;
    case 'runs':
      return <RunsScreen index={screen.index} area={area} />;
    default:
      return <ReadScreen screen={screen} area={area} />;
  }
}

function useWishes(columns: number): LayoutWishes {
  const theme = useTheme();
  const menuRows = useAppState((state) => menuItems(state).length + 1);
  const run = useAppState((state) => state.run !== undefined);
  const rows = useAppState(({ run }) => (run?.state ? runRows(run.state, leftWidthOf(columns) - 3, theme) : 0));
  const left = useAppState((state) => state.left);
  const right = useAppState((state) => state.right);
  const focus = useAppState((state) => state.focus);
  const alone = useAppState(runIsOver);
  return { menuRows, runRows: rows, run, left, right, focus, alone };
}

/** At its end a run says how it went: where there is little room it then has all of it. */
function runIsOver(state: AppState): boolean {
  return state.focus === 'run' && !runIsOn(state) && state.run?.state?.ended !== undefined;
}

function TooSmall({ columns, rows }: { columns: number; rows: number }) {
  return (
    <Box width={columns} height={rows} alignItems="center" justifyContent="center">
      <Text wrap="wrap">{`${columns}x${rows} is too small for the console: ${smallest.columns}x${smallest.rows} is the least. A run goes on meanwhile.`}</Text>
    </Box>
  );
}

/** Ctrl-Z: the terminal is put back as it was, the whole process group stops, and all is drawn anew when it goes on. */
function useSuspend(): void {
  const app = useApp();
  const { suspendTerminal } = useInk();
  useEffect(() => {
    app.suspend = () => {
      void suspendTerminal(async () => {
        const continued = new Promise<void>((resolve) => process.once('SIGCONT', resolve));
        process.kill(0, 'SIGTSTP');
        // Without a shell that knows jobs nothing stops: then it just goes on.
        await Promise.race([continued, new Promise((resolve) => setTimeout(resolve, 300))]);
      });
    };
  }, [app, suspendTerminal]);
}
