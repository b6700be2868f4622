import { Box, Text } from 'ink';
import { printableLine } from '../../base/printable.ts';
import { PlanView } from '../../playbooks/PlanView.tsx';
import { planStepLines } from '../../playbooks/plan-step-lines.ts';
import type { PreviewedPlan } from '../../playbooks/preview/previewed-plan.ts';
import type { PlannedStep } from '../../playbooks/runs/events.ts';
import { Form } from '../../ui/Form.tsx';
import { Pane } from '../../ui/Pane.tsx';
import { wrap } from '../../ui/text.ts';
import { useTheme } from '../../ui/use-theme.ts';
import type { Rectangle } from '../layout.ts';
import type { Screen } from '../state.ts';
import { useAppState } from '../use-app.ts';
import { ScrolledLines } from './ScrolledLines.tsx';

interface ScreenProps<Type extends Screen['type']> {
  screen: Extract<Screen, { type: Type }>;
  area: Rectangle;
}

/** The inputs of a playbook, below what could not be read of the cluster. */
export function FormScreen({ screen, area }: ScreenProps<'form'>) {
  const theme = useTheme();
  const width = area.width - 5;
  const notice = screen.form && screen.notice ? wrap(printableLine(screen.notice), width).slice(0, 3) : [];
  return (
    <Pane
      title={`${printableLine(screen.title)} ${theme.symbols.separator} inputs`}
      width={area.width}
      height={area.height}
      focused
    >
      <Box flexDirection="column" paddingLeft={1} paddingTop={1}>
        {notice.length > 0 && <Text>{`${notice.map((line) => theme.warn(line)).join('\n')}\n`}</Text>}
        {screen.form ? (
          <Form
            form={screen.form}
            submit="Show the plan"
            width={width}
            height={area.height - 4 - (notice.length > 0 ? notice.length + 1 : 0)}
          />
        ) : (
          <Text>{theme.dim('reading the inputs, and what the cluster has now of them')}</Text>
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
  const place = !context || plan?.withoutCluster ? '' : ` on ${printableLine(context)}`;
  const step = plan?.steps[screen.index];
  if (step && screen.open !== undefined) {
    const lines = planStepLines(step, screen.previewed, area.width - 4, theme, { fields: 1000, changes: 1000 });
    return <ScrolledLines title={printableLine(step.title)} lines={lines} scroll={screen.open} area={area} />;
  }
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
          question={`Run ${countOf(plan.steps, screen.previewed)}${place}?`}
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

/** How many steps would run, once it is known which are skipped: `these 4 steps`. */
function countOf(steps: readonly PlannedStep[], previewed: PreviewedPlan | undefined): string {
  const skipped = new Set(previewed?.steps.flatMap(({ id, skipped: why }) => (why === undefined ? [] : [id])));
  const count = steps.filter(({ id, group }) => !group && !skipped.has(id)).length;
  return count === 1 ? 'this one step' : `these ${count} steps`;
}
