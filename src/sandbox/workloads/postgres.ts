import type { WorkloadImage } from './image.ts';
import type { DumpChoice } from './postgres/dump.ts';
import { createServer, type DatabaseServer, openData, record } from './postgres/server.ts';
import { postgresClients } from './programs/postgres-clients.ts';
import { declaredPorts, startServer } from './server-process.ts';

const megabyte = 1024 * 1024;
const stamp = () => new Date().toISOString().replace('T', ' ').replace('Z', ' UTC');

/**
 * PostgreSQL: databases, tables and rows in its data folder, which outlive it on a volume. Programs speak to it by `CONNECT`,
 * `SQL` (an answer in JSON), `DUMP` (piece by piece), `RECORD` (a row, without a transaction) and `END`.
 */
export const postgres: WorkloadImage = {
  size: 160 * megabyte,
  programs: postgresClients,
  start(context) {
    const { POSTGRES_USER = 'postgres', POSTGRES_PASSWORD, POSTGRES_DB = POSTGRES_USER } = context.env;
    const folder = context.env.PGDATA ?? '/var/lib/postgresql/data';
    const log = (line: string) => () => `${stamp()} [1] LOG:  ${line}`;
    let server: DatabaseServer | undefined;
    return startServer(context, {
      ports: declaredPorts(context, 5432),
      baseCores: 0.006,
      memoryBytes: () => 92 * megabyte + (server?.store.bytes ?? 0),
      starting: [
        { after: 300, line: 'The files belonging to this database system will be owned by user "postgres".' },
        { after: 1200, line: 'running bootstrap script ... ok' },
        { after: 900, line: 'PostgreSQL init process complete; ready for start up.' },
        { after: 300, line: log('starting PostgreSQL 17.6 (Debian 17.6-1.pgdg13+1) on x86_64-pc-linux-gnu') },
        { after: 50, line: log('listening on IPv4 address "0.0.0.0", port 5432') },
        { after: 200, line: log('database system is ready to accept connections') },
      ],
      async onStarted() {
        if (!POSTGRES_PASSWORD) {
          context.log('Error: Database is uninitialized and superuser password is not specified.');
          context.exit(1);
          return false;
        }
        const { store } = openData(await context.system.files(), folder, POSTGRES_USER, POSTGRES_DB);
        server = createServer(store, POSTGRES_USER);
        return true;
      },
      command([name, user = '', database = '', password, client = '', text = '', ...data], cpu) {
        cpu.work(0, name === 'RECORD' ? 0.0001 : 0.0005);
        if (!server) throw new Error('connection refused');
        if (name === 'END') server.end(client);
        if (name === 'END') return 'OK';
        const isOwner = user === POSTGRES_USER || user === context.env.POSTGRES_SUPERUSER;
        if (isOwner && password !== POSTGRES_PASSWORD) {
          context.log(`${stamp()} [71] FATAL:  password authentication failed for user "${user}"`);
          return `FATAL:  password authentication failed for user "${user}"`;
        }
        const role = isOwner ? POSTGRES_USER : user;
        const answer = server.connect(role, database);
        if (answer !== 'OK') context.log(`${stamp()} [71] ${answer}`);
        if (answer !== 'OK' || name === 'CONNECT') return answer;
        if (name === 'RECORD') return record(server.store, database, text, data);
        if (name === 'DUMP') {
          const piece = server.dump(client, database, JSON.parse(text) as DumpChoice);
          return piece && JSON.stringify(piece);
        }
        return name === 'SQL' ? JSON.stringify(server.run(client, role, database, text, data[0])) : 'SELECT 1';
      },
      stopping: [log('received fast shutdown request'), log('database system is shut down')],
    });
  },
};
