import type { Duplex } from 'node:stream';
import { listener } from '../addresses.ts';
import type { PodWorker } from '../pod-worker.ts';
import { type SpdyStream, serveSpdy } from '../spdy/session.ts';
import { connectToPort } from './container-port.ts';
import { refusalText } from './port-forward.ts';

/** The protocol that both sides agree on for SPDY, alone or within a WebSocket. */
export const spdyPortForward = 'portforward.k8s.io';

/**
 * Port-forwarding as kubectl does it (`client-go/tools/portforward`): for each connection a stream for errors and one for
 * data, with the headers `streamtype`, `port` and `requestid`, which both have in common.
 */
export function serveSpdyPortForward(worker: PodWorker, connection: Duplex): void {
  const waiting = new Map<string, Partial<Record<'data' | 'error', SpdyStream>>>();
  void serveSpdy(connection, (stream) => {
    const { streamtype } = stream.headers;
    const port = portOf(stream);
    if (streamtype !== 'data' && streamtype !== 'error') throw new Error(`invalid stream type "${streamtype}"`);
    const request = stream.headers.requestid ?? String(streamtype === 'error' ? stream.id : stream.id - 2);
    const pair = { ...waiting.get(request), [streamtype]: stream };
    waiting.set(request, pair);
    const { data, error } = pair;
    if (!data || !error) return undefined;
    waiting.delete(request);
    return () => forward(worker, port, data.body, error.body);
  });
}

function portOf({ headers }: SpdyStream): number {
  const { port = '' } = headers;
  if (!/^\d+$/.test(port) || Number(port) < 1 || Number(port) > 65_535) throw new Error(`invalid port "${port}"`);
  return Number(port);
}

function forward(worker: PodWorker, port: number, data: Duplex, fault: Duplex): void {
  fault.resume();
  const connection = connectToPort(listener(worker, port), port);
  if (!connection) {
    fault.end(refusalText(worker, port));
    data.end();
    data.resume();
    return;
  }
  data.pipe(connection);
  connection.pipe(data);
  connection.once('close', () => {
    data.end();
    fault.end();
  });
  data.once('close', () => connection.destroy());
}
