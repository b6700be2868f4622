import { codeBlock, inline, tableOf } from '../report/markdown-text.ts';
import { type ChecklistReport, checklistVerdict, type ItemState, markWords } from './checklist-report.ts';
import { itemLines } from './report-lines.ts';

/** A checklist to be handed on: how each item stands, who ticked it and when, and what its check saw. */
export function checklistMarkdown(report: ChecklistReport): string {
  const { title, system, description, namespace, context, sandbox, at, items } = report;
  const where = `namespace ${namespace}, context ${context}${sandbox ? ' (the sandbox: a rehearsal)' : ''}`;
  const rows = items.map((item, index) => [
    ...[String(index + 1), item.title, markWords[item.mark]],
    ...[item.tick?.by ?? (item.checked ? 'the program' : ''), minuteOf(item.tick?.at ?? (item.checked ? at : ''))],
  ]);
  return [
    `# ${inline(title)}: ${inline(system.title)}`,
    '',
    inline(description),
    '',
    `${inline(where)}, looked at ${minuteOf(at)} UTC`,
    '',
    `**${checklistVerdict(report)}**`,
    '',
    tableOf(['', 'What must be so', 'How it stands', 'By', 'When (UTC)'], rows),
    ...items.flatMap(section),
    '',
  ].join('\n');
}

/** What a list is written into: JSON with all that is known, as the screen shows it. */
export function checklistJson(report: ChecklistReport): unknown {
  return { ...report, verdict: checklistVerdict(report) };
}

function section(item: ItemState, index: number): string[] {
  const evidence = itemLines(item).map(({ text }) => text);
  return [
    '',
    `## ${index + 1}. ${inline(item.title)}: ${markWords[item.mark]}`,
    '',
    inline(item.description),
    ...(evidence.length > 0 ? ['', codeBlock(evidence.join('\n'), 'text')] : []),
  ];
}

function minuteOf(time: string): string {
  return time.slice(0, 16).replace('T', ' ');
}
