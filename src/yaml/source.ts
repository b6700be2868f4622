import type { Diagnostic } from './diagnostic.ts';
import { codeFrame } from './frame.ts';

/** A text with its name and its lines, so that an offset can be said as line and column. */
export interface SourceText {
  file: string;
  text: string;
  lines: string[];
  /** Offset at which each line begins. */
  starts: number[];
}

export interface Fault {
  message: string;
  hint?: string | undefined;
  severity?: Diagnostic['severity'];
}

export function sourceText(text: string, file: string): SourceText {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return { file, text, lines: text.split(/\r?\n/), starts };
}

/** Line and column of an offset, both from 1. */
export function placeOf(source: SourceText, offset: number): { line: number; column: number } {
  const inside = Math.max(0, Math.min(offset, source.text.length));
  let low = 0;
  let high = source.starts.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((source.starts[middle] ?? 0) <= inside) low = middle;
    else high = middle - 1;
  }
  return { line: low + 1, column: inside - (source.starts[low] ?? 0) + 1 };
}

/** A fault at a stretch of a text. */
export function diagnosticAt(source: SourceText, start: number, end: number, fault: Fault): Diagnostic {
  const { line, column } = placeOf(source, start);
  const rest = (source.lines[line - 1] ?? '').length - column + 1;
  const length = Math.max(1, Math.min(end - start, rest));
  const { message, hint, severity = 'error' } = fault;
  const frame = codeFrame(source.lines, line, column, length);
  return { file: source.file, line, column, length, message, ...(hint ? { hint } : {}), severity, frame };
}

/** A fault of a whole file, e.g. one that is not there. */
export function diagnosticOfFile(file: string, fault: Fault): Diagnostic {
  const { message, hint, severity = 'error' } = fault;
  return { file, line: 1, column: 1, length: 1, message, ...(hint ? { hint } : {}), severity, frame: [] };
}
