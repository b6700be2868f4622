import type { Duplex } from 'node:stream';
import { type SpdyStream, serveSpdy } from '../spdy/session.ts';
import { type Channels, mostUnread } from './channels.ts';
import { type ClientConnection, upgradeToSpdy } from './spdy-upgrade.ts';

/** Streams of exec and attach by their header `streamtype`; their place is the number of the channel in a WebSocket. */
const streamTypes = ['stdin', 'stdout', 'stderr', 'error', 'resize'];

/** SPDY knows no channels to close, so that there is no v5; older ones than v4 say no exit codes. */
const protocols = ['v4.channel.k8s.io'];

interface Wanted {
  stdin: boolean;
  stdout: boolean;
  stderr: boolean;
  tty: boolean;
}

/**
 * The same as `openChannels` for clients that speak SPDY: kubectl before 1.31 and programs of its age. Resolves when the client
 * has opened every stream that it asked for.
 */
export async function openSpdyChannels(client: ClientConnection, wanted: Wanted): Promise<Channels | undefined> {
  const upgraded = await upgradeToSpdy(client, protocols);
  if (!upgraded) return undefined;
  const { connection, protocol } = upgraded;
  const expected = ['error', ...(['stdin', 'stdout', 'stderr'] as const).filter((name) => wanted[name])];
  if (wanted.tty) expected.push('resize');
  const bodies = new Map<number, Duplex>();
  const closing = new AbortController();
  return new Promise((resolve) => {
    const accept = ({ headers, body }: SpdyStream) => {
      const channel = streamTypes.indexOf(headers.streamtype ?? '');
      if (channel < 0 || bodies.has(channel)) throw new Error(`unexpected stream type: ${headers.streamtype}`);
      bodies.set(channel, body);
      if (bodies.size < expected.length) return undefined;
      return () => resolve(channelsOf(bodies, protocol, closing.signal, connection));
    };
    void serveSpdy(connection, accept).then(() => {
      closing.abort();
      resolve(undefined);
    });
  });
}

function channelsOf(
  bodies: ReadonlyMap<number, Duplex>,
  protocol: string,
  closed: AbortSignal,
  connection: Duplex,
): Channels {
  return {
    protocol,
    send(channel, data) {
      const body = bodies.get(channel);
      body?.write(data);
      if (body && body.writableLength > mostUnread) connection.destroy();
    },
    on: (channel, onData) => void bodies.get(channel)?.on('data', onData),
    onEnd: (channel, ended) => void bodies.get(channel)?.once('end', ended).once('close', ended),
    closed,
    close() {
      const ends = [...bodies.values()].map((body) => new Promise<void>((done) => void body.end(() => done())));
      // The client has read everything then, and ends the connection; one that does not is not waited for.
      void Promise.all(ends).then(() => connection.end());
    },
  };
}
