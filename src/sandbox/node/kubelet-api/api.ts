import type { ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { messageOf } from '../../../base/errors.ts';
import type { KubeletApi } from '../../api/delegates.ts';
import type { PodWorker } from '../pod-worker.ts';
import { openChannels } from './channels.ts';
import { serveLogs } from './logs.ts';
import { portForwardProtocols, readPorts, servePortForward } from './port-forward.ts';
import { commandProtocols, readStreamOptions, serveAttach, serveExec } from './remote-command.ts';
import { openSpdyChannels } from './spdy-channels.ts';
import { serveSpdyPortForward, spdyPortForward } from './spdy-port-forward.ts';
import { type ClientConnection, isSpdy, upgradeToSpdy, wantsSpdy } from './spdy-upgrade.ts';

interface Target {
  verb: string;
  namespace: string;
  pod: string;
  container: string;
  query: URLSearchParams;
}

/**
 * What an API server asks of kubelets (`pkg/kubelet/server/server.go`): `/containerLogs`, `/exec`, `/attach`, `/portForward`
 * and `/pods`. Streams are WebSockets or SPDY; that of forwarded ports also comes within a WebSocket. Who may call is for the server around it to say.
 */
export function createKubeletApi(workers: () => Iterable<PodWorker>): KubeletApi {
  const find = ({ namespace, pod }: Target) => {
    for (const worker of workers())
      if (worker.pod.metadata.name === pod && worker.pod.metadata.namespace === namespace) return worker;
    return undefined;
  };
  return {
    request(incoming, response, path) {
      const target = readTarget(path);
      if (target.verb === 'healthz') response.end('ok');
      else if (target.verb === 'pods') respondPods(response, workers());
      else if (target.verb === 'containerLogs') void serveLogs(response, find(target), target);
      else if (['exec', 'attach', 'portForward'].includes(target.verb))
        respond(response, 400, 'Upgrade request required');
      else respond(response, 404, '404 page not found\n');
      incoming.resume();
    },
    upgrade(incoming, socket, head, path) {
      const target = readTarget(path);
      socket.on('error', () => socket.destroy());
      const worker = find(target);
      if (!worker) return refuse(socket, 404, 'pod does not exist');
      if (incoming.headers.upgrade?.toLowerCase() !== 'websocket' && !isSpdy(incoming))
        return refuse(socket, 400, 'unable to upgrade: neither a WebSocket nor SPDY/3.1 was asked for');
      try {
        void connect(target, worker, { incoming, socket, head });
      } catch (error) {
        refuse(socket, 400, messageOf(error));
      }
    },
  };
}

/** Throws, before anything is sent, what the client asked for wrongly. */
function connect(
  target: Target,
  worker: PodWorker,
  { incoming, socket, head }: ClientConnection,
): Promise<void> | undefined {
  const { verb, query } = target;
  if (verb === 'portForward' && wantsSpdy(incoming))
    return upgradeToSpdy({ incoming, socket, head }, [spdyPortForward]).then((upgraded) => {
      if (upgraded) serveSpdyPortForward(worker, upgraded.connection);
    });
  if (verb === 'portForward') {
    const ports = readPorts(query);
    return openChannels(incoming, socket, head, portForwardProtocols).then((channels) => {
      if (channels) servePortForward(worker, ports, channels);
    });
  }
  const options = readStreamOptions(query);
  const container = worker.running.get(target.container);
  if (!container) {
    refuse(socket, 500, `container not found ("${target.container}")`);
    return undefined;
  }
  const opening = isSpdy(incoming)
    ? openSpdyChannels({ incoming, socket, head }, options)
    : openChannels(incoming, socket, head, commandProtocols);
  return opening.then((channels) => {
    if (!channels) return;
    if (verb === 'attach') serveAttach(container, options, channels);
    else void serveExec(container, query.getAll('command'), options, channels);
  });
}

/** `/exec/NAMESPACE/POD/CONTAINER?command=…`; a UID may stand before the container. */
function readTarget(path: string): Target {
  const url = new URL(path, 'https://kubelet');
  const [verb = '', namespace = '', pod = '', ...rest] = url.pathname.split('/').slice(1).map(decodeURIComponent);
  return { verb, namespace, pod, container: rest.at(-1) ?? '', query: url.searchParams };
}

function respond(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(text);
}

function respondPods(response: ServerResponse, workers: Iterable<PodWorker>): void {
  const items = [...workers].map((worker) => worker.pod);
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ kind: 'PodList', apiVersion: 'v1', metadata: {}, items }));
}

const reasons: Record<number, string> = { 400: 'Bad Request', 404: 'Not Found', 500: 'Internal Server Error' };

function refuse(socket: Duplex, status: number, text: string): void {
  const head = `HTTP/1.1 ${status} ${reasons[status]}\r\nContent-Type: text/plain; charset=utf-8\r\n`;
  socket.end(`${head}Content-Length: ${Buffer.byteLength(text)}\r\nConnection: close\r\n\r\n${text}`);
}
