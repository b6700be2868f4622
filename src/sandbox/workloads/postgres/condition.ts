import { PostgresError, type Value } from './store.ts';
import { literal, splitList } from './words.ts';

type Test = (row: readonly Value[]) => boolean;

const comparisons: Readonly<Record<string, (left: string, right: string) => boolean>> = {
  '=': (left, right) => left === right,
  '<>': (left, right) => left !== right,
  '!=': (left, right) => left !== right,
  '<': (left, right) => order(left, right) < 0,
  '>': (left, right) => order(left, right) > 0,
  '<=': (left, right) => order(left, right) <= 0,
  '>=': (left, right) => order(left, right) >= 0,
};

/** Numbers by their size, other values by their letters. */
export function order(left: string, right: string): number {
  const [one, other] = [Number(left), Number(right)];
  if (left !== '' && right !== '' && !Number.isNaN(one) && !Number.isNaN(other)) return one - other;
  return left < right ? -1 : left > right ? 1 : 0;
}

/** The test of a WHERE: comparisons with literals, `IN`, `IS NULL`, `LIKE`, joined by AND. Without one every row is meant. */
export function conditionOf(text: string | undefined, columns: readonly string[]): Test {
  if (text === undefined || text.trim() === '') return () => true;
  const tests = text.split(/ and /i).map((part) => testOf(part.trim(), columns));
  return (row) => tests.every((test) => test(row));
}

function testOf(text: string, columns: readonly string[]): Test {
  const [, written = '', rest = ''] = /^"?([\w.]+)"?\s*(.*)$/s.exec(text) ?? [];
  const name = written.split('.').at(-1)?.toLowerCase() ?? '';
  const index = columns.indexOf(name);
  if (index < 0 && /^(true|1 = 1)$/i.test(text)) return () => true;
  if (index < 0 && !/^pid\b/.test(text)) throw new PostgresError(`column "${name}" does not exist`);
  const value = (row: readonly Value[]) => row[index] ?? null;
  const nothing = /^is (not )?null$/i.exec(rest);
  if (nothing) return (row) => (value(row) === null) !== (nothing[1] !== undefined);
  const among = /^(not )?in ?\((.*)\)$/is.exec(rest);
  if (among) {
    const wanted = splitList(among[2] ?? '').map((one) => literal(one));
    return (row) => wanted.includes(value(row)) !== (among[1] !== undefined);
  }
  const like = /^(not )?like (.*)$/is.exec(rest);
  if (like) {
    const pattern = (literal(like[2] ?? '') ?? '')
      .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
      .replaceAll('%', '.*')
      .replaceAll('_', '.');
    return (row) => new RegExp(`^${pattern}$`, 's').test(value(row) ?? '') !== (like[1] !== undefined);
  }
  const [, sign = '', right = ''] = /^(<>|!=|<=|>=|=|<|>) ?(.*)$/s.exec(rest) ?? [];
  const compare = comparisons[sign];
  if (!compare) throw new PostgresError(`the sandbox's PostgreSQL does not understand the condition ${text}`);
  // Its own connection: there is no other.
  if (/^pg_backend_pid\(\)$/i.test(right)) return () => sign !== '=';
  const wanted = literal(right);
  if (wanted === undefined) throw new PostgresError(`the sandbox's PostgreSQL does not understand ${right}`);
  return (row) => {
    const found = value(row);
    return found !== null && wanted !== null && compare(found, wanted);
  };
}
