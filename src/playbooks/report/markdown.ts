import { formatDuration } from '../../base/duration.ts';
import { summaryRows } from '../../load/summary.ts';
import { codeBlock, inline, tableOf } from './markdown-text.ts';
import type { Report, ReportLoad, ReportStep } from './report.ts';
import {
  changeLines,
  countsText,
  environmentFacts,
  givenInputs,
  momentText,
  statusSigns,
  statusWords,
} from './report-words.ts';

/** A report as Markdown (CommonMark with tables); all that is in it stands for itself. */
export function markdownReport(report: Report): string {
  const { run, outcome, cluster } = report;
  return [
    `# ${inline(run.title)}: ${statusWords[outcome.status]}`,
    inline(outcome.summary),
    `${momentText(outcome.startedAt)}, ${formatDuration(outcome.ms)}; ${countsText(report)}`,
    ...(cluster.sandbox ? ['> A rehearsal on the sandbox: its pods were stand-ins, and so are the figures.'] : []),
    ...report.faults.map((fault) => `> The records are not as they were written: ${inline(fault)}`),
    ...section('Problems', report.steps.filter(({ problem, group }) => problem && !group).flatMap(problemParts)),
    ...findings(report),
    ...report.loads.flatMap(loadParts),
    ...section('Steps', [stepTable(report)]),
    ...questions(report),
    ...section('On its way', bullets(report.incidents.map(({ at, text }) => `${momentText(at)}: ${inline(text)}`))),
    ...environment(report),
    ...section('The same by hand', commands(report)),
    ...section('What comes next', bullets(outcome.next.map(inline))),
    `Made by tars-console ${inline(run.programVersion)} from the records of the run ${inline(run.id)}.`,
  ]
    .join('\n\n')
    .concat('\n');
}

function section(title: string, parts: readonly string[]): string[] {
  return parts.length === 0 ? [] : [`## ${inline(title)}`, ...parts];
}

function bullets(lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [lines.map((line) => `- ${line}`).join('\n')];
}

function problemParts({ title, problem }: ReportStep): string[] {
  if (!problem) return [];
  const { message, where, evidence, next } = problem;
  return [
    `### ${inline(title)}`,
    `${inline(message)}${where ? ` (at ${inline(where)})` : ''}`,
    ...(evidence.length > 0 ? [codeBlock(evidence.join('\n'))] : []),
    ...bullets(next.map(inline)),
  ];
}

function findings({ steps }: Report): string[] {
  const rows = steps
    .flatMap((step) => step.findings)
    .filter(({ level }) => level !== 'ok')
    .map(({ title, level, expected, observed, repair = '' }) => [title, level, expected, observed, repair]);
  return rows.length === 0
    ? []
    : section('Findings', [tableOf(['Should be so', 'Level', 'Expected', 'Observed', 'Repair'], rows)]);
}

function loadParts({ title, result }: ReportLoad): string[] {
  if (!result) return section(title, ['It did not come to its end: there are no final figures.']);
  const { thresholds, loop, limitedBy } = result;
  return section(title, [
    `${inline(result.scenario)} against ${inline(result.url)}, ${loop} loop`,
    tableOf(
      ['Figure', 'Value'],
      summaryRows(result).map((row) => [...row]),
    ),
    ...(limitedBy === 'generator' ? ['Bounded by the machine that made the load.'] : []),
    ...(thresholds.length === 0
      ? []
      : [
          tableOf(
            ['Target', 'Observed', 'Met'],
            thresholds.map(({ title: name, observed, met }) => [name, observed, met ? '✓ met' : '✗ not met']),
          ),
        ]),
  ]);
}

function stepTable({ steps }: Report): string {
  return tableOf(
    ['Step', 'Status', 'Took', 'What came of it'],
    steps.map(({ title, depth, status, ms, summary, attempts }) => [
      `${'› '.repeat(depth)}${title}`,
      `${statusSigns[status]} ${statusWords[status]}${attempts > 1 ? `, ${attempts} tries` : ''}`,
      ms === undefined || ms === 0 ? '' : formatDuration(ms),
      summary,
    ]),
  );
}

function questions({ questions: asked }: Report): string[] {
  if (asked.length === 0) return [];
  const rows = asked.map(({ at, question, answer, by }) => [momentText(at), question.text, answer ?? 'none', by ?? '']);
  return section('Questions and answers', [tableOf(['When', 'Question', 'Answer', 'By'], rows)]);
}

function environment(report: Report): string[] {
  const given = givenInputs(report).map(([name, value]) => [`Input ${name}`, value]);
  const rows = [...environmentFacts(report), ...given];
  return section('Environment', [tableOf(['What', 'Value'], rows)]);
}

function commands({ steps }: Report): string[] {
  return steps.flatMap(({ title, equivalent, preview, status }) => {
    const changed = preview && status === 'done' ? changeLines(preview) : [];
    if (equivalent.length + changed.length === 0) return [];
    return [
      `### ${inline(title)}`,
      ...(changed.length > 0 ? [`What it changed:`, codeBlock(changed.join('\n'))] : []),
      ...(equivalent.length > 0 ? [codeBlock(equivalent.join('\n'), 'console')] : []),
    ];
  });
}
