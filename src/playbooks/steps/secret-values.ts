import { Problem } from '../../base/errors.ts';
import type { StepContext } from '../step-kind.ts';

/** The value of a sensitive input that a step needs; hidden in all output from then on. Throws `Problem` when there is none. */
export function requireSecret(input: string, context: Pick<StepContext, 'secret' | 'hide'>): string {
  const value = context.secret(input);
  if (value === undefined)
    throw new Problem(`There is no value for the sensitive input ${input}`, {
      next: [`Give it by --set-env ${input}=VARIABLE or --set-file ${input}=path`],
    });
  context.hide(value);
  return value;
}
