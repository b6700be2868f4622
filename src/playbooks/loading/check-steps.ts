import type { VariableShape } from '../../base/expression-environment.ts';
import type { Diagnostic } from '../../yaml/diagnostic.ts';
import type { LocatedDocument } from '../../yaml/parse.ts';
import type { Playbook } from '../model.ts';
import type { StepKind } from '../step-kind.ts';
import { checkChanges } from './changes.ts';
import type { Surroundings } from './expression.ts';
import { checkStepExpressions } from './expressions.ts';
import { checkFiles, type FileSurroundings } from './files.ts';
import { checkGroupOptions } from './group-options.ts';
import { checkInputNames } from './input-names.ts';
import { checkItemNames, itemsAt } from './items.ts';
import { knownAt } from './known-steps.ts';
import type { LoadedStep } from './loaded-step.ts';
import { checkOrder } from './needs.ts';
import { placesOf, type StepPlace } from './places.ts';
import { shapeOfStep } from './step-shapes.ts';
import { checkStepTexts } from './texts.ts';
import { checkUndo } from './undo.ts';

/** What the steps of a playbook are checked with. */
export interface Checking {
  document: LocatedDocument;
  playbook: Playbook;
  stepKinds: readonly StepKind[];
  files: FileSurroundings;
  /** Reads the playbook that a step calls into `playbook.calls`. */
  follow(step: LoadedStep): Diagnostic[];
}

/** Every fault of a playbook's steps that their own schemas do not find, of those inside of others too. */
export function checkSteps(steps: readonly LoadedStep[], checking: Checking): Diagnostic[] {
  const places = placesOf(steps);
  const shapes = new Map<string, VariableShape>();
  return [
    ...checkOrder(checking.document, places),
    ...places.flatMap((place) => checkStep(place, places, shapes, checking)),
  ];
}

function checkStep(
  place: StepPlace,
  places: readonly StepPlace[],
  shapes: Map<string, VariableShape>,
  { document, playbook, stepKinds, files, follow }: Checking,
): Diagnostic[] {
  const { step } = place;
  const called = follow(step);
  const around: Surroundings = {
    document,
    inputs: playbook.inputs,
    steps: knownAt(place, places, shapes),
    locals: itemsAt(place),
  };
  const expressions = checkStepExpressions(step, around);
  shapes.set(step.id, shapeOfStep(step, playbook.calls[step.id], shapesOf(expressions.outputs), stepKinds));
  return [
    ...expressions.diagnostics,
    ...checkStepTexts(document, step),
    ...checkItemNames(document, place),
    ...checkInputNames(document, place, places, playbook.inputs),
    ...checkGroupOptions(document, step),
    ...checkUndo(document, step),
    ...checkFiles(step, files),
    ...checkChanges(step, files),
    ...called,
  ];
}

/** What CEL calls the types of outputs, as a later expression meets them: integers come back as doubles. */
function shapesOf(types: Readonly<Record<string, string>>): Record<string, VariableShape> {
  const shapes: Record<string, VariableShape> = { string: 'string', bool: 'bool', double: 'double', int: 'double' };
  return Object.fromEntries(
    Object.entries(types).map(([name, type]) => [name, shapes[type] ?? (type.startsWith('list') ? 'list' : 'dyn')]),
  );
}
