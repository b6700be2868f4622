import type { Around, Result } from './around.ts';
import { defaultOf, evaluated } from './column.ts';
import { conditionOf } from './condition.ts';
import { readCopyLine } from './copy-text.ts';
import { fullName, largestStore, missing, PostgresError, sizeOfRow, type Table, type Value } from './store.ts';
import { splitList } from './words.ts';

const named = '((?:"(?:[^"]|"")+"|[\\w$]+)(?:\\.(?:"(?:[^"]|"")+"|[\\w$]+))?)';
const copy = new RegExp(`^copy ${named} ?(?:\\(([^)]*)\\))? from stdin\\b`, 'i');
const insert = new RegExp(`^insert into ${named} ?(?:\\(([^)]*)\\))? ?values ?(.*)$`, 'is');
const remove = new RegExp(`^(?:delete from (?:only )?|truncate (?:table )?(?:only )?)${named}(?: where (.*))?$`, 'is');

/** INSERT, DELETE, TRUNCATE and COPY … FROM stdin; undefined for other statements. */
export function changeRows(text: string, data: string | undefined, around: Around): Result | undefined {
  const copied = copy.exec(text);
  if (copied) {
    const table = tableOf(copied[1] ?? '', around);
    const columns = columnsOf(table, copied[2]);
    const lines = (data ?? '').split('\n');
    if (lines.at(-1) === '') lines.pop();
    const rows = lines.map((line) => readCopyLine(line, table, columns));
    addRows(table, rows, around);
    return { tag: `COPY ${rows.length}` };
  }
  const inserted = insert.exec(text);
  if (inserted) {
    const table = tableOf(inserted[1] ?? '', around);
    const rows = rowsOf(inserted[3] ?? '', table, columnsOf(table, inserted[2]));
    addRows(table, rows, around);
    return { tag: `INSERT 0 ${rows.length}` };
  }
  const removed = remove.exec(text);
  if (!removed) return undefined;
  const table = tableOf(removed[1] ?? '', around);
  const isMeant = conditionOf(
    removed[2],
    table.columns.map(({ name }) => name),
  );
  const gone = takeAway(table, isMeant, around);
  return { tag: /^truncate/i.test(text) ? 'TRUNCATE TABLE' : `DELETE ${gone}` };
}

/** Adds rows that fit their table. Throws `PostgresError` for a NULL where none may be, and when the disk is full. */
export function addRows(table: Table, rows: Value[][], { store, changed }: Pick<Around, 'store' | 'changed'>): void {
  const bytes = rows.reduce((sum, row) => sum + sizeOfRow(row), 0);
  if (store.bytes + bytes > largestStore)
    throw new PostgresError('could not extend file "base/16384/16385": No space left on device');
  for (const row of rows)
    for (const [index, { name, notNull }] of table.columns.entries())
      if (notNull && row[index] === null)
        throw new PostgresError(
          `null value in column "${name}" of relation "${table.name}" violates not-null constraint`,
        );
  for (const row of rows) table.rows.push(row);
  store.bytes += bytes;
  const added = new Set(rows);
  changed(() => {
    table.rows = table.rows.filter((row) => !added.has(row));
    store.bytes -= bytes;
  });
}

function takeAway(table: Table, isMeant: (row: readonly Value[]) => boolean, { store, changed }: Around): number {
  const before = table.rows;
  const gone = before.filter(isMeant);
  const bytes = gone.reduce((sum, row) => sum + sizeOfRow(row), 0);
  table.rows = before.filter((row) => !isMeant(row));
  store.bytes -= bytes;
  changed(() => {
    table.rows = [...gone, ...table.rows];
    store.bytes += bytes;
  });
  return gone.length;
}

function tableOf(written: string, { database }: Around): Table {
  const full = fullName(written);
  const found = database.tables.get(full);
  if (!found) throw missing(full);
  return found;
}

/** The places of the named columns; of all when none are named. */
function columnsOf(table: Table, list: string | undefined): number[] {
  if (list === undefined || list.trim() === '') return table.columns.map((_, index) => index);
  return splitList(list).map((written) => {
    const name = fullName(written).slice('public.'.length);
    const index = table.columns.findIndex((column) => column.name === name);
    if (index < 0) throw new PostgresError(`column "${name}" of relation "${table.name}" does not exist`);
    return index;
  });
}

function rowsOf(text: string, table: Table, columns: readonly number[]): Value[][] {
  return splitList(text).map((row) => {
    const values = splitList(row.replace(/^\(|\)$/g, ''));
    if (values.length > columns.length) throw new PostgresError('INSERT has more expressions than target columns');
    const given = new Map(values.map((value, index) => [columns[index], value]));
    return table.columns.map((column, index) => {
      const written = given.get(index);
      if (written === undefined || /^default$/i.test(written)) return defaultOf(column);
      const value = evaluated(written);
      if (value === undefined) throw new PostgresError(`the sandbox's PostgreSQL cannot compute ${written}`);
      return value;
    });
  });
}
