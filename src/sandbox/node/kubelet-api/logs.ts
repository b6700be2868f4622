import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { messageOf } from '../../../base/errors.ts';
import { DelegateError, type LogRequest } from '../../api/delegates.ts';
import type { PodWorker } from '../pod-worker.ts';
import { readPodLog } from '../read-pod-log.ts';

interface LogTarget {
  namespace: string;
  pod: string;
  container: string;
  query: URLSearchParams;
}

/** `GET /containerLogs/NAMESPACE/POD/CONTAINER`: text as it comes; refusals as plain text. */
export async function serveLogs(
  response: ServerResponse,
  worker: PodWorker | undefined,
  target: LogTarget,
): Promise<void> {
  const { namespace, pod, container, query } = target;
  const leaving = new AbortController();
  response.once('close', () => leaving.abort());
  const count = (name: string) => (query.has(name) ? Number(query.get(name)) : undefined);
  const flag = (name: string) => ['true', '1'].includes(query.get(name) ?? '');
  const request: LogRequest = {
    namespace,
    pod,
    container,
    follow: flag('follow'),
    previous: flag('previous'),
    timestamps: flag('timestamps'),
    tailLines: count('tailLines'),
    sinceSeconds: count('sinceSeconds'),
    sinceTime: query.has('sinceTime') ? Date.parse(query.get('sinceTime') ?? '') : undefined,
    limitBytes: count('limitBytes'),
    signal: leaving.signal,
  };
  const open = () => {
    if (response.headersSent) return;
    response.writeHead(200, { 'content-type': 'text/plain' });
    response.flushHeaders();
  };
  try {
    if (!worker) throw new DelegateError(404, 'NotFound', `pod "${pod}" does not exist`);
    for await (const text of readPodLog(worker, request)) {
      open();
      if (text !== '' && !response.write(text)) await Promise.race([once(response, 'drain'), once(response, 'close')]);
      if (response.destroyed) return;
    }
    open();
  } catch (error) {
    if (!response.headersSent)
      response.writeHead(error instanceof DelegateError ? error.status : 500, { 'content-type': 'text/plain' });
    if (error instanceof DelegateError) response.write(messageOf(error));
  }
  response.end();
}
