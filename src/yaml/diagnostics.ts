import { exitCodes, Problem } from '../base/errors.ts';
import type { Diagnostic } from './diagnostic.ts';

export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some((diagnostic) => diagnostic.severity === 'error');
}

/** By file, then line, then column; the same fault at the same place once. */
export function sortDiagnostics(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const seen = new Set<string>();
  return diagnostics
    .filter(({ file, line, column, message }) => {
      const key = `${file}:${line}:${column} ${message}`;
      return seen.has(key) ? false : seen.add(key) !== undefined;
    })
    .sort((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line || a.column - b.column));
}

/** `file:line:column: error: message`, the hint and the frame, as lines of text. */
export function diagnosticLines(diagnostic: Diagnostic): string[] {
  const { file, line, column, severity, message, hint, frame } = diagnostic;
  return [
    `${file}:${line}:${column}: ${severity}: ${message}`,
    ...(hint ? [`  ${hint}`] : []),
    ...frame.map((text) => `  ${text}`),
  ];
}

/** `3 errors and 1 warning`. */
export function countDiagnostics(diagnostics: readonly Diagnostic[]): string {
  const count = (severity: Diagnostic['severity'], word: string) => {
    const number = diagnostics.filter((diagnostic) => diagnostic.severity === severity).length;
    return number === 0 ? [] : [`${number} ${word}${number === 1 ? '' : 's'}`];
  };
  return [...count('error', 'error'), ...count('warning', 'warning')].join(' and ') || 'no problems';
}

/** Every problem of some files as one that ends a command: exit code 2, nothing was done. */
export function invalidFiles(diagnostics: readonly Diagnostic[]): Problem {
  const sorted = sortDiagnostics(diagnostics);
  const [first, ...others] = sorted;
  // A name that leads to no file is no place in one.
  if (first && others.length === 0 && first.frame.length === 0)
    return new Problem(sentence(first.message), {
      next: first.hint ? [sentence(first.hint)] : [],
      exitCode: exitCodes.usage,
    });
  return new Problem(`Nothing was done: ${countDiagnostics(sorted)} in the files`, {
    where: first && `${first.file}:${first.line}:${first.column}`,
    evidence: sorted.flatMap(diagnosticLines),
    next: ['Repair these places; `tars-console validate` checks every file again.'],
    exitCode: exitCodes.usage,
  });
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
