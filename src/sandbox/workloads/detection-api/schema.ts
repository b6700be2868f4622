import { randomUUID } from 'node:crypto';
import { ask } from '../ask.ts';
import type { Peer } from '../messages.ts';
import type { Reply } from '../postgres/server.ts';
import type { Migration } from './migrations.ts';

/** The database of the API as its schema's owner sees it. Statements throw what the server answers. */
export interface SchemaConnection {
  /** The revision that the tables have; undefined where nothing was made yet. */
  current(): string | undefined;
  up(migration: Migration): void;
  down(migration: Migration, to: string | undefined): void;
  close(): void;
}

interface Dialling {
  dial(host: string, port: number): Peer | undefined;
}

/** Connects by a URL, as SQLAlchemy takes it. Throws in its words. */
export function connectSchema(address: string, { dial }: Dialling): SchemaConnection {
  const url = new URL(address.replace(/^[\w+]+:/, 'http:'));
  const [host, port] = [url.hostname, Number(url.port || 5432)];
  const peer = dial(host, port);
  const at = `connection to server at "${host}", port ${port} failed`;
  if (!peer) throw new Error(`${at}: Connection refused`);
  const login = [url.username, url.pathname.slice(1), url.password].map(decodeURIComponent);
  const answer = ask(peer, ['CONNECT', ...login]);
  if (answer !== 'OK') throw new Error(`${at}: ${answer ?? 'Connection refused'}`);
  const words = [...login, randomUUID()];
  const run = (statement: string) => {
    const text = ask(peer, ['SQL', ...words, statement]) ?? '{"error":"server closed the connection unexpectedly"}';
    const reply = JSON.parse(text.startsWith('FATAL') ? JSON.stringify({ error: text }) : text) as Reply;
    if ('error' in reply) throw new Error(reply.error);
    return reply.result;
  };
  const mark = (revision: string | undefined) => {
    run('DELETE FROM alembic_version');
    if (revision) run(`INSERT INTO alembic_version (version_num) VALUES ('${revision}')`);
  };
  return {
    current() {
      run('CREATE TABLE IF NOT EXISTS alembic_version (version_num text NOT NULL)');
      const { rows = [] } = run('SELECT version_num FROM alembic_version') as { rows?: (string | null)[][] };
      return rows[0]?.[0] ?? undefined;
    },
    up(migration) {
      run(migration.up);
      mark(migration.revision);
    },
    down(migration, to) {
      run(migration.down);
      mark(to);
    },
    close: () => void ask(peer, ['END', ...words]),
  };
}
