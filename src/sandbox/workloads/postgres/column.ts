import { randomUUID } from 'node:crypto';
import { type Column, PostgresError, type Value } from './store.ts';
import { literal } from './words.ts';

const aliases: Readonly<Record<string, string>> = {
  int: 'integer',
  int4: 'integer',
  int8: 'bigint',
  int2: 'smallint',
  bool: 'boolean',
  float8: 'double precision',
  float4: 'real',
  timestamptz: 'timestamp with time zone',
  timestamp: 'timestamp without time zone',
  decimal: 'numeric',
};

const endOfType = /\s(not null|null|default|primary key|unique|references|check|constraint|generated|collate)\b/i;

/** A column as CREATE TABLE names it, and the key that it is. */
export function readColumn(text: string): { column: Column; key: 'PRIMARY KEY' | 'UNIQUE' | undefined } {
  const [, quoted, plain = '', rest = ''] = /^(?:"((?:[^"]|"")+)"|([\w$]+))\s+(.*)$/s.exec(text) ?? [];
  if (rest === '') throw new PostgresError(`syntax error at or near "${text.split(' ')[0]}"`);
  const at = endOfType.exec(` ${rest}`)?.index ?? rest.length + 1;
  const written = rest.slice(0, Math.max(0, at - 1)).trim();
  const more = ` ${rest.slice(Math.max(0, at - 1))} `;
  if (/^(small|big)?serial\d?$/i.test(written))
    throw new PostgresError(`the sandbox's PostgreSQL has no ${written}; use a uuid or a bigint with a sequence`);
  const word = written.toLowerCase();
  const type = aliases[word] ?? word.replace(/^varchar\b/, 'character varying').replace(/^char\b/, 'character');
  const key = / primary key /i.test(more) ? 'PRIMARY KEY' : / unique /i.test(more) ? 'UNIQUE' : undefined;
  const value = / default (.+?)(?= not null | null | primary key | unique | check | constraint |\s*$)/is.exec(
    more,
  )?.[1];
  const name = quoted?.replaceAll('""', '"') ?? plain.toLowerCase();
  const notNull = / not null /i.test(more) || key === 'PRIMARY KEY';
  return { column: { name, type, notNull, default: value?.trim() }, key };
}

/** The value of a column that an INSERT does not name. Throws `PostgresError` for what it cannot compute. */
export function defaultOf({ default: text, name }: Column): Value {
  if (text === undefined) return null;
  const value = evaluated(text);
  if (value === undefined) throw new PostgresError(`the sandbox's PostgreSQL cannot compute ${text} for ${name}`);
  return value;
}

/** A literal or one of a few functions; undefined for anything else. */
export function evaluated(text: string): Value | undefined {
  if (/^(now\(\)|current_timestamp|clock_timestamp\(\)|statement_timestamp\(\))$/i.test(text.trim())) return timeNow();
  if (/^gen_random_uuid\(\)$/i.test(text.trim())) return randomUUID();
  return literal(text);
}

export function timeNow(): string {
  return new Date().toISOString().replace('T', ' ').replace('Z', '+00');
}
