import type { Diagnostic } from '../../yaml/diagnostic.ts';
import type { LocatedDocument } from '../../yaml/parse.ts';
import { diagnosticAtPath } from '../../yaml/validate.ts';
import type { LoadedStep } from './loaded-step.ts';

/** That a step which is to be taken back when it fails can be taken back. */
export function checkUndo(document: LocatedDocument, { kind, written, path }: LoadedStep): Diagnostic[] {
  if (!kind || written['on-failure'] !== 'undo') return [];
  const at = [...path, 'on-failure'];
  if (written.undo === 'never')
    return [diagnosticAtPath(document, at, { message: '`undo: never` keeps what this would take back' })];
  // What holds other steps is taken back by theirs.
  if (kind.undo || kind.holds || kind.name === 'playbook' || Array.isArray(written.undo)) return [];
  const hint = 'give it `undo` with steps that do, or let it `stop`';
  return [diagnosticAtPath(document, at, { message: `\`${kind.name}\` cannot be taken back by itself`, hint })];
}
