import { evaluateExpression } from '../plan-context.ts';
import { whenInWords } from '../when-in-words.ts';
import { type Execution, type Frame, idIn, type Place, scopeOf } from './execution.ts';

/** Why a step has nothing to do here; undefined when it is to run. Throws `Problem` for a `when` that cannot be evaluated. */
export function whySkipped(execution: Execution, frame: Frame, { step }: Place): string | undefined {
  const missing = (step.needs ?? []).find((id) => !isDone(execution, frame, id));
  if (missing !== undefined) return `it needs ${missing}, which was not done`;
  if (step.rehearse === 'skip' && execution.connection.info.sandbox) return 'it is not for the sandbox';
  if (step.when === undefined) return undefined;
  const where = `${frame.playbook.file}:${step.line}`;
  const value = evaluateExpression(step.when, scopeOf(execution, frame), where);
  return value === true ? undefined : `only when ${whenInWords(step.when)}`;
}

/** Who leaves a step out by `--from` or `--only` says that it is done. */
function isDone({ leftOut }: Execution, frame: Frame, id: string): boolean {
  return frame.steps[id]?.status === 'done' || leftOut.has(idIn(frame, { id }));
}
