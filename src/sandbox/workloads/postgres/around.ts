import type { Database, Store, Value } from './store.ts';

/** What a statement comes to. */
export interface Result {
  /** `SELECT 1`, `CREATE TABLE`. */
  tag: string;
  /** Of what gives rows. */
  columns?: string[];
  rows?: Value[][];
}

/** What a statement may use: everything that it changes is told to `changed`, with how it is undone. */
export interface Around {
  store: Store;
  database: Database;
  user: string;
  /** Whether a transaction is open. */
  inside: boolean;
  changed(undo: () => void): void;
}
