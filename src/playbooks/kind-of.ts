import type { StepKind } from './step-kind.ts';

/** The kind of a step; undefined where this program has none of that name. */
export function kindOf(stepKinds: readonly StepKind[], step: { kind: string }): StepKind | undefined {
  return stepKinds.find(({ name }) => name === step.kind);
}
