import type { WorkloadImage } from './image.ts';
import { postgresClients } from './programs/postgres-clients.ts';
import { declaredPorts, startServer } from './server-process.ts';

const megabyte = 1024 * 1024;
const stamp = () => new Date().toISOString().replace('T', ' ').replace('Z', ' UTC');

/** PostgreSQL: knows its user, password and database, and whether somebody may connect. */
export const postgres: WorkloadImage = {
  size: 160 * megabyte,
  programs: postgresClients,
  start(context) {
    const { POSTGRES_USER = 'postgres', POSTGRES_PASSWORD, POSTGRES_DB = POSTGRES_USER } = context.env;
    const log = (line: string) => () => `${stamp()} [1] LOG:  ${line}`;
    return startServer(context, {
      ports: declaredPorts(context, 5432),
      baseCores: 0.006,
      memoryBytes: () => 92 * megabyte,
      starting: [
        { after: 300, line: 'The files belonging to this database system will be owned by user "postgres".' },
        { after: 1200, line: 'running bootstrap script ... ok' },
        { after: 900, line: 'PostgreSQL init process complete; ready for start up.' },
        { after: 300, line: log('starting PostgreSQL 17.6 (Debian 17.6-1.pgdg13+1) on x86_64-pc-linux-gnu') },
        { after: 50, line: log('listening on IPv4 address "0.0.0.0", port 5432') },
        { after: 200, line: log('database system is ready to accept connections') },
      ],
      onStarted: () => {
        if (POSTGRES_PASSWORD) return true;
        context.log('Error: Database is uninitialized and superuser password is not specified.');
        context.exit(1);
        return false;
      },
      command([name, user, database, password], cpu) {
        cpu.work(0, 0.0005);
        if (name !== 'CONNECT') return 'SELECT 1';
        if (user !== POSTGRES_USER || password !== POSTGRES_PASSWORD) {
          context.log(`${stamp()} [71] FATAL:  password authentication failed for user "${user}"`);
          return `FATAL:  password authentication failed for user "${user}"`;
        }
        return database === POSTGRES_DB ? 'OK' : `FATAL:  database "${database}" does not exist`;
      },
      stopping: [log('received fast shutdown request'), log('database system is shut down')],
    });
  },
};
