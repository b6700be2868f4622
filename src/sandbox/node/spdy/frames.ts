/** A frame of SPDY/3.1 (the draft's 2.2 and 2.6). Header blocks are compressed bytes; `other` is what is passed over. */
export type Frame =
  | { type: 'data'; stream: number; fin: boolean; data: Buffer }
  | { type: 'syn-stream'; stream: number; fin: boolean; headers: Buffer }
  | { type: 'syn-reply'; stream: number; fin: boolean; headers: Buffer }
  | { type: 'rst-stream'; stream: number; status: number }
  | { type: 'ping'; id: number }
  | { type: 'go-away'; lastStream: number; status: number }
  | { type: 'headers'; stream: number; fin: boolean; headers: Buffer }
  | { type: 'other'; kind: number; body: Buffer };

/** Of RST_STREAM. */
export const resetStatus = { refused: 3, cancel: 5 } as const;

const version = 3;
const kinds = { 'syn-stream': 1, 'syn-reply': 2, 'rst-stream': 3, ping: 6, 'go-away': 7, headers: 8 } as const;
const finFlag = 1;
const control = 0x8000_0000;
const largestLength = 2 ** 24 - 1;
/** What a client may send in one frame; more would be kept in memory whole. */
const largestRead = 8 * 1024 * 1024;

/** Throws when it has more bytes than a frame can say. */
export function encodeFrame(frame: Frame): Buffer {
  switch (frame.type) {
    case 'data':
      return joined(frame.stream, frame.fin, frame.data);
    case 'syn-stream':
      // Belongs to no other stream; priority and slot 0.
      return controlFrame(kinds[frame.type], frame.fin, [numbers(frame.stream, 0), Buffer.alloc(2), frame.headers]);
    case 'syn-reply':
    case 'headers':
      return controlFrame(kinds[frame.type], frame.fin, [numbers(frame.stream), frame.headers]);
    case 'rst-stream':
      return controlFrame(kinds[frame.type], false, [numbers(frame.stream, frame.status)]);
    case 'ping':
      return controlFrame(kinds.ping, false, [numbers(frame.id)]);
    case 'go-away':
      return controlFrame(kinds[frame.type], false, [numbers(frame.lastStream, frame.status)]);
    case 'other':
      return controlFrame(frame.kind, false, [frame.body]);
  }
}

function controlFrame(kind: number, fin: boolean, body: readonly Buffer[]): Buffer {
  return joined(control + version * 0x1_0000 + kind, fin, Buffer.concat(body));
}

function joined(first: number, fin: boolean, body: Buffer): Buffer {
  if (body.length > largestLength) throw new Error('a frame is too large');
  return Buffer.concat([numbers(first, (fin ? finFlag : 0) * 0x100_0000 + body.length), body]);
}

function numbers(...values: number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value, index * 4);
  return bytes;
}

/** Cuts bytes into frames, however they come. Throws when they are no SPDY/3 frames. */
export function createFrameReader(): (chunk: Buffer) => Frame[] {
  let waiting: Buffer = Buffer.alloc(0);
  return (chunk) => {
    waiting = waiting.length === 0 ? chunk : Buffer.concat([waiting, chunk]);
    const frames: Frame[] = [];
    for (let at = 0; ; ) {
      const length = waiting.length - at < 8 ? undefined : waiting.readUIntBE(at + 5, 3);
      if (length !== undefined && length > largestRead) throw new Error('a frame is too large');
      if (length === undefined || waiting.length - at < 8 + length) {
        waiting = waiting.subarray(at);
        return frames;
      }
      frames.push(decodeFrame(waiting.subarray(at, at + 8 + length)));
      at += 8 + length;
    }
  };
}

function decodeFrame(bytes: Buffer): Frame {
  const first = bytes.readUInt32BE(0);
  const fin = (bytes.readUInt8(4) & finFlag) !== 0;
  const body = bytes.subarray(8);
  if (first < control) return { type: 'data', stream: first, fin, data: body };
  if ((first - control) >>> 16 !== version) throw new Error('not a frame of SPDY/3');
  const number = (at: number) => body.readUInt32BE(at) % control;
  switch (first & 0xffff) {
    case kinds['syn-stream']:
      return { type: 'syn-stream', stream: number(0), fin, headers: body.subarray(10) };
    case kinds['syn-reply']:
      return { type: 'syn-reply', stream: number(0), fin, headers: body.subarray(4) };
    case kinds.headers:
      return { type: 'headers', stream: number(0), fin, headers: body.subarray(4) };
    case kinds['rst-stream']:
      return { type: 'rst-stream', stream: number(0), status: body.readUInt32BE(4) };
    case kinds.ping:
      return { type: 'ping', id: body.readUInt32BE(0) };
    case kinds['go-away']:
      return { type: 'go-away', lastStream: number(0), status: body.readUInt32BE(4) };
    default:
      return { type: 'other', kind: first & 0xffff, body };
  }
}
