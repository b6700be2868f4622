import { defaultOf } from './column.ts';
import { PostgresError, type Table, type Value } from './store.ts';

// https://www.postgresql.org/docs/current/sql-copy.html, text format: tabs between values, \N for NULL.
const letters: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' };
const written = new Map(Object.entries(letters).map(([letter, sign]) => [sign, `\\${letter}`]));

/** A row as a line of COPY. */
export function copyLine(row: readonly Value[]): string {
  return row
    .map((value) =>
      value === null ? '\\N' : value.replace(/[\\\b\f\n\r\t\v]/g, (sign) => written.get(sign) ?? '\\\\'),
    )
    .join('\t');
}

/** The row of a line; columns that it does not name have their defaults. Throws `PostgresError`. */
export function readCopyLine(line: string, table: Table, columns: readonly number[]): Value[] {
  const values = line.split('\t');
  if (values.length > columns.length) throw new PostgresError('extra data after last expected column');
  if (values.length < columns.length) {
    const name = table.columns[columns[values.length] ?? 0]?.name;
    throw new PostgresError(`missing data for column "${name}"`);
  }
  const given = new Map(columns.map((column, index) => [column, values[index] ?? '']));
  return table.columns.map((column, index) => {
    const text = given.get(index);
    if (text === undefined) return defaultOf(column);
    const value = text === '\\N' ? null : text.replace(/\\(.)/gs, (_, sign: string) => letters[sign] ?? sign);
    refuseWrong(value, column.type, column.name);
    return value;
  });
}

/** What can be no number or truth value: a file for another table. */
function refuseWrong(value: Value, type: string, column: string): void {
  if (value === null) return;
  const isNumber = /^(integer|bigint|smallint|numeric|double precision|real)/.test(type);
  const wrong = isNumber ? !/^[-+]?(\d+(\.\d*)?|\.\d+|infinity|nan)(e[-+]?\d+)?$/i.test(value) : false;
  if (!wrong && !(type === 'boolean' && !/^(t|f|true|false|yes|no|on|off|1|0)$/i.test(value))) return;
  throw new PostgresError(`invalid input syntax for type ${type}: "${value}" in column ${column}`);
}
