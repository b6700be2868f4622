import type { PreviewAction } from '../step-preview.ts';
import type { PreviewedPlan } from './previewed-plan.ts';

const order: readonly PreviewAction[] = ['create', 'update', 'recreate', 'delete', 'run', 'unchanged'];

/** `3 create, 2 update, 5 unchanged; 1 step cannot be previewed`. */
export function planSummary({ steps }: Pick<PreviewedPlan, 'steps'>): string {
  const previews = steps.flatMap(({ preview }) => preview ?? []);
  const actions = previews.flatMap(({ changes }) => changes.map(({ action }) => action));
  const counts = order.flatMap((action) => {
    const count = actions.filter((one) => one === action).length;
    return count > 0 ? [`${count} ${action}`] : [];
  });
  const unsure = (certainty: string, text: string) => {
    const count = previews.filter((preview) => preview.certainty === certainty).length;
    return count > 0 ? [`${count} ${count === 1 ? 'step' : 'steps'} ${text}`] : [];
  };
  const doubts = [...unsure('partly', 'known in part'), ...unsure('cannot preview', 'cannot be previewed yet')];
  return [counts.length > 0 ? counts.join(', ') : 'nothing would be changed', ...doubts].join('; ');
}
