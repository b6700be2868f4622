import { readAll, readLine } from '../shell/streams.ts';
import type { Call, Program } from '../system.ts';
import { readOptions } from './options.ts';

interface Connection {
  user: string;
  database: string;
}

/** Connects as libpq does: by options, then `PG…` variables. Undefined when it was refused, which is said. */
function connect(call: Call, name: string): (Connection & { options: ReturnType<typeof readOptions> }) | undefined {
  const options = readOptions(call.args, 'hUdpcfFtn');
  const { env, system } = call;
  const local = env.POSTGRES_USER !== undefined;
  const host = options.values.get('h') ?? options.long.get('host') ?? env.PGHOST ?? 'localhost';
  const port = Number(options.values.get('p') ?? env.PGPORT ?? 5432);
  const user = options.values.get('U') ?? options.long.get('username') ?? env.PGUSER ?? (local ? 'root' : 'root');
  const database = options.values.get('d') ?? options.names[0] ?? env.PGDATABASE ?? user;
  const password = env.PGPASSWORD ?? (host === 'localhost' ? env.POSTGRES_PASSWORD : undefined) ?? '';
  const peer = system.dial(host === 'localhost' ? '127.0.0.1' : host, port);
  const fail = (message: string) => void call.stderr.write(`${name}: error: ${message}\n`);
  if (!peer) {
    const known = host === 'localhost' || system.resolve(host).length > 0;
    return fail(
      known
        ? `connection to server at "${host}", port ${port} failed: Connection refused\n\tIs the server running on that host and accepting TCP/IP connections?`
        : `could not translate host name "${host}" to address: Name or service not known`,
    );
  }
  const answer = peer.command(['CONNECT', user, database, password]);
  if (answer !== 'OK') return fail(`connection to server at "${host}", port ${port} failed: ${answer}`);
  return { user, database, options };
}

/** `psql`: knows who is connected and how to compute nothing else; there are no tables to ask. */
const psql: Program = async (call) => {
  const connection = connect(call, 'psql');
  if (!connection) return 2;
  const plain = connection.options.flags.has('t') || connection.options.flags.has('A');
  const command = connection.options.values.get('c');
  let status = 0;
  const run = (text: string) => {
    for (const statement of text
      .split(';')
      .map((one) => one.trim())
      .filter((one) => one !== ''))
      if (!select(call, connection, statement, plain)) status = 1;
  };
  if (command !== undefined) run(command);
  else if (!call.tty) run((await readAll(call.stdin)).toString());
  else
    for (;;) {
      call.stdout.write(`${connection.database}=# `);
      const line = await readLine(call.stdin);
      if (line === undefined || /^(\\q|exit|quit)\s*;?$/.test(line.trim())) return 0;
      run(line);
    }
  return status;
};

function select(call: Call, { user, database }: Connection, statement: string, plain: boolean): boolean {
  const found = answers(user, database).find(([pattern]) => pattern.test(statement));
  if (!found) {
    const relation = /\b(?:from|into|update|table)\s+(?:if\s+exists\s+)?([\w."]+)/i.exec(statement)?.[1];
    const why = relation
      ? `relation "${relation}" does not exist`
      : `the sandbox's PostgreSQL does not understand "${statement}"`;
    call.stderr.write(`ERROR:  ${why}\n`);
    return false;
  }
  const [pattern, name, value] = found;
  const text = typeof value === 'string' ? value : value(pattern.exec(statement)?.[1] ?? '');
  const width = Math.max(name.length, text.length);
  if (plain) call.stdout.write(`${text}\n`);
  else call.stdout.write(` ${name.padEnd(width)} \n${'-'.repeat(width + 2)}\n ${text.padStart(width)}\n(1 row)\n\n`);
  return true;
}

type Answer = [RegExp, string, string | ((text: string) => string)];

function answers(user: string, database: string): Answer[] {
  return [
    [/^select\s+(-?\d+)$/i, '?column?', (text) => text],
    [/^select\s+'([^']*)'$/i, '?column?', (text) => text],
    [/^select\s+version\(\)$/i, 'version', 'PostgreSQL 17.6 (Debian 17.6-1.pgdg13+1) on x86_64-pc-linux-gnu'],
    [/^select\s+current_database\(\)$/i, 'current_database', database],
    [/^select\s+current_user$/i, 'current_user', user],
    [/^select\s+now\(\)$/i, 'now', () => new Date().toISOString().replace('T', ' ').replace('Z', '+00')],
    [/^select\s+count\(\*\)\s+from\s+pg_stat_activity$/i, 'count', '6'],
    [/^select\s+pg_is_in_recovery\(\)$/i, 'pg_is_in_recovery', 'f'],
  ];
}

const isReady: Program = (call) => {
  const { values } = readOptions(call.args, 'hUdpt');
  const host = values.get('h') ?? 'localhost';
  const port = Number(values.get('p') ?? 5432);
  const peer = call.system.dial(host === 'localhost' ? '127.0.0.1' : host, port);
  call.stdout.write(
    `${host === 'localhost' ? '/var/run/postgresql' : host}:${port} - ${peer ? 'accepting connections' : 'no response'}\n`,
  );
  return peer ? 0 : 2;
};

/** A dump of a database without tables. */
const dump: Program = (call) => {
  if (!connect(call, 'pg_dump')) return 1;
  const lines = [
    '--',
    '-- PostgreSQL database dump',
    '--',
    '',
    '-- Dumped from database version 17.6',
    '',
    "SET client_encoding = 'UTF8';",
    '',
    '--',
    '-- PostgreSQL database dump complete',
    '--',
    '',
  ];
  call.stdout.write(`${lines.join('\n')}\n`);
  return 0;
};

export const postgresClients: Readonly<Record<string, Program>> = { psql, pg_isready: isReady, pg_dump: dump };
