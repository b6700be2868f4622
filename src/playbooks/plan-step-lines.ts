import { printableLine } from '../base/printable.ts';
import { wrap } from '../ui/text.ts';
import type { Theme } from '../ui/theme.ts';
import { previewLines, type Room } from './preview/preview-lines.ts';
import type { PreviewedPlan } from './preview/previewed-plan.ts';
import type { PlannedStep } from './runs/events.ts';
import { plannedStepLines } from './step-details.ts';

/** A step of a plan: what it does and why, what it would change, and the commands that it stands for. */
export function planStepLines(
  step: PlannedStep,
  plan: PreviewedPlan | undefined,
  width: number,
  theme: Theme,
  room?: Room,
): string[] {
  const known = plan?.steps.find(({ id }) => id === step.id);
  const changes = known?.preview ? previewLines(known.preview, width, theme, room) : [];
  const skipped = known?.skipped === undefined ? [] : wrap(`Skipped: ${printableLine(known.skipped)}`, width);
  const told = [...skipped.map(theme.dim), ...changes];
  const [title = '', ...rest] = plannedStepLines(step, width, theme);
  return told.length > 0 ? [title, '', ...told, ...rest] : [title, ...rest];
}
