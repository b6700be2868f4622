import type { Around, Result } from './around.ts';
import { readColumn } from './column.ts';
import { fullName, identifier, missing, PostgresError, type SchemaObject, sizeOfRow, type Table } from './store.ts';
import { splitList } from './words.ts';

const named = '((?:"(?:[^"]|"")+"|[\\w$]+)(?:\\.(?:"(?:[^"]|"")+"|[\\w$]+))?)';
const createTable = new RegExp(`^create (?:unlogged )?table (if not exists )?${named} ?\\((.*)\\)$`, 'is');
const dropTable = new RegExp(`^drop table (if exists )?(?:only )?${named}( cascade)?$`, 'i');

/** What is kept in its own words, and put out by a dump as it came. */
const kept: { pattern: RegExp; section: SchemaObject['section']; type: string; tag: string }[] = [
  {
    pattern: new RegExp(`^create sequence (?:if not exists )?${named}`, 'i'),
    ...before('SEQUENCE', 'CREATE SEQUENCE'),
  },
  {
    pattern: new RegExp(`^alter sequence ${named} owned by ${named}`, 'i'),
    ...before('SEQUENCE OWNED BY', 'ALTER SEQUENCE'),
  },
  {
    pattern: new RegExp(`^alter table (?:only )?${named} alter column \\S+ (?:set default|add generated)`, 'i'),
    ...before('DEFAULT', 'ALTER TABLE'),
  },
  {
    pattern: new RegExp(`^comment on (?:table|column|extension|index) ${named}`, 'i'),
    ...before('COMMENT', 'COMMENT'),
  },
  { pattern: new RegExp(`^create schema (?:if not exists )?${named}`, 'i'), ...before('SCHEMA', 'CREATE SCHEMA') },
  {
    pattern: new RegExp(`^create extension (?:if not exists )?${named}`, 'i'),
    ...before('EXTENSION', 'CREATE EXTENSION'),
  },
  {
    pattern: new RegExp(`^alter table (?:only )?${named} add constraint ${named}`, 'i'),
    ...after('CONSTRAINT', 'ALTER TABLE'),
  },
  {
    pattern: new RegExp(`^create (?:unique )?index (?:if not exists )?${named} on (?:only )?${named}`, 'i'),
    ...after('INDEX', 'CREATE INDEX'),
  },
];

function before(type: string, tag: string) {
  return { section: 'before data' as const, type, tag };
}

function after(type: string, tag: string) {
  return { section: 'after data' as const, type, tag };
}

/** CREATE and DROP of tables and of what belongs to them; undefined for other statements. */
export function changeSchema(text: string, statement: string, around: Around): Result | undefined {
  const table = createTable.exec(text);
  if (table) return makeTable(fullName(table[2] ?? ''), table[1] !== undefined, table[3] ?? '', around);
  const drop = dropTable.exec(text);
  if (drop) return removeTable(fullName(drop[2] ?? ''), drop[1] !== undefined, around);
  // Owners and rights: there is one user.
  if (/^alter (table|sequence|schema|database|view|function) .* owner to \S+$/i.test(text))
    return { tag: 'ALTER TABLE' };
  if (/^(grant|revoke|alter default privileges)\b/i.test(text)) return { tag: text.split(' ')[0]?.toUpperCase() ?? '' };
  for (const { pattern, section, type, tag } of kept) {
    const found = pattern.exec(text);
    if (!found) continue;
    const [, first = '', second] = found;
    const of = type === 'INDEX' ? second : type === 'CONSTRAINT' || type === 'DEFAULT' ? first : undefined;
    const name = type === 'CONSTRAINT' ? (second ?? '') : first;
    keep({ section, type, name, table: of && fullName(of), text: statement.trim() }, text, around);
    return { tag };
  }
  return undefined;
}

function keep(object: SchemaObject, text: string, { database, changed }: Around): void {
  const { objects, tables } = database;
  if (object.table !== undefined && !tables.has(object.table)) throw missing(object.table);
  const named = ['SEQUENCE', 'INDEX', 'SCHEMA', 'EXTENSION'].includes(object.type);
  if (named && objects.some((one) => one.type === object.type && fullName(one.name) === fullName(object.name))) {
    if (/ if not exists /i.test(text) || /^create schema public$/i.test(text)) return;
    throw new PostgresError(`relation "${object.name}" already exists`);
  }
  objects.push(object);
  changed(() => void objects.splice(objects.indexOf(object), 1));
}

function makeTable(full: string, mayBeThere: boolean, body: string, { database, changed }: Around): Result {
  const { tables, objects } = database;
  const [schema = 'public', name = ''] = full.split('.');
  if (tables.has(full)) {
    if (mayBeThere) return { tag: 'CREATE TABLE' };
    throw new PostgresError(`relation "${name}" already exists`);
  }
  const made: Table = { schema, name, columns: [], inline: [], rows: [] };
  const keys: string[] = [];
  for (const part of splitList(body)) {
    if (/^(constraint \S+ )?(check|exclude|foreign key)\b/i.test(part)) made.inline.push(part);
    else if (/^(constraint \S+ )?(primary key|unique) ?\(/i.test(part)) keys.push(part);
    else {
      const { column, key } = readColumn(part);
      made.columns.push(column);
      if (key) keys.push(`${key} (${identifier(column.name)})`);
    }
  }
  tables.set(full, made);
  const constraints = keys.map((key): SchemaObject => {
    const [, given, rest = key] = /^constraint (\S+) (.*)$/is.exec(key) ?? [];
    const own = given ?? identifier(`${name}_${/^primary/i.test(rest) ? 'pkey' : `${/\((\w+)/.exec(rest)?.[1]}_key`}`);
    const text = `ALTER TABLE ONLY ${identifier(schema)}.${identifier(name)}\n    ADD CONSTRAINT ${own} ${rest}`;
    return { section: 'after data', type: 'CONSTRAINT', name: own, table: full, text };
  });
  objects.push(...constraints);
  changed(() => {
    tables.delete(full);
    for (const one of constraints) objects.splice(objects.indexOf(one), 1);
  });
  return { tag: 'CREATE TABLE' };
}

function removeTable(full: string, mayBeAway: boolean, { store, database, changed }: Around): Result {
  const table = database.tables.get(full);
  if (!table && mayBeAway) return { tag: 'DROP TABLE' };
  if (!table) throw new PostgresError(`table "${full.split('.')[1]}" does not exist`);
  const objects = [...database.objects];
  const bytes = table.rows.reduce((sum, row) => sum + sizeOfRow(row), 0);
  database.tables.delete(full);
  database.objects = objects.filter((one) => one.table !== full);
  store.bytes -= bytes;
  changed(() => {
    database.tables.set(full, table);
    database.objects = objects;
    store.bytes += bytes;
  });
  return { tag: 'DROP TABLE' };
}
