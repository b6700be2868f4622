import { Problem } from '../base/errors.ts';
import { describeTarget } from './connect/request-target.ts';
import type { Connection, KubernetesRequest } from './connection.ts';

/** The same connection, but what would change the cluster is refused here already. Dry-runs and reviews may pass. */
export function readOnly(connection: Connection): Connection {
  const check = (request: KubernetesRequest) => {
    if (changesNothing(request)) return;
    throw new Problem('Nothing is changed with --read-only', {
      where: `${request.method ?? 'GET'} ${describeTarget(request)}`,
      next: ['Leave --read-only out to allow changes'],
    });
  };
  return {
    info: connection.info,
    async request(request) {
      check(request);
      return connection.request(request);
    },
    lines(request) {
      check(request);
      return connection.lines(request);
    },
    async stream(request) {
      check({ method: 'GET', path: request.path });
      return connection.stream(request);
    },
    closed: connection.closed,
    requestRate: () => connection.requestRate(),
    close: () => connection.close(),
  };
}

function changesNothing({ method = 'GET', path, query, body }: KubernetesRequest): boolean {
  // What is behind these knows of no dry-run.
  if (/\/(exec|attach|portforward)$/.test(path)) return false;
  if (method === 'GET') return true;
  if (/\/proxy(\/|$)/.test(path)) return false;
  if (method === 'POST' && /\/self(subjectaccess|subjectrules|subject)reviews$/.test(path)) return true;
  const inBody = (body as { dryRun?: unknown } | undefined)?.dryRun;
  return query?.dryRun === 'All' || (method === 'DELETE' && Array.isArray(inBody) && inBody.includes('All'));
}
