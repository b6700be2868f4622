import type { Program } from '../system.ts';
import { createdb, dropdb, isReady } from './postgres/create-drop.ts';
import { pgDump } from './postgres/pg-dump.ts';
import { pgRestore } from './postgres/pg-restore.ts';
import { psql } from './postgres/psql.ts';

/** The programs that look after a PostgreSQL. */
export const postgresClients: Readonly<Record<string, Program>> = {
  ...{ psql, createdb, dropdb },
  ...{ pg_isready: isReady, pg_dump: pgDump, pg_restore: pgRestore },
};
