import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { messageOf, Problem } from '../../base/errors.ts';
import type { Connection, MessageStream } from '../connection.ts';
import { getObject } from '../objects.ts';
import type { ObjectRef } from '../resources.ts';
import { containerPortOf, readyPodOf, targetPortOf } from './pod-target.ts';

/** A port of a pod, a workload's or a Service's. */
export interface ForwardTarget {
  ref: ObjectRef;
  /** Of a Service its own port; else a container's. A name is looked up. */
  port: number | string;
}

export interface PodPort {
  namespace: string;
  pod: string;
  port: number;
}

export interface Forward {
  /** `127.0.0.1:41234` */
  address: string;
  port: number;
  close(): void;
}

// The kubelet's WebSocket form of port-forward: channels come in pairs, one pair for each port; both begin with its number.
const protocols = ['v4.channel.k8s.io'];
const dataChannel = 0;
/** What reads an answer after it has ended its own side gets so long; the protocol has no word for half an end. */
const lingerMs = 5000;

/** The pod and port behind a target, ready now. Throws `Problem`. */
export async function podPortOf(
  connection: Connection,
  { ref, port }: ForwardTarget,
  signal?: AbortSignal,
): Promise<PodPort> {
  const namespace = ref.namespace ?? connection.info.namespace;
  const service = ref.kind === 'Service' ? await getObject(connection, ref, signal) : undefined;
  const wanted = service ? targetPortOf(service, port) : port;
  const pod = await readyPodOf(connection, ref, signal);
  return { namespace, pod: pod.metadata.name, port: containerPortOf(pod, wanted) };
}

/** Opens one connection to a port of a pod. Throws `KubernetesError` or `Problem`. */
function dial(connection: Connection, { namespace, pod, port }: PodPort, signal: AbortSignal): Promise<MessageStream> {
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(pod)}/portforward`;
  return connection.stream({ path, query: [['ports', String(port)]], protocols, signal });
}

/** What comes from the pod's side of a connection. Throws `Problem` with what the node says of a port that cannot be reached. */
async function* received(stream: MessageStream, { pod, port }: PodPort): AsyncGenerator<Buffer> {
  const begun = new Set<number>();
  for await (const message of stream.messages()) {
    const [channel = 0] = message;
    if (!begun.has(channel)) {
      begun.add(channel);
      continue;
    }
    if (channel === dataChannel) yield message.subarray(1);
    else
      throw new Problem(`Port ${port} of pod ${pod} cannot be reached`, {
        evidence: [message.subarray(1).toString('utf8').trim()],
        next: ['Does the program in the container listen at that port?'],
      });
  }
}

/** Makes sure that something listens at a port of a pod. Throws `Problem` where the node says that nothing does. */
export async function checkPodPort(connection: Connection, target: PodPort, signal: AbortSignal): Promise<void> {
  const stream = await dial(connection, target, signal);
  // A refusal is told at once; a server that waits for the client to speak says nothing.
  const timer = setTimeout(() => stream.close(), 500);
  try {
    for await (const _ of received(stream, target)) return;
  } finally {
    clearTimeout(timer);
    stream.close();
  }
}

/**
 * Listens on loopback and carries each connection to a ready pod of the target; when that pod is gone, to another one. Ends with
 * its signal or the cluster connection. `onError` is told, as a sentence, why a connection failed. Throws `Problem`.
 */
export async function forwardPort(
  connection: Connection,
  target: ForwardTarget,
  options: { local?: number; signal?: AbortSignal; onError?: (text: string) => void } = {},
): Promise<Forward> {
  const { local = 0, onError = () => {} } = options;
  const signal = options.signal ? AbortSignal.any([options.signal, connection.closed]) : connection.closed;
  let known: PodPort | undefined = await podPortOf(connection, target, signal);
  const dialTarget = async () => {
    for (;;) {
      const tried = known;
      known ??= await podPortOf(connection, target, signal);
      try {
        return { place: known, stream: await dial(connection, known, signal) };
      } catch (error) {
        known = undefined;
        // The pod of a moment ago may be gone; a newly chosen one that refuses is the answer.
        if (tried === undefined || signal.aborted) throw error;
      }
    }
  };
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    serve(socket, dialTarget).catch((error: unknown) => {
      socket.destroy();
      if (signal.aborted) return;
      known = undefined;
      onError(
        error instanceof Problem && error.evidence[0] ? `${error.message}: ${error.evidence[0]}` : messageOf(error),
      );
    });
  });
  const close = () => {
    signal.removeEventListener('abort', close);
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  server.listen(local, '127.0.0.1');
  await once(server, 'listening').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EADDRINUSE' && error.code !== 'EACCES') throw error;
    const why = error.code === 'EACCES' ? 'may not be opened by this user' : 'is in use';
    throw new Problem(`Port ${local} ${why} on this machine`, {
      next: ['Name another one, or 0 for one that is free', `ss -ltnp 'sport = :${local}' shows who has it`],
    });
  });
  // It must not keep a program alive that has nothing else to do.
  server.unref();
  if (signal.aborted) close();
  else signal.addEventListener('abort', close, { once: true });
  const { port } = server.address() as { port: number };
  return { address: `127.0.0.1:${port}`, port, close };
}

async function serve(
  socket: Socket,
  dialTarget: () => Promise<{ place: PodPort; stream: MessageStream }>,
): Promise<void> {
  const { place, stream } = await dialTarget();
  let linger: NodeJS.Timeout | undefined;
  const startLinger = () => {
    clearTimeout(linger);
    linger = setTimeout(() => stream.close(), lingerMs);
  };
  socket.on('close', () => stream.close());
  if (socket.destroyed) return stream.close();
  const sending = (async () => {
    for await (const chunk of socket as AsyncIterable<Buffer>)
      await stream.send(Buffer.concat([Buffer.from([dataChannel]), chunk]));
    startLinger();
  })().catch(() => {});
  try {
    for await (const bytes of received(stream, place)) {
      if (linger) startLinger();
      if (!socket.write(bytes)) await Promise.race([once(socket, 'drain'), once(socket, 'close')]);
      if (socket.destroyed) return;
    }
    socket.end();
    await sending;
  } catch (error) {
    // Who has gone does not mind how the other side ends.
    if (!socket.destroyed) throw error;
  } finally {
    clearTimeout(linger);
    stream.close();
  }
}
