import { messageOf } from '../../base/errors.ts';
import { createRing } from '../../base/ring.ts';
import type { Connection } from '../../cluster/connection.ts';
import type { SystemQuery } from '../../systems/query-schema.ts';
import { askPrometheus } from '../steps/promql/ask.ts';
import type { QueryResult } from './query-result.ts';
import { placeOf, type QuerySource } from './query-source.ts';
import { createStandInAsker } from './stand-in-asker.ts';

export interface AskerOptions {
  connection: Connection;
  namespace: string;
  queries: readonly SystemQuery[];
  source: Exclude<QuerySource, { kind: 'readings' }>;
  /** From one point to the next, and between two looks. */
  everyMs: number;
  signal: AbortSignal;
}

/** How many points are shown: fifteen minutes at one in fifteen seconds. */
const shownPoints = 60;

/** Asks all queries of a system once each time that it is called; what the sandbox counts is remembered from call to call. */
export function createAsker({ connection, namespace, queries, source, everyMs, signal }: AskerOptions) {
  const histories = queries.map(() => createRing<number | undefined>(shownPoints));
  const standIn = createStandInAsker({ connection, namespace, waiting: signal, signal });

  async function one(query: SystemQuery, index: number, fresh: Map<string, Promise<void>>): Promise<QueryResult> {
    const { title, description, unit, target } = query;
    const facts = { title, description, query: query.query, unit, target };
    try {
      if (source.kind === 'stand-in') {
        const { value, sinceStart } = await standIn(query, fresh);
        histories[index]?.push(value ?? undefined);
        const points = histories[index]?.items() ?? [];
        return { ...facts, value, points, series: 1, sinceStart, trouble: undefined };
      }
      const step = Math.max(1, everyMs / 1000);
      const range = { seconds: step * (shownPoints - 1), step };
      const { series } = await askPrometheus(placeOf(source), { query: query.query, range }, connection, signal);
      const points = (series[0]?.points ?? []).map((point) => (Number.isNaN(point) ? undefined : point));
      // A series that has ended still has points in the range.
      const isNow = Date.now() / 1000 - (series[0]?.at ?? 0) < 2 * step;
      return {
        ...facts,
        value: (isNow ? points.at(-1) : undefined) ?? null,
        points,
        series: series.length,
        sinceStart: false,
        trouble: undefined,
      };
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      return { ...facts, value: null, points: [], series: 0, sinceStart: false, trouble: messageOf(error) };
    }
  }

  return async (): Promise<QueryResult[]> => {
    const fresh = new Map<string, Promise<void>>();
    return Promise.all(queries.map((query, index) => one(query, index, fresh)));
  };
}
