import { type AddressInfo, createServer, connect as open, type Socket } from 'node:net';
import { afterEach, expect, test, vi } from 'vitest';
import { createFrameReader, encodeFrame, type Frame } from '../../../../src/sandbox/node/spdy/frames.ts';
import { encodeHeaders } from '../../../../src/sandbox/node/spdy/header-block.ts';
import { type AcceptStream, serveSpdy } from '../../../../src/sandbox/node/spdy/session.ts';

let ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends) end();
  ends = [];
});

/** A client on a socket of its own, with every frame that came. */
async function connect(onStream: AcceptStream) {
  let ended = false;
  const server = createServer((socket) => void serveSpdy(socket, onStream).then(() => (ended = true)));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const socket: Socket = open((server.address() as AddressInfo).port, '127.0.0.1');
  ends.push(() => {
    socket.destroy();
    server.close();
  });
  const frames: Frame[] = [];
  const read = createFrameReader();
  socket.on('data', (chunk: Buffer) => frames.push(...read(chunk)));
  const send = (...sent: Frame[]) => socket.write(Buffer.concat(sent.map(encodeFrame)));
  const start = (stream: number, headers: Record<string, string>): Frame => ({
    type: 'syn-stream',
    stream,
    fin: false,
    headers: encodeHeaders(headers, stream === 1),
  });
  return { socket, frames, send, start, ended: () => ended };
}

const data = (stream: number, text: string, fin = false): Frame => ({
  type: 'data',
  stream,
  fin,
  data: Buffer.from(text),
});
const soon = { timeout: 2000, interval: 5 };
/** Says back what it hears. */
const echo: AcceptStream =
  ({ body }) =>
  () =>
    void body.pipe(body);

test('streams are accepted, carry data both ways, and end by themselves', async () => {
  const { frames, send, start } = await connect(echo);
  send(start(1, { a: 'x' }), data(1, 'one'), start(3, { a: 'y' }), data(3, 'two', true), data(1, '', true));
  await vi.waitFor(() => expect(frames.filter((one) => one.type === 'data' && one.fin)).toHaveLength(2), soon);
  expect(frames.filter(({ type }) => type === 'syn-reply')).toHaveLength(2);
  for (const [stream, text] of [
    [1, 'one'],
    [3, 'two'],
  ] as const) {
    const own = frames.filter((one) => 'stream' in one && one.stream === stream);
    expect(own[0]?.type).toBe('syn-reply');
    expect(own.flatMap((one) => (one.type === 'data' ? [one.data.toString()] : [])).join('')).toBe(text);
  }
});

test('a client’s ping is answered, the answer to one is not', async () => {
  const { frames, send } = await connect(echo);
  send({ type: 'ping', id: 2 }, { type: 'ping', id: 7 }, { type: 'other', kind: 9, body: Buffer.alloc(8) });
  await vi.waitFor(() => expect(frames).toEqual([{ type: 'ping', id: 7 }]), soon);
});

test('a stream is refused alone, and one that the server gives up is reset', async () => {
  const { frames, send, start } = await connect(({ headers, body }) => {
    if (headers.a === 'bad') throw new Error('no');
    return () => void body.destroy();
  });
  send(start(1, { a: 'bad' }), start(3, { a: 'good' }));
  await vi.waitFor(() => expect(frames).toHaveLength(3), soon);
  expect(frames).toMatchObject([
    { type: 'rst-stream', stream: 1, status: 3 },
    { type: 'syn-reply', stream: 3 },
    { type: 'rst-stream', stream: 3, status: 5 },
  ]);
});

test('what is not SPDY ends the connection and all of its streams', async () => {
  let closed = false;
  const { socket, frames, send, start, ended } = await connect(({ body }) => {
    body.on('close', () => (closed = true));
    return undefined;
  });
  send(start(1, {}));
  await vi.waitFor(() => expect(frames).toHaveLength(1), soon);
  socket.write(Buffer.from([0x80, 0x02, 0, 1, 0, 0, 0, 0]));
  await vi.waitFor(() => expect(ended() && closed).toBe(true), soon);
  await vi.waitFor(() => expect(frames.at(-1)).toEqual({ type: 'go-away', lastStream: 1, status: 1 }), soon);
});
