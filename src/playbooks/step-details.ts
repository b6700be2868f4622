import { formatDuration } from '../base/duration.ts';
import { printable, printableLine } from '../base/printable.ts';
import { problemLines } from '../ui/problem-lines.ts';
import { truncate, wrap } from '../ui/text.ts';
import type { Theme } from '../ui/theme.ts';
import type { Finding } from './finding.ts';
import type { PlannedStep } from './runs/events.ts';
import type { StepState } from './runs/state.ts';

/** What a step does and why, and the commands that it stands for. */
export function plannedStepLines(step: PlannedStep, width: number, theme: Theme): string[] {
  const lines = [theme.title(printableLine(step.title))];
  if (step.description) lines.push('', ...wrap(printable(step.description), width));
  const equivalent = equivalentLines(step, width, theme);
  return equivalent.length > 0 ? [...lines, '', theme.dim('The same by hand'), ...equivalent] : lines;
}

function equivalentLines(step: PlannedStep, width: number, theme: Theme): string[] {
  return step.equivalent.flatMap((command) =>
    printable(command)
      .split('\n')
      .flatMap((line) => wrap(`  ${line}`, width).map(theme.info)),
  );
}

/** All that is known of a step of a run: what, how it went, what it found, what it printed. */
export function stepDetailLines(step: StepState, width: number, theme: Theme): string[] {
  const lines = [...plannedStepLines(step, width, theme), '', ...resultLines(step, width, theme)];
  if (step.output.length === 0) return lines;
  const output = step.output.flatMap((line) => wrap(printable(line), width - 2).map((part) => `  ${part}`));
  return [...lines, '', theme.dim('Output'), ...output];
}

function resultLines({ now, group }: StepState, width: number, theme: Theme): string[] {
  const told = (text: string, style: (line: string) => string) => wrap(printableLine(text), width).map(style);
  const after = (text: string | undefined) => (text ? `: ${text}` : '');
  switch (now.status) {
    case 'pending':
      return [theme.dim('Not begun yet')];
    case 'running':
      return told(group ? 'Its steps are running' : (now.progress ?? 'Running'), theme.accent);
    case 'undone':
      return told(`Taken back${after(now.summary)}`, theme.warn);
    case 'skipped':
      // A person's choice says the word itself.
      return told(`Skipped: ${now.reason.replace(/^skipped /, '')}`, theme.dim);
    case 'done':
      return [
        ...told(`Done in ${formatDuration(now.ms)}${after(now.summary)}`, theme.ok),
        ...findingLines(now.findings, width, theme),
      ];
    case 'failed':
      return [...problemLines(now.problem, width, theme), ...findingLines(now.findings, width, theme)];
    case 'not-met':
      return [
        ...told(`Not met: ${now.reason}`, theme.bad),
        // The findings say the same and more.
        ...(now.findings.length > 0 ? [] : now.evidence.flatMap((line) => wrap(`  ${printableLine(line)}`, width))),
        ...findingLines(now.findings, width, theme),
      ];
  }
}

/** Findings: what should be so, what was expected and observed, and what repairs it. */
export function findingLines(findings: readonly Finding[], width: number, theme: Theme): string[] {
  return findings.flatMap((finding) => {
    const { symbols } = theme;
    const sign =
      finding.level === 'ok'
        ? theme.ok(symbols.ok)
        : finding.level === 'warning'
          ? theme.warn(symbols.warn)
          : theme.bad(symbols.bad);
    const lines = [`${sign} ${truncate(printableLine(finding.title), width - 2, symbols.ellipsis)}`];
    const seen = `observed ${finding.observed}, expected ${finding.expected}`;
    lines.push(...wrap(printableLine(seen), width - 4).map((line) => theme.dim(`    ${line}`)));
    for (const line of finding.evidence ?? [])
      lines.push(theme.dim(`    ${truncate(printableLine(line), width - 4, symbols.ellipsis)}`));
    if (finding.level !== 'ok' && finding.repair)
      lines.push(
        ...wrap(printableLine(finding.repair), width - 6).map(
          (line, index) => `    ${index === 0 ? symbols.next : ' '} ${line}`,
        ),
      );
    return lines;
  });
}
