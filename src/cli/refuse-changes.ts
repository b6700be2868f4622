import { exitCodes, Problem } from '../base/errors.ts';
import type { GlobalOptions } from './options.ts';

/** Throws `Problem` (exit code 2) for what `--read-only` refuses. */
export function refuseChanges({ readOnly }: Pick<GlobalOptions, 'readOnly'>, what: string): void {
  if (!readOnly) return;
  throw new Problem(`${what}, and --read-only refuses that`, {
    next: ['Leave --read-only out.'],
    exitCode: exitCodes.usage,
  });
}
