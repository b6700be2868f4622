import type { Around } from './around.ts';
import { fullName, missing, type Value } from './store.ts';

export interface Relation {
  columns: string[];
  rows: Value[][];
}

/** A table, or one of the catalogue that says what there is. Throws `PostgresError`. */
export function relationOf(written: string, { store, database, user }: Around): Relation {
  const full = fullName(written);
  const table = database.tables.get(full);
  if (table) return { columns: table.columns.map(({ name }) => name), rows: table.rows };
  const tables = [...database.tables.values()];
  switch (full.replace(/^(public|pg_catalog)\./, '')) {
    case 'pg_database':
      return {
        columns: ['oid', 'datname', 'datallowconn'],
        rows: [...store.databases.values()].map(({ oid, name, allowsConnections }) => [
          String(oid),
          name,
          allowsConnections ? 't' : 'f',
        ]),
      };
    case 'pg_tables':
      return {
        columns: ['schemaname', 'tablename', 'tableowner'],
        rows: tables.map(({ schema, name }) => [schema, name, database.owner]),
      };
    case 'information_schema.tables':
      return {
        columns: ['table_schema', 'table_name', 'table_type'],
        rows: tables.map(({ schema, name }) => [schema, name, 'BASE TABLE']),
      };
    case 'pg_roles':
      return { columns: ['rolname', 'rolsuper'], rows: [[user, 't']] };
    case 'pg_stat_activity':
      return { columns: ['pid', 'datname', 'usename'], rows: [['71', database.name, user]] };
    default:
      throw missing(full);
  }
}
