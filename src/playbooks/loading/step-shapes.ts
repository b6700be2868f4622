import type { VariableShape } from '../../base/expression-environment.ts';
import { valueAtPath } from '../../yaml/strings.ts';
import type { Playbook, StepDefinition } from '../model.ts';
import type { StepKind } from '../step-kind.ts';
import type { LoadedStep } from './loaded-step.ts';

/** A step as expressions see it below `steps`; `own` are the types of its own `outputs`, as far as they are known. */
export function shapeOfStep(
  step: LoadedStep,
  called: Playbook | undefined,
  own: Readonly<Record<string, VariableShape>>,
  kinds: readonly StepKind[],
): VariableShape {
  return { status: 'string', problem: 'string', outputs: withOwn(outputsOf(step, called, kinds), own) };
}

function outputsOf(
  { kind, inner, written }: LoadedStep,
  called: Playbook | undefined,
  kinds: readonly StepKind[],
): VariableShape {
  if (called) return outputsOfSteps(called.steps, kinds);
  if (kind?.name === 'playbook') return 'map';
  if (kind?.name === 'parallel') {
    const held = inner.filter(({ role }) => role === 'steps').flatMap(({ steps }) => steps);
    return Object.fromEntries(held.map(({ id }): [string, VariableShape] => [id, 'map']));
  }
  // A secret that is typed is nobody's output.
  if (kind?.name === 'input' && valueAtPath(written, ['input', 'sensitive']) === true) return {};
  return kind?.outputs ?? 'map';
}

/** What a called playbook puts out: each of its steps' outputs by the step's id. */
function outputsOfSteps(steps: readonly StepDefinition[], kinds: readonly StepKind[]): VariableShape {
  return Object.fromEntries(
    steps.map(({ id, kind, outputs = {} }): [string, VariableShape] => {
      const declared = kinds.find(({ name }) => name === kind)?.outputs ?? 'map';
      return [id, withOwn(declared, Object.fromEntries(Object.keys(outputs).map((name) => [name, 'dyn'])))];
    }),
  );
}

// What a kind does not declare may be anything.
function withOwn(declared: VariableShape, own: Readonly<Record<string, VariableShape>>): VariableShape {
  return typeof declared === 'string' ? declared : { ...declared, ...own };
}
