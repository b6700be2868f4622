import { printableLine } from '../../base/printable.ts';
import { truncate, wrap } from '../../ui/text.ts';
import type { Theme } from '../../ui/theme.ts';
import { missingLine } from '../runs/preflight.ts';
import { planSummary } from './plan-summary.ts';
import { previewBadge } from './preview-lines.ts';
import type { PreviewedPlan } from './previewed-plan.ts';

/** How many missing rights are listed; the run itself lists them all. */
const mostRights = 3;

/** What stands below a plan: how far it has been looked at, what it would change in sum, and the rights that are missing. */
export function planNotes(plan: PreviewedPlan | undefined, width: number, theme: Theme): string[] {
  if (!plan) return [theme.dim('looking at what it would change; nothing is changed by that')];
  const { looked, total, missing = [] } = plan;
  const short = (text: string) => truncate(printableLine(text), width, theme.symbols.ellipsis);
  const progress = looked < total ? `${looked} of ${total} steps looked at, the rest when it runs; ` : '';
  const rights = missing.slice(0, mostRights).map((right) => theme.bad(short(`  ${missingLine(right)}`)));
  const more = missing.length - rights.length;
  return [
    ...(missing.length > 0
      ? [theme.bad(short(`${theme.symbols.bad} Rights are missing, so that it would not begin:`))]
      : []),
    ...rights,
    ...(more > 0 ? [theme.bad(`  and ${more} more`)] : []),
    ...wrap(printableLine(`${progress}${planSummary(plan)}`), width).slice(0, 2),
  ];
}

/** What stands behind a step in the list: `+1 ~2 =5`, a `?` where not all of it is known. */
export function stepBadge(plan: PreviewedPlan | undefined, id: string, theme: Theme): string {
  const step = plan?.steps.find((one) => one.id === id);
  if (step?.skipped !== undefined) return 'skipped';
  return step?.preview ? previewBadge(step.preview, theme) : '';
}
