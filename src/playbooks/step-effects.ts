import { kindOf } from './kind-of.ts';
import type { StepKind } from './step-kind.ts';

/** What a step acts on: by its own configuration where its kind tells one from the other, else by its kind. */
export function effectsOf(
  stepKinds: readonly StepKind[],
  step: { kind: string; config: Record<string, unknown> },
): StepKind['effects'] {
  const kind = kindOf(stepKinds, step);
  return kind?.effectsOf?.(step.config) ?? kind?.effects ?? 'none';
}
