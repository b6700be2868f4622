import type { Program } from '../system.ts';
import { postgresClients } from './postgres-clients.ts';
import { redisCli } from './redis-cli.ts';

/** What images of applications bring to look after their databases. */
export const clientPrograms: Readonly<Record<string, Program>> = { 'redis-cli': redisCli, ...postgresClients };
