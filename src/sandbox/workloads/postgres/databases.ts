import type { Around, Result } from './around.ts';
import { addDatabase, type Database, PostgresError } from './store.ts';

const name = '("(?:[^"]|"")+"|[\\w$]+)';
const forms = {
  create: new RegExp(`^create database ${name}\\b`, 'i'),
  drop: new RegExp(`^drop database (if exists )?${name}( with \\(force\\)| \\(force\\))?$`, 'i'),
  rename: new RegExp(`^alter database ${name} rename to ${name}$`, 'i'),
  allow: new RegExp(`^alter database ${name} (?:with )?allow_connections (?:=? ?)(true|false)$`, 'i'),
};

/** CREATE, DROP and ALTER DATABASE; undefined for other statements. */
export function changeDatabases(text: string, { store, user, database, inside, changed }: Around): Result | undefined {
  const { databases } = store;
  const find = (written: string): Database => {
    const found = databases.get(plain(written));
    if (!found) throw new PostgresError(`database "${plain(written)}" does not exist`);
    return found;
  };
  const create = forms.create.exec(text);
  if (create) {
    if (inside) throw new PostgresError('CREATE DATABASE cannot run inside a transaction block');
    const made = plain(create[1] ?? '');
    if (databases.has(made)) throw new PostgresError(`database "${made}" already exists`);
    addDatabase(store, made, user);
    return { tag: 'CREATE DATABASE' };
  }
  const drop = forms.drop.exec(text);
  if (drop) {
    const gone = plain(drop[2] ?? '');
    if (inside) throw new PostgresError('DROP DATABASE cannot run inside a transaction block');
    if (drop[1] && !databases.has(gone)) return { tag: 'DROP DATABASE' };
    const found = find(drop[2] ?? '');
    if (found === database) throw new PostgresError('cannot drop the currently open database');
    databases.delete(gone);
    return { tag: 'DROP DATABASE' };
  }
  const rename = forms.rename.exec(text);
  if (rename) {
    const found = find(rename[1] ?? '');
    const [old, wanted] = [found.name, plain(rename[2] ?? '')];
    if (found === database) throw new PostgresError('current database cannot be renamed');
    if (databases.has(wanted)) throw new PostgresError(`database "${wanted}" already exists`);
    const move = (from: string, to: string) => {
      databases.delete(from);
      found.name = to;
      databases.set(to, found);
    };
    move(old, wanted);
    changed(() => move(wanted, old));
    return { tag: 'ALTER DATABASE' };
  }
  const allow = forms.allow.exec(text);
  if (!allow) return undefined;
  const found = find(allow[1] ?? '');
  const before = found.allowsConnections;
  found.allowsConnections = /true/i.test(allow[2] ?? '');
  changed(() => {
    found.allowsConnections = before;
  });
  return { tag: 'ALTER DATABASE' };
}

function plain(written: string): string {
  return written.startsWith('"') ? written.slice(1, -1).replaceAll('""', '"') : written.toLowerCase();
}
