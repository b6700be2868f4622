import type { Around, Result } from './around.ts';
import { evaluated, timeNow } from './column.ts';
import { conditionOf, order } from './condition.ts';
import { relationOf } from './relations.ts';
import { PostgresError, type Value } from './store.ts';
import { splitList } from './words.ts';

export const serverVersion = '17.6';

const shape =
  /^select (.*?)(?: from ((?:"[^"]+"|[\w$]+)(?:\.(?:"[^"]+"|[\w$]+))?)(?: (?:as )?(?!where|order|limit|offset)\w+)?(?: where (.*?))?(?: order by (.*?))?(?: limit (\d+))?)?$/is;

/** SELECT from one relation, or of constants and a few functions; undefined for other statements. */
export function select(text: string, around: Around): Result | undefined {
  const setval = /^select pg_catalog\.setval\('([^']+)'/i.exec(text);
  if (setval) return keepSequence(text, setval[1] ?? '', around);
  const [, list, from, where, by, limit] = shape.exec(text) ?? [];
  if (list === undefined) return undefined;
  const items = splitList(list);
  if (from === undefined) {
    const values = items.map((item) => constant(bare(item), around));
    return { tag: 'SELECT 1', columns: items.map((item) => nameOf(item)), rows: [values] };
  }
  const { columns, rows } = relationOf(from, around);
  const meant = rows.filter(conditionOf(where, columns));
  const sorted = by === undefined ? meant : sort(meant, by, columns);
  const wanted = items.flatMap((item) => (item === '*' ? columns : [item]));
  const some = limit === undefined ? sorted : sorted.slice(0, Number(limit));
  const aggregates = wanted.some((item) => aggregate.test(bare(item)));
  const result = aggregates
    ? [wanted.map((item) => aggregated(bare(item), meant, columns))]
    : some.map((row) => wanted.map((item) => computed(bare(item), row, columns, around)));
  return { tag: `SELECT ${result.length}`, columns: wanted.map((item) => nameOf(item)), rows: result };
}

const aggregate = /^(count|min|max|sum|avg)\((.*)\)$/i;

function aggregated(item: string, rows: readonly Value[][], columns: readonly string[]): Value {
  const [, name = '', of = '*'] = aggregate.exec(item) ?? [];
  if (of === '*') return String(rows.length);
  const index = columns.indexOf(of.toLowerCase());
  if (index < 0) throw new PostgresError(`column "${of}" does not exist`);
  const values = rows.flatMap((row) => (typeof row[index] === 'string' ? [row[index]] : []));
  if (/count/i.test(name)) return String(values.length);
  if (values.length === 0) return null;
  const sorted = [...values].sort(order);
  if (/min/i.test(name)) return sorted[0] ?? null;
  if (/max/i.test(name)) return sorted.at(-1) ?? null;
  const sum = values.reduce((all, value) => all + Number(value), 0);
  return String(/sum/i.test(name) ? sum : sum / values.length);
}

function computed(item: string, row: readonly Value[], columns: readonly string[], around: Around): Value {
  const index = columns.indexOf((item.split('.').at(-1) ?? '').replaceAll('"', '').toLowerCase());
  if (index >= 0) return row[index] ?? null;
  const at = (name: string) => row[columns.indexOf(name)] ?? '';
  // The usual way to count the rows of every table in one statement.
  if (/query_to_xml\(format\('select count\(\*\)/i.test(item)) {
    const table = around.database.tables.get(`${at('schemaname')}.${at('tablename')}`);
    return String(table?.rows.length ?? 0);
  }
  if (/^"?[a-z_]\w*"?$/i.test(item) && !/^(current_user|session_user|true|false|null|current_timestamp)$/i.test(item))
    throw new PostgresError(`column "${item.replaceAll('"', '')}" does not exist`);
  if (/^pg_terminate_backend\(pid\)$/i.test(item)) return 't';
  return constant(item, around);
}

function constant(item: string, { user, database }: Around): Value {
  const word = item.toLowerCase();
  if (word === 'version()')
    return `PostgreSQL ${serverVersion} (Debian ${serverVersion}-1.pgdg13+1) on x86_64-pc-linux-gnu`;
  if (word === 'current_database()') return database.name;
  if (word === 'current_user' || word === 'session_user') return user;
  if (word === 'pg_is_in_recovery()') return 'f';
  if (word === 'now()') return timeNow();
  if (word.startsWith('pg_catalog.set_config(')) return '';
  const value = evaluated(item);
  if (value === undefined) throw new PostgresError(`the sandbox's PostgreSQL does not understand ${item}`);
  return value;
}

function sort(rows: readonly Value[][], by: string, columns: readonly string[]): Value[][] {
  const keys = splitList(by).map((key) => {
    const [, written = '', way] = /^(\S+)(?: (asc|desc))?$/i.exec(key) ?? [];
    const index = /^\d+$/.test(written) ? Number(written) - 1 : columns.indexOf(written.toLowerCase());
    if (index < 0) throw new PostgresError(`column "${written}" does not exist`);
    return { index, sign: /desc/i.test(way ?? '') ? -1 : 1 };
  });
  return [...rows].sort((one, other) => {
    for (const { index, sign } of keys) {
      const difference = order(one[index] ?? '', other[index] ?? '');
      if (difference !== 0) return sign * difference;
    }
    return 0;
  });
}

const alias = / (?:as )?("[^"]+"|[a-z_]\w*)$/i;

function bare(item: string): string {
  return / as /i.test(item) ? item.replace(alias, '') : item;
}

/** What psql writes above a column. */
function nameOf(item: string): string {
  const own = / as /i.test(item) ? alias.exec(item)?.[1]?.replaceAll('"', '') : undefined;
  if (own) return own;
  if (/^[\w".]+$/.test(item) && !/^[\d.]+$/.test(item))
    return (item.split('.').at(-1) ?? '').replaceAll('"', '').toLowerCase();
  return /^(?:pg_catalog\.)?(\w+)\(/.exec(item)?.[1]?.toLowerCase() ?? '?column?';
}

function keepSequence(text: string, sequence: string, { database, changed }: Around): Result {
  const { objects } = database;
  const made = { section: 'data' as const, type: 'SEQUENCE SET', name: sequence, table: undefined, text };
  objects.push(made);
  changed(() => void objects.splice(objects.indexOf(made), 1));
  return { tag: 'SELECT 1', columns: ['setval'], rows: [[/, (\d+),/.exec(text)?.[1] ?? '1']] };
}
