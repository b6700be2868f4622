import type { Diagnostic } from '../../yaml/diagnostic.ts';
import type { LocatedDocument } from '../../yaml/parse.ts';
import { diagnosticAtPath } from '../../yaml/validate.ts';
import { kindOf } from '../kind-of.ts';
import type { Playbook, StepDefinition } from '../model.ts';
import { everyStep } from '../plan.ts';
import type { StepKind } from '../step-kind.ts';
import { type LoadedStep, withInner } from './loaded-step.ts';

/** That a playbook which says `cluster: none` has only steps and inputs that ask no cluster. */
export function checkWithoutCluster(
  document: LocatedDocument,
  playbook: Playbook,
  steps: readonly LoadedStep[],
  stepKinds: readonly StepKind[],
): Diagnostic[] {
  if (playbook.cluster !== 'none') return [];
  const hint = 'the playbook says `cluster: none`; take that away, or leave this out';
  const ofSteps = withInner(steps).flatMap((step) => {
    const message = faultOf(step, playbook, stepKinds);
    return message ? [diagnosticAtPath(document, [...step.path, step.kind?.name ?? 'title'], { message, hint })] : [];
  });
  const ofInputs = Object.entries(playbook.inputs).flatMap(([name, { from, choices }]) => {
    if (!from && !choices) return [];
    return [
      diagnosticAtPath(document, ['inputs', name], { message: 'this input is read from a cluster', hint }, 'key'),
    ];
  });
  return [...ofSteps, ...ofInputs];
}

function faultOf({ kind, definition, id }: LoadedStep, { calls }: Playbook, kinds: readonly StepKind[]) {
  if (!kind || !definition) return undefined;
  if (asksCluster(definition, kinds)) return 'this step needs a cluster';
  const called = calls[id];
  const asking = called && everyStep(called).find(({ step }) => asksCluster(step, kinds));
  return asking && `\`${called.ref}\` needs a cluster in its step \`${asking.step.id}\``;
}

function asksCluster(step: StepDefinition, kinds: readonly StepKind[]): boolean {
  const kind = kindOf(kinds, step);
  return kind !== undefined && (kind.needsCluster?.(step.config) ?? true);
}
