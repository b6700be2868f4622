import { Box, Text } from 'ink';
import { Lines } from '../../ui/Lines.tsx';
import { Pane } from '../../ui/Pane.tsx';
import { Select } from '../../ui/Select.tsx';
import { wrap } from '../../ui/text.ts';
import { useTheme } from '../../ui/use-theme.ts';
import { clusterRows, type WelcomeRow, welcomeRows } from '../choices.ts';
import type { Rectangle } from '../layout.ts';
import { type AppState, type Screen, type WelcomeStep, welcomeSteps } from '../state.ts';
import { useAppState } from '../use-app.ts';
import { choiceItem, choiceNote } from './choice-lines.ts';

const questions: Record<WelcomeStep, { title: string; question: string; explanation: string }> = {
  system: {
    title: 'Which system',
    question: 'Which system do you want to bring up?',
    explanation:
      'A system is a product with its playbooks: readable steps that check, deploy, verify and load-test it. Each step shows the commands that it stands for.',
  },
  cluster: {
    title: 'Which cluster',
    question: 'On which cluster?',
    explanation:
      'One of your kubeconfig, or the sandbox, which needs no cluster at all. Nothing is changed before you have seen a plan and said yes to it.',
  },
  manifests: {
    title: 'Which manifests',
    question: 'With which manifests?',
    explanation:
      'The Kubernetes objects that are applied: those that come with the console, or those of the folder that you started it in.',
  },
};

interface ScreenProps<Type extends Screen['type']> {
  screen: Extract<Screen, { type: Type }>;
  area: Rectangle;
}

/** The first time: three questions, one at a time. */
export function WelcomeScreen({ screen, area }: ScreenProps<'welcome'>) {
  const theme = useTheme();
  const state = useAppState((all) => all);
  const rows = welcomeRows(state, screen.step);
  const { question, explanation } = questions[screen.step];
  const steps = welcomeSteps.map((step, index) => {
    const at = welcomeSteps.indexOf(screen.step);
    const sign = index < at ? theme.symbols.ok : index === at ? theme.symbols.dot : theme.symbols.pending;
    const text = `${sign} ${index + 1} ${questions[step].title}`;
    return index < at ? theme.ok(text) : index === at ? theme.strong(theme.accent(text)) : theme.dim(text);
  });
  const intro =
    screen.step === 'system'
      ? [
          ...wrap('Welcome. Three questions, then a plan; nothing happens before you say yes to it.', area.width - 6),
          '',
        ]
      : [];
  return (
    <Choice
      area={area}
      title="Welcome"
      head={[
        ...intro,
        steps.join(theme.dim(`  ${theme.symbols.next}  `)),
        '',
        theme.title(question),
        ...wrap(explanation, Math.min(90, area.width - 6)).map(theme.dim),
      ]}
      rows={rows}
      state={state}
      index={screen.index}
      nothing={
        screen.step === 'manifests' ? 'looking for manifests' : 'there is nothing to choose: the package is incomplete'
      }
    />
  );
}

/** Runs that wait or go on, and the clusters. */
export function ClustersScreen({ screen, area }: ScreenProps<'clusters'>) {
  const theme = useTheme();
  const state = useAppState((all) => all);
  const rows = clusterRows(state);
  const runs = rows.flatMap((row) => (row.type === 'run' ? [row.run.status === 'running'] : []));
  const said = [runs.includes(true) ? 'A run is going on' : '', runs.includes(false) ? 'a run is unfinished' : '']
    .filter(Boolean)
    .join(' and ');
  const head = [
    theme.title(said ? `${said[0]?.toUpperCase()}${said.slice(1)}; or choose a cluster` : 'Choose a cluster'),
  ];
  return <Choice area={area} title="Clusters" head={head} rows={rows} state={state} index={screen.index} nothing="" />;
}

/** Which system, where there are several. */
export function SystemsScreen({ screen, area }: ScreenProps<'systems'>) {
  const theme = useTheme();
  const state = useAppState((all) => all);
  const rows = welcomeRows(state, 'system');
  return (
    <Choice
      area={area}
      title="Systems"
      head={[theme.title('Choose a system')]}
      rows={rows}
      state={state}
      index={screen.index}
      nothing="no system"
    />
  );
}

/** Lines below the list at most. */
const mostNote = 5;

interface ChoiceProps {
  area: Rectangle;
  title: string;
  head: string[];
  rows: readonly WelcomeRow[];
  state: AppState;
  index: number;
  nothing: string;
}

function Choice({ area, title, head, rows, state, index, nothing }: ChoiceProps) {
  const theme = useTheme();
  const width = area.width - 6;
  const note = wrap(choiceNote(state, rows[index]), Math.min(90, width)).filter((line) => line !== '');
  const top = head.slice(0, Math.max(1, area.height - 7));
  const room = Math.max(1, area.height - 2 - top.length - 4 - Math.min(mostNote, note.length));
  const items = rows.map((row) => choiceItem(state, row, theme));
  return (
    <Pane title={title} width={area.width} height={area.height} focused>
      <Box flexDirection="column" paddingLeft={2} paddingTop={1}>
        <Lines lines={[...top, '']} width={width} />
        {items.length > 0 ? (
          <Select items={items} selected={index} width={width} height={Math.min(items.length, room)} />
        ) : (
          <Text>{theme.dim(nothing)}</Text>
        )}
        <Lines lines={['', ...note.slice(0, mostNote).map(theme.dim)]} width={width} />
      </Box>
    </Pane>
  );
}
