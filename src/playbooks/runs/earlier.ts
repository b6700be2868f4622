import type { RunRecord } from './events.ts';

type StepRecord = Extract<RunRecord, { type: 'step-result' }>;

/** A step that has acted, or may have, and what it did stands. */
export interface Begun {
  /** Number of its newest record: what was done last is taken back first. */
  seq: number;
  /** What undoing it needs to know, as it was before the first attempt. */
  before: unknown;
}

/** What a journal says about steps that an earlier process has begun. */
export interface Earlier {
  /** The newest result of each step; none where an intent came after it, or where it was taken back. */
  results: ReadonlyMap<string, StepRecord>;
  /** Steps with an intent and no result, and how often they were tried. */
  open: ReadonlySet<string>;
  attempts: ReadonlyMap<string, number>;
  begun: ReadonlyMap<string, Begun>;
  /** The items of each `foreach`, by its id. */
  items: ReadonlyMap<string, readonly unknown[]>;
  /** Ids of the steps that were added while it ran, with their titles. */
  added: ReadonlyMap<string, string>;
  /** Results that came after one that was taken back since: what only looked at things looks at them again. */
  stale: ReadonlySet<string>;
  /** Number of the record with which it last ended as failed or not met. */
  badEnd: number;
  /** Steps that were being taken back, in this order. */
  undoing: readonly string[];
}

export function readEarlier(records: readonly RunRecord[]): Earlier {
  const results = new Map<string, StepRecord>();
  const open = new Set<string>();
  const attempts = new Map<string, number>();
  const begun = new Map<string, Begun>();
  const items = new Map<string, readonly unknown[]>();
  const added = new Map<string, string>();
  const stale = new Set<string>();
  let badEnd = 0;
  let undoing: string[] = [];
  for (const record of records) {
    if (record.type === 'step-intent') {
      const { step, seq, attempt, before } = record;
      // A rescue of an earlier attempt has nothing to say of this one.
      for (const map of [results, open]) for (const id of map.keys()) if (isRescueOf(id, step)) map.delete(id);
      open.add(step);
      results.delete(step);
      attempts.set(step, attempt);
      begun.set(step, { seq, before: begun.get(step)?.before ?? before });
    } else if (record.type === 'step-result') {
      const { step, seq } = record;
      open.delete(step);
      stale.delete(step);
      results.set(step, record);
      undoing = undoing.filter((id) => id !== step);
      const one = begun.get(step);
      if (one) begun.set(step, { ...one, seq });
    } else if (record.type === 'steps-added') {
      for (const { id, title } of record.steps) added.set(id, title);
      if (record.items) items.set(record.after, record.items);
    } else if (record.type === 'undo-intent') undoing = [record.step, ...(record.rest ?? [])];
    else if (record.type === 'undo-result' && record.status === 'done') takenBack(record.step);
    else if (record.type === 'run-ended' && (record.status === 'failed' || record.status === 'not-met'))
      badEnd = record.seq;
  }
  return { results, open, attempts, begun, items, added, stale, badEnd, undoing };

  function takenBack(id: string): void {
    const since = begun.get(id)?.seq ?? 0;
    for (const [other, { seq }] of results) if (seq > since) stale.add(other);
    undoing = undoing.filter((one) => one !== id);
    const isGone = (other: string) => other === id || isBelow(other, id);
    for (const map of [results, begun]) for (const other of map.keys()) if (isGone(other)) map.delete(other);
    for (const other of open) if (isGone(other)) open.delete(other);
    // What holds it is no longer done as a whole.
    for (const other of results.keys()) if (isBelow(id, other)) results.delete(other);
  }
}

/** The step that holds the rescue of another one. */
export function rescueId(id: string): string {
  return `${id}/rescue`;
}

/** What an earlier process has written down, as if it had not tried to rescue this step. */
export function withoutRescue(earlier: Earlier, id: string): Earlier {
  const results = new Map([...earlier.results].filter(([one]) => !isRescueOf(one, id)));
  const open = new Set([...earlier.open].filter((one) => !isRescueOf(one, id)));
  return { ...earlier, results, open };
}

function isRescueOf(id: string, step: string): boolean {
  return id === rescueId(step) || isBelow(id, rescueId(step));
}

export function isBelow(id: string, parent: string): boolean {
  return id.startsWith(`${parent}/`);
}
