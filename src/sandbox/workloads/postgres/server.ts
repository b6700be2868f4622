import { file } from '../files/entries.ts';
import type { FileSystem } from '../files/file-system.ts';
import type { Result } from './around.ts';
import { type DumpChoice, type DumpPiece, dumpPieces } from './dump.ts';
import { addRows } from './rows.ts';
import { openSession, type Session } from './session.ts';
import { createStore, fullName, PostgresError, recover, type Store, sizeOfRow, storeOf } from './store.ts';

/** What a client gets for its words; `error` is in the server's words. */
export type Reply = { result: Result } | { error: string };

/** A server over the store of its data folder. */
export interface DatabaseServer {
  readonly store: Store;
  /** Whether somebody may connect: `OK`, or why not as the server says it. */
  connect(user: string, database: string): string;
  /** One statement of a client; its session begins with the first. */
  run(client: string, user: string, database: string, statement: string, data?: string): Reply;
  /** The next piece of a dump that begins with the first; undefined behind the last one. */
  dump(client: string, database: string, choice: DumpChoice): DumpPiece | undefined;
  /** The client is gone. */
  end(client: string): void;
}

/** How many rows a program may add to a table by itself, one at a time: the oldest go. */
const mostRecords = 10_000;

/**
 * Opens the data folder of a server, or makes one there. `isNew` says which it was. What transactions had done when the server
 * before it ended is undone.
 */
export function openData(
  files: FileSystem,
  folder: string,
  owner: string,
  database: string,
): { store: Store; isNew: boolean } {
  const path = `${folder}/PG_VERSION`;
  const found = files.find(path);
  const before = found?.kind === 'file' ? storeOf(found) : undefined;
  if (before) {
    recover(before);
    return { store: before, isNew: false };
  }
  files.makeFolder(folder, true);
  for (const below of ['base', 'global', 'pg_wal']) files.makeFolder(`${folder}/${below}`, true);
  const mark = file('17\n', 0o600);
  files.place(path, mark);
  const made = files.find(path);
  return { store: createStore(made?.kind === 'file' ? made : undefined, owner, database), isNew: true };
}

export function createServer(store: Store, owner: string): DatabaseServer {
  const sessions = new Map<string, Session>();
  const dumps = new Map<string, Generator<DumpPiece>>();
  const connect = (user: string, name: string) => {
    if (user !== owner) return `FATAL:  role "${user}" does not exist`;
    const found = store.databases.get(name);
    if (!found) return `FATAL:  database "${name}" does not exist`;
    return found.allowsConnections ? 'OK' : `FATAL:  database "${name}" is not currently accepting connections`;
  };
  return {
    store,
    connect,
    run(client, user, name, statement, data) {
      const answer = connect(user, name);
      const found = store.databases.get(name);
      if (answer !== 'OK' || !found) return { error: answer };
      const session = sessions.get(client) ?? openSession(store, found, user);
      sessions.set(client, session);
      try {
        return { result: session.run(statement, data) };
      } catch (error) {
        if (error instanceof PostgresError) return { error: `ERROR:  ${error.message}` };
        throw error;
      }
    },
    dump(client, name, choice) {
      const database = store.databases.get(name);
      if (!database) return undefined;
      const going = dumps.get(client) ?? dumpPieces(database, choice);
      dumps.set(client, going);
      const { value, done } = going.next();
      return done ? undefined : value;
    },
    end(client) {
      dumps.delete(client);
      sessions.get(client)?.close();
      sessions.delete(client);
    },
  };
}

/** Adds a row as a program does that records what it did; the values are in the order of the table's columns. */
export function record(store: Store, database: string, table: string, values: readonly string[]): string {
  const found = store.databases.get(database)?.tables.get(fullName(table));
  if (!found) return `ERROR:  relation "${table}" does not exist`;
  try {
    addRows(found, [[...values]], { store, changed: () => {} });
  } catch (error) {
    if (!(error instanceof PostgresError)) throw error;
    return `ERROR:  ${error.message}`;
  }
  if (found.rows.length > mostRecords) {
    const gone = found.rows.splice(0, mostRecords / 10);
    store.bytes -= gone.reduce((sum, row) => sum + sizeOfRow(row), 0);
  }
  return 'OK';
}
