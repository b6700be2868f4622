import { printableLine } from '../../base/printable.ts';
import type { Tone, ToneLine } from '../../cluster/tone-line.ts';
import type { Symbols } from '../../ui/theme.ts';
import type { Finding } from '../finding.ts';
import {
  type ChecklistReport,
  checklistVerdict,
  type ItemMark,
  type ItemState,
  isDone,
  markWords,
  troubleOf,
} from './checklist-report.ts';
import type { Tick } from './tick.ts';

const tones: Readonly<Record<ItemMark, Tone>> = {
  ok: 'ok',
  ticked: 'ok',
  overruled: 'warn',
  open: 'info',
  unread: 'warn',
  'not-ok': 'bad',
};

/** The sign of an item, and how it is drawn. */
export function markSign(mark: ItemMark, { ok, bad, warn, pending }: Symbols): { sign: string; tone: Tone } {
  const signs: Readonly<Record<ItemMark, string>> = {
    ...{ ok, ticked: ok, overruled: warn, open: pending, unread: warn, 'not-ok': bad },
  };
  return { sign: signs[mark], tone: tones[mark] };
}

/** A list to be read from above to below: the verdict, then each item with what is known of it. */
export function checklistLines(report: ChecklistReport, symbols: Symbols): ToneLine[] {
  const done = report.items.every(isDone);
  const head: ToneLine = {
    text: `${done ? symbols.ok : symbols.bad} ${checklistVerdict(report)}`,
    tone: done ? 'ok' : 'bad',
  };
  return [
    head,
    ...report.items.flatMap((item, index): ToneLine[] => {
      const { sign, tone } = markSign(item.mark, symbols);
      const title = `${String(index + 1).padStart(2)}. ${sign} ${printableLine(item.title)} (${item.id}): ${markWords[item.mark]}`;
      return [
        { text: '' },
        { text: title, tone },
        ...itemLines(item).map((line) => ({ ...line, text: `      ${line.text}` })),
      ];
    }),
  ];
}

/** Why an item stands as it does: who ticked it, and what its check saw. */
export function itemLines(item: ItemState): ToneLine[] {
  const trouble = troubleOf(item);
  const repairs = trouble.flatMap(({ repair }) => (repair ? [`→ ${printableLine(repair)}`] : []));
  const good = trouble.length > 0 ? [] : item.findings.map(sentence);
  return [
    ...(item.tick ? [tickLine(item.tick, item.mark)] : []),
    ...trouble.flatMap((finding): ToneLine[] => [
      { text: sentence(finding), tone: finding.level === 'fatal' && !finding.unread ? 'bad' : 'warn' },
      ...(finding.evidence ?? []).map((line): ToneLine => ({ text: `  ${printableLine(line)}`, tone: 'dim' })),
    ]),
    ...[...new Set(repairs)].map((text): ToneLine => ({ text })),
    ...good.map((text): ToneLine => ({ text, tone: 'dim' })),
    ...(item.checked && item.findings.length === 0
      ? [{ text: 'Nothing of it applies here', tone: 'dim' as const }]
      : []),
  ];
}

/** Who has ticked an item, and what for. */
function tickLine({ by, at, note }: Tick, mark: ItemMark): ToneLine {
  const verb = mark === 'overruled' ? 'Overruled' : 'Ticked';
  const text = `${verb} by ${printableLine(by)} on ${printableLine(at.slice(0, 16).replace('T', ' '))} UTC: ${printableLine(note)}`;
  return { text, tone: mark === 'overruled' ? 'warn' : 'info' };
}

function sentence({ title, level, expected, observed, unread }: Finding): string {
  const [what, seen, wanted] = [title, observed, expected].map(printableLine);
  if (unread) return `${what}: ${seen}`;
  return level === 'ok' ? `${what}: ${seen}` : `${what}: expected ${wanted}, observed ${seen}`;
}
