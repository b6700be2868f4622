import { Duplex } from 'node:stream';
import { createFrameReader, encodeFrame, type Frame, resetStatus } from './frames.ts';
import { createHeaderReader, encodeHeaders, type Headers } from './header-block.ts';

/** One stream of a connection, opened by the client. */
export interface SpdyStream {
  readonly id: number;
  readonly headers: Headers;
  /** Each side ends by itself; when it is destroyed before, it is reset. */
  readonly body: Duplex;
}

export type AcceptStream = (stream: SpdyStream) => (() => void) | undefined;

const largestData = 64 * 1024;
const protocolError = 1;

/**
 * The server's side of a SPDY/3.1 connection, without flow control, which the other side (`github.com/moby/spdystream`) does
 * not know either. `onStream` throws to refuse a stream; what it returns is called once the client knows that it is accepted,
 * since nothing may be sent before. Resolves when the connection has ended; its streams have too then.
 */
export async function serveSpdy(connection: Duplex, onStream: AcceptStream): Promise<void> {
  const streams = new Map<number, { body: Duplex; drop(): void }>();
  const readFrames = createFrameReader();
  const headerReader = createHeaderReader();
  let replied = false;
  let last = 0;
  const send = (frame: Frame, done: () => void = () => {}) => {
    if (connection.writable) connection.write(encodeFrame(frame), () => done());
    else done();
  };

  const open = async ({ stream, fin, headers: block }: Extract<Frame, { type: 'syn-stream' }>) => {
    const headers = await headerReader.read(block);
    const opened = createBody(stream, send, () => streams.delete(stream));
    last = stream;
    let accepted: ReturnType<AcceptStream>;
    try {
      accepted = onStream({ id: stream, headers, body: opened.body });
    } catch {
      send({ type: 'rst-stream', stream, status: resetStatus.refused });
      return opened.drop();
    }
    streams.set(stream, opened);
    send({ type: 'syn-reply', stream, fin: false, headers: encodeHeaders({}, !replied) });
    replied = true;
    if (fin) opened.body.push(null);
    accepted?.();
  };

  const receive = async (frame: Frame): Promise<void> => {
    switch (frame.type) {
      case 'syn-stream':
        return open(frame);
      case 'data': {
        const body = streams.get(frame.stream)?.body;
        if (body && frame.data.length > 0) body.push(frame.data);
        if (frame.fin) body?.push(null);
        return;
      }
      case 'rst-stream':
        return streams.get(frame.stream)?.drop();
      case 'headers':
        // Says nothing here, but is part of what the next ones are compressed with.
        return void (await headerReader.read(frame.headers));
      case 'ping':
        // Those of the client have odd numbers; others would be answers.
        if (frame.id % 2 === 1) send(frame);
    }
  };

  try {
    // Not destroyed by what is wrong: that is still to be said.
    for await (const chunk of connection.iterator({ destroyOnReturn: false }))
      for (const frame of readFrames(chunk as Buffer)) await receive(frame);
  } catch {
    send({ type: 'go-away', lastStream: last, status: protocolError });
  } finally {
    for (const { drop } of [...streams.values()]) drop();
    headerReader.close();
    connection.end();
  }
}

/** A stream's two directions. `drop` ends it without a word to the other side. */
function createBody(
  stream: number,
  send: (frame: Frame, done?: () => void) => void,
  gone: () => void,
): { body: Duplex; drop(): void } {
  let silent = false;
  const body = new Duplex({
    read() {},
    write(chunk: Buffer, _, done) {
      for (let at = 0; at < chunk.length; at += largestData) {
        const end = at + largestData;
        const frame: Frame = { type: 'data', stream, fin: false, data: chunk.subarray(at, end) };
        send(frame, end < chunk.length ? undefined : done);
      }
      if (chunk.length === 0) done();
    },
    final(done) {
      send({ type: 'data', stream, fin: true, data: Buffer.alloc(0) }, done);
    },
    destroy(_, done) {
      gone();
      const whole = body.readableEnded && body.writableFinished;
      if (!whole && !silent) send({ type: 'rst-stream', stream, status: resetStatus.cancel });
      done(null);
    },
  });
  body.on('error', () => {});
  return {
    body,
    drop() {
      silent = true;
      body.destroy();
    },
  };
}
