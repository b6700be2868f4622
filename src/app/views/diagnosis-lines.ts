import { printableLine } from '../../base/printable.ts';
import { drawToneLines, type ToneLine } from '../../cluster/tone-line.ts';
import { changedSince, sentenceOf, verdictOf } from '../../playbooks/diagnosis/diagnosis-report.ts';
import type { RankedCause } from '../../playbooks/diagnosis/rank.ts';
import { consequenceLines, factLines, headLines, unreadLines } from '../../playbooks/diagnosis/report-lines.ts';
import { windowOffset } from '../../ui/select-state.ts';
import { fitTo, pad, wrap } from '../../ui/text.ts';
import type { Theme } from '../../ui/theme.ts';
import type { DiagnosisScreen } from '../diagnosis-screen.ts';

export interface DrawnDiagnosis {
  lines: string[];
  /** Of the chosen cause: how many there are, and how many of them are seen. */
  details: { lines: number; height: number };
}

/** The verdict, what is better, the causes, and the chosen one: beside them, or below where there is little room. */
export function diagnosisLines(screen: DiagnosisScreen, width: number, height: number, theme: Theme): DrawnDiagnosis {
  const head = verdictLines(screen, width, theme);
  const rows = causeRows(screen.report?.causes ?? []);
  const chosen = rows[screen.index]?.cause;
  if (!screen.report || !chosen) {
    const unread = screen.report ? drawToneLines(unreadLines(screen.report, theme.symbols), width, theme) : [];
    return { lines: [...head, '', ...unread].slice(0, height), details: { lines: 0, height: 1 } };
  }
  const room = Math.max(3, height - head.length - 1);
  const wide = width >= 96;
  const listWidth = wide ? Math.floor(width * 0.42) : width;
  const listHeight = Math.min(rows.length, wide ? room : Math.max(2, Math.floor(room * 0.4)));
  const list = listLines(rows, screen.index, { width: listWidth, height: listHeight, theme });
  const detailWidth = wide ? width - listWidth - 3 : width - 1;
  const details = detailLines(screen, chosen, detailWidth, theme);
  const seen = wide ? room : room - list.length - 1;
  const from = Math.max(0, Math.min(screen.from, details.length - seen));
  const part = details.slice(from, from + seen);
  if (from + seen < details.length) part[part.length - 1] = theme.dim(`${theme.symbols.ellipsis} PgDn reads on`);
  const body = wide
    ? Array.from({ length: room }, (_, index) =>
        `${pad(list[index] ?? '', listWidth)} ${theme.borderIdle(theme.border.vertical)} ${part[index] ?? ''}`.trimEnd(),
      )
    : [...list, theme.borderIdle(theme.border.horizontal.repeat(width)), ...part];
  return { lines: [...head, '', ...body].slice(0, height), details: { lines: details.length, height: seen } };
}

function verdictLines({ report, before, asking }: DiagnosisScreen, width: number, theme: Theme): string[] {
  if (!report) return [theme.dim('looking; nothing is changed')];
  const { causes, unread } = report;
  const style = causes.length > 0 ? theme.bad : unread.length > 0 ? theme.warn : theme.ok;
  const { bad, warn, ok } = theme.symbols;
  const sign = causes.length > 0 ? bad : unread.length > 0 ? warn : ok;
  const verdict = wrap(`${sign} ${printableLine(verdictOf(report))}`, width).map(style);
  if (asking) return [...verdict, theme.dim('looking again')];
  if (!before) return verdict;
  const { better, worse } = changedSince(before, report);
  const said = (what: string, titles: string[]) => wrap(`${what}: ${titles.map(printableLine).join(', ')}`, width);
  return [
    ...verdict,
    ...(better.length > 0 ? said('Better', better).slice(0, 2).map(theme.ok) : []),
    ...(worse.length > 0 ? said('New', worse).slice(0, 2).map(theme.bad) : []),
    ...(better.length + worse.length === 0 ? [theme.dim('The same as before')] : []),
  ];
}

interface CauseRow {
  cause: RankedCause;
  depth: number;
}

function causeRows(causes: readonly RankedCause[], depth = 0): CauseRow[] {
  return causes.flatMap((cause) => [{ cause, depth }, ...causeRows(cause.consequences, depth + 1)]);
}

function listLines(
  rows: readonly CauseRow[],
  index: number,
  { width, height, theme }: { width: number; height: number; theme: Theme },
): string[] {
  const offset = windowOffset(index, height, rows.length);
  const { pointer, bad, warn, ellipsis, bullet } = theme.symbols;
  const shown = rows.slice(offset, offset + height).map(({ cause, depth }, at) => {
    const chosen = offset + at === index;
    const sign = depth > 0 ? bullet : cause.finding.level === 'fatal' ? bad : warn;
    const certain = depth > 0 ? '' : ` ${Math.round(cause.certainty)} %`;
    const text = `${'  '.repeat(depth)}${sign} ${printableLine(sentenceOf(cause))}`;
    const line = `${chosen ? pointer : ' '} ${fitTo(text, width - 3 - certain.length, 'left', ellipsis)}${certain}`;
    return chosen ? theme.selected(line) : depth > 0 ? theme.dim(line) : line;
  });
  const more = rows.length - offset - height;
  if (more > 0 && shown.length > 1) shown[shown.length - 1] = theme.dim(fitTo(`  ${ellipsis} ${more + 1} more`, width));
  return shown;
}

/** The repair stands before the evidence, which may be long. */
function detailLines({ report }: DiagnosisScreen, cause: RankedCause, width: number, theme: Theme): string[] {
  const { symbols } = theme;
  const { fix, repair } = cause.finding;
  const draw = (lines: readonly ToneLine[]) => drawToneLines(lines, width, theme);
  const inputs = Object.entries(fix?.with ?? {}).map(([name, value]) => `${name} ${value}`);
  const how = fix && [`Enter repairs it: ${fix.title ?? fix.playbook}`, ...inputs].join(', ');
  return [
    ...draw(headLines(cause, symbols)),
    ...(how ? wrap(`${symbols.next} ${printableLine(how)}`, width).map(theme.accent) : []),
    ...(repair ? wrap(`${how ? ' ' : symbols.next} ${printableLine(repair)}`, width) : []),
    '',
    ...draw(factLines(cause)),
    ...draw(consequenceLines(cause.consequences)),
    ...(report && report.unread.length > 0 ? ['', ...draw(unreadLines(report, symbols))] : []),
  ];
}
