import { randomUUID } from 'node:crypto';
import { ask } from '../ask.ts';
import type { ProcessContext } from '../image.ts';
import { backendPeers, databaseAccess } from './startup.ts';

const table = `CREATE TABLE IF NOT EXISTS query_log (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  asked_at timestamptz NOT NULL DEFAULT now(),
  question text NOT NULL,
  cached boolean NOT NULL,
  latency_ms double precision NOT NULL
)`;

/** Makes the table of the analytics where it is not there yet. */
export function prepareAnalytics(context: ProcessContext): void {
  const peer = backendPeers(context).postgres();
  const words = [...databaseAccess(context), context.pod];
  ask(peer, ['SQL', ...words, table]);
  ask(peer, ['END', ...words]);
}

/** Writes down that a question was answered; a database that is away loses it, as with the backend itself. */
export function recordQuery(
  context: ProcessContext,
  { question, cached, latency }: { question: string; cached: boolean; latency: number },
): void {
  const at = new Date().toISOString().replace('T', ' ').replace('Z', '+00');
  const row = [randomUUID(), at, question, cached ? 't' : 'f', String(latency)];
  ask(backendPeers(context).postgres(), ['RECORD', ...databaseAccess(context), context.pod, 'query_log', ...row]);
}
