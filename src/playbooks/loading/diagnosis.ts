import type { Diagnostic } from '../../yaml/diagnostic.ts';
import type { LocatedDocument } from '../../yaml/parse.ts';
import { diagnosticAtPath } from '../../yaml/validate.ts';
import type { InputDefinition, Playbook, StepDefinition } from '../model.ts';
import { everyStep } from '../plan.ts';
import { effectsOf } from '../step-effects.ts';
import type { StepKind } from '../step-kind.ts';
import { type LoadedStep, withInner } from './loaded-step.ts';

/** Kinds that ask a person: a diagnosis is made without one. */
const asking = ['confirm', 'input'];

/** That a diagnosis changes nothing, asks nobody and needs nothing to be given. */
export function checkDiagnosis(
  document: LocatedDocument,
  playbook: Playbook,
  steps: readonly LoadedStep[],
  stepKinds: readonly StepKind[],
): Diagnostic[] {
  if (!playbook.diagnosis) return [];
  const ofSteps = withInner(steps).flatMap((step) => {
    const message = faultOf(step, playbook, stepKinds);
    if (message === undefined) return [];
    const hint = 'it is made at any time, without a question: only steps that read may stand in it';
    return [diagnosticAtPath(document, [...step.path, step.kind?.name ?? 'title'], { message, hint })];
  });
  const ofInputs = Object.entries(playbook.inputs).flatMap(([name, input]) => {
    if (!mustBeGiven(input)) return [];
    const hint = 'give it a `default`';
    return [
      diagnosticAtPath(document, ['inputs', name], { message: 'a diagnosis is made without being asked', hint }, 'key'),
    ];
  });
  return [...ofSteps, ...ofInputs];
}

function faultOf({ kind, definition, id }: LoadedStep, { calls }: Playbook, kinds: readonly StepKind[]) {
  if (!kind || !definition) return undefined;
  if (asking.includes(kind.name)) return 'a diagnosis asks nobody';
  if (effectsOf(kinds, definition) !== 'none') return 'a diagnosis changes nothing, and this step acts';
  const called = calls[id];
  const acting = called && everyStep(called).find(({ step }) => effectsOf(kinds, step) !== 'none');
  return acting && `a diagnosis changes nothing, and \`${called.ref}\` acts in its step \`${acting.step.id}\``;
}

function mustBeGiven({ sensitive, default: usual, optional }: InputDefinition): boolean {
  return sensitive === true || (usual === undefined && optional !== true);
}

/** A step of a diagnosis: what it finds is no reason not to look at the rest, unless it says so. */
export function goneOnAfter(step: StepDefinition): StepDefinition {
  return {
    ...step,
    onFailure: step.onFailure ?? 'continue',
    ...(step.steps ? { steps: step.steps.map(goneOnAfter) } : {}),
  };
}

/** A step of a playbook that is no diagnosis. */
export const asItIs = (step: StepDefinition): StepDefinition => step;
