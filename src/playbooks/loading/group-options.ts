import type { Diagnostic } from '../../yaml/diagnostic.ts';
import type { LocatedDocument } from '../../yaml/parse.ts';
import { diagnosticAtPath } from '../../yaml/validate.ts';
import type { LoadedStep } from './loaded-step.ts';

const ofOneAct = ['timeout', 'idle-timeout', 'retry'];

/** That a step which holds others has nothing that counts only for what acts itself: it would be written for nothing. */
export function checkGroupOptions(document: LocatedDocument, { kind, written, path }: LoadedStep): Diagnostic[] {
  if (!kind || (!kind.holds && kind.name !== 'playbook')) return [];
  return ofOneAct
    .filter((key) => written[key] !== undefined)
    .map((key) => {
      const message = `\`${key}\` has no effect on a step that only holds others`;
      const hint = 'give it to the steps that it holds';
      return diagnosticAtPath(document, [...path, key], { message, hint }, 'key');
    });
}
