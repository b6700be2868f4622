import { Box, Text } from 'ink';
import { formatAge } from '../../base/duration.ts';
import { printableLine } from '../../base/printable.ts';
import { PlanView } from '../../playbooks/PlanView.tsx';
import { planStepLines } from '../../playbooks/plan-step-lines.ts';
import { Form } from '../../ui/Form.tsx';
import { Pane } from '../../ui/Pane.tsx';
import { windowOffset } from '../../ui/select-state.ts';
import { tableLines } from '../../ui/table.ts';
import type { Theme } from '../../ui/theme.ts';
import { useTheme } from '../../ui/use-theme.ts';
import type { Rectangle } from '../layout.ts';
import type { RunEntry } from '../services.ts';
import type { Screen } from '../state.ts';
import { useAppState } from '../use-app.ts';
import { useCoarseNow } from '../use-feed.ts';
import { ScrolledLines } from './ScrolledLines.tsx';

interface ScreenProps<Type extends Screen['type']> {
  screen: Extract<Screen, { type: Type }>;
  area: Rectangle;
}

/** The inputs of a playbook. */
export function FormScreen({ screen, area }: ScreenProps<'form'>) {
  const theme = useTheme();
  return (
    <Pane
      title={`${printableLine(screen.title)} ${theme.symbols.separator} inputs`}
      width={area.width}
      height={area.height}
      focused
    >
      <Box flexDirection="column" paddingLeft={1} paddingTop={1}>
        {screen.form ? (
          <Form form={screen.form} submit="Show the plan" width={area.width - 5} height={area.height - 4} />
        ) : (
          <Text>{theme.dim('reading the inputs')}</Text>
        )}
      </Box>
    </Pane>
  );
}

/** What a playbook would do, and the question whether it shall. */
export function PlanScreen({ screen, area }: ScreenProps<'plan'>) {
  const theme = useTheme();
  const context = useAppState((state) => state.session?.info.context);
  const { plan } = screen;
  const step = plan?.steps[screen.index];
  if (step && screen.open !== undefined) {
    const lines = planStepLines(step, screen.previewed, area.width - 4, theme, { fields: 1000, changes: 1000 });
    return <ScrolledLines title={printableLine(step.title)} lines={lines} scroll={screen.open} area={area} />;
  }
  const place = context ? `on ${printableLine(context)}` : '';
  return (
    <Pane
      title={`${printableLine(screen.title)} ${theme.symbols.separator} plan`}
      width={area.width}
      height={area.height}
      focused
    >
      {plan ? (
        <PlanView
          description={plan.description}
          facts={plan.facts}
          steps={plan.steps}
          previewed={screen.previewed}
          selected={screen.index}
          question={`Run these ${plan.steps.filter(({ group }) => !group).length} steps ${place}?`}
          yes={screen.yes}
          width={area.width - 2}
          height={area.height - 2}
        />
      ) : (
        <Text>{theme.dim(' making the plan; nothing is changed')}</Text>
      )}
    </Pane>
  );
}

/** What was run. */
export function RunsScreen({ screen, area }: ScreenProps<'runs'>) {
  const theme = useTheme();
  const runs = useAppState((state) => state.runs);
  const now = useCoarseNow();
  const height = area.height - 2;
  const lines = tableLines({
    columns: [
      { title: 'RUN', flex: 3, minWidth: 16 },
      { title: 'STATE', width: 12 },
      { title: 'CLUSTER', flex: 1, minWidth: 8, priority: 2 },
      { title: 'AGE', width: 4, align: 'right' },
      { title: 'HOW FAR', flex: 2, minWidth: 10, priority: 3 },
    ],
    rows: runs.map((run) => runRow(run, now, theme)),
    width: area.width - 4,
    height,
    offset: windowOffset(screen.index, height - 1, runs.length),
    selected: screen.index,
    theme,
  });
  return (
    <Pane title={`Runs ${runs.length}`} width={area.width} height={area.height} focused>
      <Text wrap="truncate">
        {runs.length === 0 ? theme.dim(' nothing was run yet') : lines.map((line) => ` ${line}`).join('\n')}
      </Text>
    </Pane>
  );
}

function runRow(run: RunEntry, now: number, theme: Theme) {
  const { symbols } = theme;
  const states = {
    running: { text: `${symbols.dot} going on`, style: theme.info },
    unfinished: { text: `${symbols.warn} unfinished`, style: theme.warn },
    done: { text: `${symbols.ok} done`, style: theme.ok },
    failed: { text: `${symbols.bad} failed`, style: theme.bad },
    'not-met': { text: `${symbols.bad} not met`, style: theme.bad },
    stopped: { text: `${symbols.warn} stopped`, style: theme.warn },
  };
  const age = formatAge(now - Date.parse(run.startedAt));
  return [printableLine(run.id), states[run.status], printableLine(run.context), age, printableLine(run.summary)];
}
