import type { QueryResult } from './query-result.ts';
import type { QuerySource } from './query-source.ts';

/** What is known of a system's figures at a moment. */
export interface QueriesSnapshot {
  /** Undefined while one is looked for, and where there is none. */
  source: QuerySource | undefined;
  /** Those that were found in the cluster. */
  found: readonly QuerySource[];
  /** Undefined until the first answers are there. */
  results: readonly QueryResult[] | undefined;
  /** Why nobody can be asked. */
  trouble: string | undefined;
  /** Nobody was named, and the cluster has no Prometheus that could be found. */
  none: boolean;
  /** Of the newest answers, milliseconds since 1970. */
  at: number | undefined;
}

/** Before anybody has looked. */
export const noQueries: QueriesSnapshot = {
  source: undefined,
  found: [],
  results: undefined,
  trouble: undefined,
  none: false,
  at: undefined,
};
