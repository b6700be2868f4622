import { identifier } from '../../postgres/store.ts';
import type { Call, Program } from '../../system.ts';
import { clientOptions, connectClient } from './connect.ts';

const valued = ['-T', '--template', '-O', '--owner', '-E', '--encoding', '-l', '--locale', '--maintenance-db'];

/** `createdb [OPTION]… NAME` */
export const createdb: Program = (call) => {
  const options = clientOptions(call.args, valued);
  return tell(call, 'createdb', 'creation', (name) => `CREATE DATABASE ${name}`, options.names[0]);
};

/** `dropdb [--if-exists] [--force] NAME` */
export const dropdb: Program = (call) => {
  const options = clientOptions(call.args, valued);
  const [name] = options.names;
  if (name === undefined) {
    call.stderr.write('dropdb: error: missing required argument database name\n');
    return 1;
  }
  const mayBeAway = options.has('--if-exists') ? 'IF EXISTS ' : '';
  const force = options.has('-f', '--force') ? ' WITH (FORCE)' : '';
  return tell(call, 'dropdb', 'removal', (quoted) => `DROP DATABASE ${mayBeAway}${quoted}${force}`, name);
};

function tell(
  call: Call,
  program: string,
  what: string,
  statement: (quoted: string) => string,
  given: string | undefined,
): number {
  const options = clientOptions(call.args, valued);
  const client = connectClient(call, program, options, 'postgres');
  if (!client) return 1;
  const name = given ?? client.user;
  const reply = client.run(statement(identifier(name)));
  client.close();
  if ('result' in reply) return 0;
  call.stderr.write(`${program}: error: database ${what} failed: ${reply.error}\n`);
  return 1;
}

/** `pg_isready` */
export const isReady: Program = (call) => {
  const options = clientOptions(call.args, ['-t', '--timeout']);
  const host = options.one('-h', '--host') ?? 'localhost';
  const port = Number(options.one('-p', '--port') ?? 5432);
  const peer = call.system.dial(host === 'localhost' ? '127.0.0.1' : host, port);
  const shown = host === 'localhost' ? '/var/run/postgresql' : host;
  call.stdout.write(`${shown}:${port} - ${peer ? 'accepting connections' : 'no response'}\n`);
  return peer ? 0 : 2;
};
