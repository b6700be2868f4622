import { randomUUID } from 'node:crypto';
import type { DumpChoice, DumpPiece } from '../../postgres/dump.ts';
import type { Reply } from '../../postgres/server.ts';
import type { Call } from '../../system.ts';
import { splitOptions } from '../options.ts';

/** The server went away in the middle. */
export class ConnectionLost extends Error {}

/** A connection of a client program. */
export interface Client {
  user: string;
  database: string;
  run(statement: string, data?: string): Reply;
  /** The pieces of a dump. Throws `ConnectionLost` when the server ends in the middle. */
  dump(choice: DumpChoice): AsyncGenerator<DumpPiece>;
  /** What the server had not been told to keep is undone. */
  close(): void;
}

export interface Options {
  names: readonly string[];
  has(...keys: string[]): boolean;
  one(...keys: string[]): string | undefined;
  all(...keys: string[]): string[];
}

const shared = ['-h', '--host', '-p', '--port', '-U', '--username', '-d', '--dbname'];

/** Reads a client's options; `valued` are those of its own that take a value. */
export function clientOptions(args: readonly string[], valued: readonly string[] = []): Options {
  return splitOptions(args, new Set([...shared, ...valued]));
}

/** Connects as libpq does: by options, then `PG…` variables. Undefined when it was refused, which is said. */
export function connectClient(call: Call, name: string, options: Options, database?: string): Client | undefined {
  const { env, system } = call;
  const host = options.one('-h', '--host') ?? env.PGHOST ?? 'localhost';
  const isLocal = host === 'localhost' || host === '127.0.0.1' || host.startsWith('/');
  const port = Number(options.one('-p', '--port') ?? env.PGPORT ?? 5432);
  const user = options.one('-U', '--username') ?? env.PGUSER ?? 'root';
  const wanted = database ?? options.one('-d', '--dbname') ?? options.names[0] ?? env.PGDATABASE ?? user;
  // Those who are in the container are trusted.
  const password = env.PGPASSWORD ?? (isLocal ? env.POSTGRES_PASSWORD : undefined) ?? '';
  const peer = system.dial(isLocal ? '127.0.0.1' : host, port);
  const fail = (message: string) => void call.stderr.write(`${name}: error: ${message}\n`);
  const at = `connection to server at "${host}", port ${port} failed`;
  if (!peer) {
    const known = isLocal || system.resolve(host).length > 0;
    return fail(
      known
        ? `${at}: Connection refused\n\tIs the server running on that host and accepting TCP/IP connections?`
        : `could not translate host name "${host}" to address: Name or service not known`,
    );
  }
  const id = randomUUID();
  const words = [user, wanted, password, id];
  const say = (...parts: string[]) => {
    try {
      return peer.command(parts);
    } catch {
      return undefined;
    }
  };
  const answer = say('CONNECT', ...words) ?? 'Connection refused';
  if (answer !== 'OK') return fail(`${at}: ${answer}`);
  const lost: Reply = { error: 'server closed the connection unexpectedly' };
  return {
    user,
    database: wanted,
    run(statement, data) {
      const reply = say('SQL', ...words, statement, ...(data === undefined ? [] : [data]));
      if (reply === undefined) return lost;
      return reply.startsWith('FATAL') ? { error: reply } : (JSON.parse(reply) as Reply);
    },
    async *dump(choice) {
      for (;;) {
        // Others get their turn, and a pod that is killed ends it.
        await new Promise((resolve) => setImmediate(resolve));
        call.signal.throwIfAborted();
        if (!system.dial(isLocal ? '127.0.0.1' : host, port)) throw new ConnectionLost();
        const piece = say('DUMP', ...words, JSON.stringify(choice));
        if (piece === undefined) return;
        yield JSON.parse(piece) as DumpPiece;
      }
    },
    close: () => void say('END', ...words),
  };
}
