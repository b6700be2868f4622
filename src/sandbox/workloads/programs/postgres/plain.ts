import { randomBytes } from 'node:crypto';
import type { DumpChoice, DumpPiece } from '../../postgres/dump.ts';
import { serverVersion } from '../../postgres/select.ts';

const settings = [
  'SET statement_timeout = 0;',
  'SET lock_timeout = 0;',
  'SET idle_in_transaction_session_timeout = 0;',
  'SET transaction_timeout = 0;',
  "SET client_encoding = 'UTF8';",
  'SET standard_conforming_strings = on;',
  "SELECT pg_catalog.set_config('search_path', '', false);",
  'SET check_function_bodies = false;',
  'SET xmloption = content;',
  'SET client_min_messages = warning;',
  'SET row_security = off;',
].join('\n');

const version = `${serverVersion} (Debian ${serverVersion}-1.pgdg13+1)`;

/** A plain dump as `pg_dump` 17 writes it, in pieces. */
export async function* plainDump(
  pieces: AsyncIterable<DumpPiece>,
  owner: string,
  choice: DumpChoice,
): AsyncGenerator<string> {
  // Since 17.6 what stands between these two may not use commands of psql's own.
  const key = randomBytes(48).toString('base64url').replace(/[-_]/g, 'x').slice(0, 63);
  yield `--\n-- PostgreSQL database dump\n--\n\n\\restrict ${key}\n\n`;
  yield `-- Dumped from database version ${version}\n-- Dumped by pg_dump version ${version}\n\n${settings}\n\n`;
  if (!choice.dataOnly) yield "SET default_tablespace = '';\n\nSET default_table_access_method = heap;\n\n";
  let behind = '';
  for await (const piece of pieces) {
    if ('rows' in piece) {
      yield piece.rows;
      continue;
    }
    const { name, type, schema, text } = piece.item;
    const data = type === 'TABLE DATA' ? 'Data for Name' : 'Name';
    const head = `--\n-- ${data}: ${name}; Type: ${type}; Schema: ${schema}; Owner: ${choice.owner ? owner : '-'}\n--\n\n`;
    yield `${behind}${head}${text}\n`;
    behind = type === 'TABLE DATA' ? '\\.\n\n\n' : '\n\n';
  }
  yield `${behind}--\n-- PostgreSQL database dump complete\n--\n\n\\unrestrict ${key}\n\n`;
}
