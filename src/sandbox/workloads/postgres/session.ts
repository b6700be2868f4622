import type { Around, Result } from './around.ts';
import { changeDatabases } from './databases.ts';
import { changeRows } from './rows.ts';
import { changeSchema } from './schema.ts';
import { select } from './select.ts';
import { type Database, PostgresError, rollBack, type Store } from './store.ts';
import { normalised } from './words.ts';

/** A connection to a database. */
export interface Session {
  /** Runs one statement; `data` are the lines of a COPY. Throws `PostgresError`; a transaction that is open is broken then. */
  run(statement: string, data?: string): Result;
  /** Undoes what is not committed. */
  close(): void;
}

const aborted = 'current transaction is aborted, commands ignored until end of transaction block';

export function openSession(store: Store, database: Database, user: string): Session {
  let log: (() => void)[] | undefined;
  let broken = false;
  const end = (keep: boolean) => {
    if (!log) return;
    store.open.delete(log);
    if (!keep) rollBack(log);
    log = undefined;
    broken = false;
  };
  const transaction = (text: string): Result | undefined => {
    if (/^(begin|start transaction)\b/i.test(text)) {
      if (!log) {
        log = [];
        store.open.add(log);
      }
      return { tag: 'BEGIN' };
    }
    if (!/^(commit|end|rollback|abort)\b/i.test(text)) return undefined;
    const keep = /^(commit|end)/i.test(text) && !broken;
    end(keep);
    return { tag: keep ? 'COMMIT' : 'ROLLBACK' };
  };
  return {
    run(statement, data) {
      const text = normalised(statement);
      const ended = transaction(text);
      if (ended) return ended;
      if (broken) throw new PostgresError(aborted);
      // Outside of a transaction a statement is one of its own.
      const own: (() => void)[] = [];
      const undo = log ?? own;
      const around = {
        store,
        database,
        user,
        inside: log !== undefined,
        changed: (one: () => void) => void undo.push(one),
      };
      try {
        return runOne(text, statement, data, around);
      } catch (error) {
        if (log) broken = true;
        else rollBack(own);
        throw error;
      }
    },
    close: () => end(false),
  };
}

function runOne(text: string, statement: string, data: string | undefined, around: Around): Result {
  if (/^set\b/i.test(text)) return { tag: 'SET' };
  const result =
    changeDatabases(text, around) ??
    changeSchema(text, statement, around) ??
    changeRows(text, data, around) ??
    select(text, around);
  if (result) return result;
  const [word = ''] = text.split(/[\s(]/);
  throw new PostgresError(
    `the sandbox's PostgreSQL does not understand this ${word.toUpperCase()}: ${text.slice(0, 120)}`,
  );
}
