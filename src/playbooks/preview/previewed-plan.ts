import type { MissingRight } from '../runs/preflight.ts';
import type { StepPreview } from '../step-preview.ts';

/** A step of a plan with what it would do, as far as that can be known. */
export interface PreviewedStep {
  id: string;
  title: string;
  depth: number;
  group: boolean;
  /** Why it will not run. */
  skipped: string | undefined;
  /** None of a group, of what is skipped or only looks, and while it is still being looked at. */
  preview: StepPreview | undefined;
}

export interface PreviewedPlan {
  steps: PreviewedStep[];
  /** Undefined while they are being asked for. */
  missing: MissingRight[] | undefined;
  /** How many steps have been looked at, of how many. */
  looked: number;
  total: number;
}
