import { printableLine } from '../../base/printable.ts';
import { drawToneLines, type ToneLine } from '../../cluster/tone-line.ts';
import { changedSince, sentenceOf, verdictOf } from '../../playbooks/diagnosis/diagnosis-report.ts';
import type { RankedCause } from '../../playbooks/diagnosis/rank.ts';
import { consequenceLines, factLines, headLines, unreadLines } from '../../playbooks/diagnosis/report-lines.ts';
import { windowOffset } from '../../ui/select-state.ts';
import { fitTo, wrap } from '../../ui/text.ts';
import type { Theme } from '../../ui/theme.ts';
import type { DiagnosisScreen } from '../diagnosis-screen.ts';
import { type DetailsSeen, drawListAndDetails } from './list-and-details.ts';

export interface DrawnDiagnosis {
  lines: string[];
  /** Of the chosen cause. */
  details: DetailsSeen;
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
  return drawListAndDetails(
    {
      ...{ head, rows: rows.length, from: screen.from },
      list: (listWidth, listHeight) => listLines(rows, screen.index, { width: listWidth, height: listHeight, theme }),
      details: (detailWidth) => detailLines(screen, chosen, detailWidth, theme),
    },
    width,
    height,
    theme,
  );
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
