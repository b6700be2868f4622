import type { Peer } from '../messages.ts';
import { readLine } from '../shell/streams.ts';
import type { Call, Program } from '../system.ts';

interface Connection {
  host: string;
  port: number;
  peer: Peer;
  /** Sent with each command, as a connection that has logged in. */
  password: string | undefined;
}

interface Options {
  host: string;
  port: number;
  password: string | undefined;
  scan: boolean;
  pattern: string;
  /** Ends with 1 where a command is answered by an error. */
  strict: boolean;
  command: string[];
}

/** `redis-cli [-h HOST] [-p PORT] [-e] [--scan [--pattern P]] [COMMAND…]`; without a command line by line. */
export const redisCli: Program = async (call) => {
  const options = optionsOf(call);
  const { host, port, command } = options;
  const peer = call.system.dial(host, port);
  if (!peer) {
    const why = call.system.resolve(host).length > 0 ? 'Connection refused' : 'Name or service not known';
    call.stderr.write(`Could not connect to Redis at ${host}:${port}: ${why}\n`);
    return 1;
  }
  const connection: Connection = { host, port, peer, password: undefined };
  if (options.password !== undefined) logIn(call, connection, options.password);
  if (options.scan) return scan(call, connection, options);
  if (command.length > 0) return answer(call, connection, command, options.strict);
  for (;;) {
    if (call.tty) call.stdout.write(`${host}:${port}> `);
    const line = await readLine(call.stdin);
    if (line === undefined || /^(quit|exit)$/i.test(line.trim())) return 0;
    const words = [...line.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map((word) => word[1] ?? word[2] ?? word[3] ?? '');
    if (words.length > 0) answer(call, connection, words, false);
  }
};

function optionsOf(call: Call): Options {
  const rest = [...call.args];
  const options: Options = {
    host: '127.0.0.1',
    port: 6379,
    password: call.env.REDISCLI_AUTH,
    scan: false,
    pattern: '*',
    strict: false,
    command: rest,
  };
  while (rest[0]?.startsWith('-')) {
    const option = rest.shift();
    if (option === '-h') options.host = rest.shift() ?? options.host;
    else if (option === '-p') options.port = Number(rest.shift());
    else if (option === '-a' || option === '--pass') options.password = rest.shift();
    else if (option === '--scan') options.scan = true;
    else if (option === '--pattern') options.pattern = rest.shift() ?? '*';
    else if (option === '-e') options.strict = true;
    else if (option === '-n' || option === '-u' || option === '-t' || option === '--count') rest.shift();
  }
  return options;
}

function logIn(call: Call, connection: Connection, password: string): void {
  const reply = ask(connection, ['AUTH', password]);
  if (reply === 'OK') connection.password = password;
  else if (reply !== undefined) call.stderr.write(`AUTH failed: ${reply}\n`);
}

/** Undefined for nothing, and where the server is gone. */
function ask({ peer, password }: Connection, parts: readonly string[]): string | undefined {
  return peer.command(password === undefined ? parts : ['AUTH', password, ...parts]);
}

/** All keys of a pattern, a hundred places at a time. */
function scan(call: Call, connection: Connection, { pattern }: Options): number {
  let cursor = '0';
  do {
    const reply = ask(connection, ['SCAN', cursor, 'MATCH', pattern, 'COUNT', '100']) ?? '0';
    if (isError(reply)) {
      call.stderr.write(`ERROR: ${reply}\n`);
      return 1;
    }
    const [next = '0', ...keys] = reply.split('\n');
    for (const key of keys) call.stdout.write(`${key}\n`);
    cursor = next;
  } while (cursor !== '0');
  return 0;
}

const isError = (reply: string) => /^(ERR|NOAUTH|WRONGPASS|NOPERM|WRONGTYPE|READONLY) /.test(reply);

function answer(call: Call, connection: Connection, words: readonly string[], strict: boolean): number {
  const [name = '', ...args] = words;
  const word = name.toUpperCase();
  try {
    // The one command that a connection remembers.
    if (word === 'AUTH') connection.password = undefined;
    const reply = ask(connection, [word, ...args]);
    if (word === 'AUTH' && reply === 'OK') connection.password = args.at(-1);
    if (reply === undefined) call.stdout.write(call.tty ? '(nil)\n' : '\n');
    else if (isError(reply)) call.stdout.write(call.tty ? `(error) ${reply}\n` : `${reply}\n`);
    // An internal counter says its time to live as well.
    else call.stdout.write(`${word === 'INCR' ? reply.split(' ')[0] : reply}\n`);
    return strict && reply !== undefined && isError(reply) ? 1 : 0;
  } catch {
    call.stderr.write('Error: Server closed the connection\n');
    return 1;
  }
}
