import type { SystemQuery } from '../../systems/query-schema.ts';

/** A query with its newest figure and those before it. */
export interface QueryResult {
  title: string;
  description: string | undefined;
  query: string;
  unit: string;
  target: SystemQuery['target'];
  /** Null where there is no data: nothing happened that could be counted. */
  value: number | null;
  /** Oldest first; undefined where there was none. */
  points: readonly (number | undefined)[];
  /** How many series there are, where there is more than the one that is shown. */
  series: number;
  /** A stand-in counts since its pods started while nothing has happened since somebody looks. */
  sinceStart: boolean;
  /** Why there is no figure. */
  trouble: string | undefined;
}

export type Verdict = 'met' | 'missed' | 'unknown' | 'none';

/** Whether the newest figure holds its target; `none` where it has none. */
export function verdictOf({ value, target, trouble }: Pick<QueryResult, 'value' | 'target' | 'trouble'>): Verdict {
  if (!target) return 'none';
  if (value === null || trouble !== undefined) return 'unknown';
  const { most = Number.POSITIVE_INFINITY, least = Number.NEGATIVE_INFINITY } = target;
  return value <= most && value >= least ? 'met' : 'missed';
}

/** `182 ms`, `78.5 %`. */
export function figureText(value: number, unit: string): string {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  const text = Number.isFinite(value) ? String(Number(value.toFixed(digits))) : String(value);
  return unit === '' ? text : `${text} ${unit}`;
}

/** `≤ 250 ms`; empty without a target. */
export function targetText({ target, unit }: Pick<QueryResult, 'target' | 'unit'>): string {
  if (target?.most !== undefined) return `≤ ${figureText(target.most, unit)}`;
  return target?.least === undefined ? '' : `≥ ${figureText(target.least, unit)}`;
}
