import { parseDuration } from '../base/duration.ts';
import { exitCodes, Problem } from '../base/errors.ts';
import { printable } from '../base/printable.ts';
import { queryLines } from '../playbooks/queries/query-lines.ts';
import { type QueryResult, verdictOf } from '../playbooks/queries/query-result.ts';
import { type QuerySource, sourceText } from '../playbooks/queries/query-source.ts';
import type { System } from '../systems/system.ts';
import { outputTheme, printJson, printNote, printResult } from './output.ts';

/** How often figures are asked for, and how they are printed. */
export interface FigureOptions {
  output?: 'text' | 'json';
  once?: boolean;
  every?: string;
}

/** Milliseconds between two looks; undefined for a single one. Throws `Problem`. */
export function readEvery({ once, every }: FigureOptions): number | undefined {
  if (once || every === undefined) return undefined;
  const ms = parseDuration(every);
  if (ms !== undefined && ms >= 1000) return ms;
  throw new Problem(`--every ${every} is no time of at least a second`, {
    next: ['Write it like 15s or 1m'],
    exitCode: exitCodes.usage,
  });
}

export interface ShownFigures {
  system: System;
  namespace: string;
  source: QuerySource;
  options: FigureOptions;
}

/** Prints figures with their targets, or as JSON. */
export function printFigures(
  results: readonly QueryResult[],
  { system, namespace, source, options }: ShownFigures,
): void {
  const at = new Date();
  if (options.output === 'json') {
    const standIn = source.kind === 'stand-in';
    const figures = results.map((result) => ({ ...result, verdict: verdictOf(result) }));
    const document = {
      at: at.toISOString(),
      system: system.name,
      source: sourceText(source),
      standIn,
      queries: figures,
    };
    printJson(document, options.every ? 0 : 2);
    return;
  }
  const theme = outputTheme();
  const width = process.stdout.isTTY ? Math.min(100, process.stdout.columns ?? 80) : 100;
  const from = `${source.kind === 'stand-in' ? 'stand-in: ' : ''}${sourceText(source)}`;
  printNote(printable(`${system.title}, namespace ${namespace}, ${at.toTimeString().slice(0, 8)}, ${from}\n`));
  for (const result of results) printResult(queryLines(result, width, 3, theme).join('\n').trimEnd());
}

/** 0 when each target that can be judged is met, 3 when one is missed, 1 when nothing could be asked. */
export function exitCodeOf(results: readonly QueryResult[]): number {
  if (results.some((result) => verdictOf(result) === 'missed')) return exitCodes.notMet;
  return results.every(({ trouble }) => trouble !== undefined) ? exitCodes.failed : exitCodes.done;
}
