import type { StepPreview } from '../step-preview.ts';
import type { PreviewedPlan } from './previewed-plan.ts';

/** The steps that were looked at, as a run's request holds them: what the person was shown. */
export function acceptedPreviews({ steps }: Pick<PreviewedPlan, 'steps'>): Record<string, StepPreview> {
  return Object.fromEntries(steps.flatMap(({ id, preview }) => (preview ? [[id, preview] as const] : [])));
}
