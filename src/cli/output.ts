import { exitCodes, messageOf, Problem } from '../base/errors.ts';
import { printable } from '../base/printable.ts';

/** Results: what a pipe reads. */
export function printResult(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Everything else: progress, hints, errors. */
export function printNote(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** Prints what was thrown as what happened, where, and what to do next; returns the exit code. */
export function printProblem(error: unknown, debug = false): number {
  if (!(error instanceof Problem)) {
    printNote(`error: ${printable(messageOf(error))}`);
    printNote('  This is a fault of tars-console itself. Run it again with --debug and report what it prints.');
    if (debug && error instanceof Error && error.stack) printNote(error.stack);
    return exitCodes.failed;
  }
  printNote(`error: ${printable(error.message)}`);
  if (error.where) printNote(`  at ${printable(error.where)}`);
  for (const line of error.evidence) printNote(`  ${printable(line)}`);
  for (const step of error.next) printNote(`  → ${printable(step)}`);
  return error.exitCode;
}
