import { messageOf } from '../../../base/errors.ts';
import type { Program } from '../system.ts';
import { type Migration, migrationsOf } from './migrations.ts';
import { tagOf } from './queue.ts';
import { connectSchema, type SchemaConnection } from './schema.ts';

/** Thrown with a line of alembic's own. */
class Refused extends Error {}

/** `alembic current | history | heads | upgrade head | upgrade +1 | downgrade -1 | downgrade base`, by DATABASE_URL. */
export const alembic: Program = (call) => {
  const migrations = migrationsOf(tagOf(call.system));
  const [command = '', target = ''] = call.args.filter((arg) => !arg.startsWith('--') && arg !== '-v');
  const head = migrations.at(-1)?.revision;
  const say = (line: string) => call.stdout.write(`${line}\n`);
  const note = (line: string) => call.stderr.write(`INFO  [alembic.runtime.migration] ${line}\n`);
  let connection: SchemaConnection | undefined;
  try {
    if (command === 'heads') {
      say(`${head} (head)`);
      return 0;
    }
    if (command === 'history') {
      for (const line of historyOf(migrations)) say(line);
      return 0;
    }
    if (!['current', 'upgrade', 'downgrade'].includes(command))
      throw new Refused(
        `alembic: error: argument {current,downgrade,heads,history,upgrade}: invalid choice: '${command}'`,
      );
    connection = connectSchema(call.system.env.DATABASE_URL ?? '', call.system);
    note('Context impl PostgresqlImpl.');
    const current = connection.current();
    const at = current === undefined ? -1 : migrations.findIndex(({ revision }) => revision === current);
    if (current !== undefined && at < 0) throw new Refused(`FAILED: Can't locate revision identified by '${current}'`);
    if (command === 'current') {
      if (current) say(current === head ? `${current} (head)` : current);
      return 0;
    }
    move(connection, { migrations, at, to: targetOf(command, target, at, migrations), note });
    return 0;
  } catch (error) {
    call.stderr.write(
      error instanceof Refused ? `${error.message}\n` : `sqlalchemy.exc.OperationalError: ${messageOf(error)}\n`,
    );
    return error instanceof Refused && error.message.startsWith('alembic') ? 2 : 1;
  } finally {
    connection?.close();
  }
};

/** The place in the list that a command leads to; -1 is an empty database. */
function targetOf(command: string, target: string, at: number, migrations: readonly Migration[]): number {
  const relative = /^[+-]\d+$/.test(target) ? at + Number(target) : undefined;
  const named = migrations.findIndex(({ revision }) => target.length > 3 && revision.startsWith(target));
  const to = target === 'head' ? migrations.length - 1 : target === 'base' ? -1 : (relative ?? named);
  const missing = relative === undefined && named < 0 && target !== 'head' && target !== 'base';
  if (missing) throw new Refused(`FAILED: Can't locate revision identified by '${target}'`);
  const wrong = to < -1 || to >= migrations.length || (command === 'upgrade' ? to < at : to > at);
  if (wrong) throw new Refused(`FAILED: Relative revision ${target} didn't produce ${Math.abs(to - at)} migrations`);
  return to;
}

interface Move {
  migrations: readonly Migration[];
  at: number;
  to: number;
  note(line: string): void;
}

function move(connection: SchemaConnection, { migrations, at, to, note }: Move): void {
  const before = (index: number) => migrations[index - 1]?.revision;
  for (let index = at; index > to; index -= 1) {
    const one = migrations[index];
    if (!one) continue;
    note(`Running downgrade ${one.revision} -> ${before(index) ?? ''}, ${one.title}`);
    connection.down(one, before(index));
  }
  for (const [index, one] of migrations.entries()) {
    if (index <= at || index > to) continue;
    note(`Running upgrade ${before(index) ?? ''} -> ${one.revision}, ${one.title}`);
    connection.up(one);
  }
}

function historyOf(migrations: readonly Migration[]): string[] {
  const lines = migrations.map(({ revision, title }, index) => {
    const mark = index === migrations.length - 1 ? ' (head)' : '';
    return `${migrations[index - 1]?.revision ?? '<base>'} -> ${revision}${mark}, ${title}`;
  });
  return lines.reverse();
}
