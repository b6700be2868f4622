import type { Finding } from '../finding.ts';
import type { ChecklistItem } from './checklist.ts';
import type { Tick, Ticks } from './tick.ts';

/**
 * How an item stands. `ok`, `not-ok` and `unread` are the program's judgement; `ticked` and `open` a person's; `overruled`: a person
 * has ticked what the program does not find so.
 */
export type ItemMark = 'ok' | 'not-ok' | 'unread' | 'ticked' | 'open' | 'overruled';

export interface ItemState extends ChecklistItem {
  mark: ItemMark;
  /** Of its check, those that are as expected too. */
  findings: Finding[];
  tick?: Tick;
}

/** How a checklist stands on a cluster. Text is raw. */
export interface ChecklistReport {
  /** `atas/production` */
  checklist: string;
  title: string;
  description: string;
  system: { name: string; title: string };
  namespace: string;
  context: string;
  sandbox: boolean;
  /** When the checks were made: UTC, ISO 8601. */
  at: string;
  items: ItemState[];
}

/** How an item stands, by what its check found and whether a person has ticked it. */
export function markOf(
  { checked }: Pick<ChecklistItem, 'checked'>,
  findings: readonly Finding[],
  tick: Tick | undefined,
): ItemMark {
  if (!checked) return tick ? 'ticked' : 'open';
  const bad = findings.filter(({ level }) => level === 'fatal');
  if (bad.length === 0) return 'ok';
  if (tick) return 'overruled';
  return bad.every(({ unread }) => unread) ? 'unread' : 'not-ok';
}

/** The same report with other ticks: the checks are not made again. */
export function withTicks(report: ChecklistReport, ticks: Ticks): ChecklistReport {
  return { ...report, items: report.items.map((item) => stateOf(item, item.findings, ticks)) };
}

/** An item with what its check found and what a person has ticked. */
export function stateOf(
  { tick: _, mark: __, ...item }: Omit<ItemState, 'mark' | 'findings'> & { mark?: unknown },
  findings: Finding[],
  ticks: Ticks,
): ItemState {
  const tick = Object.hasOwn(ticks, item.id) ? ticks[item.id] : undefined;
  return { ...item, mark: markOf(item, findings, tick), findings, ...(tick ? { tick } : {}) };
}

/** Whether nothing is left to do for an item. */
export function isDone({ mark }: Pick<ItemState, 'mark'>): boolean {
  return mark === 'ok' || mark === 'ticked' || mark === 'overruled';
}

/** What an item stands for in a word or two. */
export const markWords: Readonly<Record<ItemMark, string>> = {
  ok: 'ok',
  'not-ok': 'not ok',
  unread: 'could not be read',
  ticked: 'ticked',
  open: 'to be ticked',
  overruled: 'overruled',
};

/** The findings of an item that say why it is not ok; those that only warn come last. */
export function troubleOf({ findings }: Pick<ItemState, 'findings'>): Finding[] {
  return [...findings.filter(({ level }) => level === 'fatal'), ...findings.filter(({ level }) => level === 'warning')];
}

/** One sentence on the whole list. */
export function checklistVerdict({ items }: Pick<ChecklistReport, 'items'>): string {
  const count = (...marks: ItemMark[]) => items.filter(({ mark }) => marks.includes(mark)).length;
  const done = items.filter(isDone).length;
  const parts = [
    [count('not-ok'), 'not ok'],
    [count('open'), 'to be ticked'],
    [count('unread'), 'could not be read'],
    [count('overruled'), 'overruled'],
  ] as const;
  const rest = parts.filter(([number]) => number > 0).map(([number, word]) => `${number} ${word}`);
  const whole = done === items.length ? `All ${items.length} are done` : `${done} of ${items.length} are done`;
  return [whole, ...rest].join('; ');
}
