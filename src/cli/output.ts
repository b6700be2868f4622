import { exitCodes, messageOf, Problem } from '../base/errors.ts';
import { printable } from '../base/printable.ts';
import { detectTheme, type Theme } from '../ui/theme.ts';
import { fileProblem } from './file-problem.ts';
import { asTyped } from './program-name.ts';

/** Results: what a pipe reads. */
export function printResult(text: string): void {
  process.stdout.write(`${text}\n`);
}

/**
 * A result as JSON, on one line unless `indent` is given. What JSON itself leaves as it is and a terminal obeys (C1 controls,
 * DEL, bidirectional overrides) is escaped: it is the same text for whoever parses it.
 */
export function printJson(value: unknown, indent?: number): void {
  const text = JSON.stringify(value, undefined, indent);
  printResult(
    text.replace(
      /[\u007f-\u009f\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g,
      (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
    ),
  );
}

/** A result that names commands of this program, as they can be typed here. */
export function printHints(text: string): void {
  printResult(asTyped(text));
}

/** How results are drawn: plain for whoever is no terminal. */
export function outputTheme(): Theme {
  return detectTheme(process.stdout.isTTY ? process.env : { ...process.env, NO_COLOR: '1' });
}

/** Everything else: progress, hints, errors. */
export function printNote(text: string): void {
  process.stderr.write(`${asTyped(text)}\n`);
}

/** Prints what was thrown as what happened, where, and what to do next; returns the exit code. */
export function printProblem(thrown: unknown, debug = false): number {
  const error = fileProblem(thrown) ?? thrown;
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
