import { printable, printableLine } from '../base/printable.ts';
import { wrap } from './text.ts';
import type { Theme } from './theme.ts';

/** What a `Problem` says, as plain data; a store can hold it. */
export interface ProblemText {
  message: string;
  where?: string | undefined;
  next?: readonly string[] | undefined;
  evidence?: readonly string[] | undefined;
}

/** What happened, where, the evidence and what to do next. */
export function problemLines(problem: ProblemText, width: number, theme: Theme): string[] {
  const { symbols } = theme;
  const message = wrap(printable(problem.message), width - 2);
  const lines = message.map((line, index) => theme.bad(`${index === 0 ? symbols.bad : ' '} ${line}`));
  if (problem.where)
    lines.push(...wrap(`at ${printableLine(problem.where)}`, width - 2).map((line) => theme.dim(`  ${line}`)));
  for (const line of problem.evidence ?? [])
    lines.push(...wrap(printable(line), width - 2).map((part) => theme.dim(`  ${part}`)));
  for (const step of problem.next ?? [])
    lines.push(
      ...wrap(printable(step), width - 4).map((line, index) => `  ${index === 0 ? symbols.next : ' '} ${line}`),
    );
  return lines;
}
