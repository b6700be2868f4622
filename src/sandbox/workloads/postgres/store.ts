import type { File } from '../files/entries.ts';

/** A value as `COPY` writes it, before escaping; null is NULL. */
export type Value = string | null;

export interface Column {
  name: string;
  /** As `pg_dump` spells it: `timestamp with time zone`. */
  type: string;
  notNull: boolean;
  default?: string | undefined;
}

export interface Table {
  schema: string;
  name: string;
  columns: Column[];
  /** Constraints that stand inside CREATE TABLE: checks. */
  inline: string[];
  rows: Value[][];
}

/** What belongs to a schema besides its tables, in the words in which it was made. */
export interface SchemaObject {
  section: 'before data' | 'data' | 'after data';
  /** `SEQUENCE`, `CONSTRAINT`, `INDEX`, … */
  type: string;
  name: string;
  /** The table that takes it along when it goes: `public.query_log`. */
  table: string | undefined;
  text: string;
}

export interface Database {
  name: string;
  owner: string;
  oid: number;
  allowsConnections: boolean;
  /** By `schema.name`. */
  tables: Map<string, Table>;
  objects: SchemaObject[];
}

/** All that one server keeps: what lies in its data folder. */
export interface Store {
  databases: Map<string, Database>;
  nextOid: number;
  /** About how many bytes its rows take. */
  bytes: number;
  /** What has been done in transactions that are not over, to be undone should the server end. */
  open: Set<(() => void)[]>;
}

/** Of all rows together: they are this process' memory. */
export const largestStore = 64 * 1024 * 1024;

/** An error as the server says it: without `ERROR:`. */
export class PostgresError extends Error {}

// The store belongs to the file that marks a data folder: it survives the container as long as its volume does.
const stores = new WeakMap<File, Store>();

/** That a relation is not there. */
export function missing(full: string): PostgresError {
  return new PostgresError(`relation "${full.replace(/^public\./, '')}" does not exist`);
}

/** The store of a data folder; undefined in a folder that was not made a database yet. */
export function storeOf(mark: File): Store | undefined {
  return stores.get(mark);
}

/** A new store, with the database `postgres` and one of the given name. */
export function createStore(mark: File | undefined, owner: string, database: string): Store {
  const store: Store = { databases: new Map(), nextOid: 16384, bytes: 0, open: new Set() };
  for (const name of new Set(['postgres', 'template1', 'template0', database])) addDatabase(store, name, owner);
  if (mark) stores.set(mark, store);
  return store;
}

export function addDatabase(store: Store, name: string, owner: string): Database {
  const made: Database = {
    ...{ name, owner, oid: store.nextOid, allowsConnections: name !== 'template0' },
    ...{ tables: new Map(), objects: [] },
  };
  store.nextOid += 1;
  store.databases.set(name, made);
  return made;
}

/** Undoes what transactions had done that never came to their end, as a server does when it starts after a crash. */
export function recover(store: Store): void {
  for (const log of store.open) rollBack(log);
  store.open.clear();
}

export function rollBack(log: (() => void)[]): void {
  for (const undo of log.reverse()) undo();
  log.length = 0;
}

export function sizeOfRow(row: readonly Value[]): number {
  return row.reduce((sum, value) => sum + (value?.length ?? 0), 24);
}

/** `public.query_log`, from a name with or without schema and quotes. */
export function fullName(written: string): string {
  const parts = [...written.matchAll(/"((?:[^"]|"")+)"|([^."\s]+)/g)].map(
    ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? (plain ?? '').toLowerCase(),
  );
  return parts.length > 1 ? parts.slice(-2).join('.') : `public.${parts[0] ?? ''}`;
}

/** A name as it stands in SQL: quoted where it must be. */
export function identifier(name: string): string {
  return /^[a-z_][a-z0-9_$]*$/.test(name) && !reserved.has(name) ? name : `"${name.replaceAll('"', '""')}"`;
}

const reserved = new Set([
  'user',
  'table',
  'order',
  'group',
  'select',
  'default',
  'limit',
  'offset',
  'primary',
  'check',
]);
