import { constants, createDeflate } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { headerDictionary } from '../../../../src/sandbox/node/spdy/dictionary.ts';
import { createFrameReader, encodeFrame, type Frame } from '../../../../src/sandbox/node/spdy/frames.ts';
import { createHeaderReader, encodeHeaders } from '../../../../src/sandbox/node/spdy/header-block.ts';

const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array));
const stream = fc.integer({ min: 1, max: 2 ** 31 - 1 });
const word = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const fin = fc.boolean();
const frame: fc.Arbitrary<Frame> = fc.oneof(
  fc.record({ type: fc.constant('data' as const), stream, fin, data: bytes }),
  fc.record({ type: fc.constantFrom('syn-stream', 'syn-reply', 'headers'), stream, fin, headers: bytes }),
  fc.record({ type: fc.constant('rst-stream' as const), stream, status: word }),
  fc.record({ type: fc.constant('ping' as const), id: word }),
  fc.record({ type: fc.constant('go-away' as const), lastStream: stream, status: word }),
  fc.record({ type: fc.constant('other' as const), kind: fc.constantFrom(4, 9, 77), body: bytes }),
);

test('frames are read as they were written, however the bytes are cut', () => {
  fc.assert(
    fc.property(fc.array(frame, { maxLength: 6 }), fc.integer({ min: 1, max: 40 }), (frames, size) => {
      const all = Buffer.concat(frames.map(encodeFrame));
      const read = createFrameReader();
      const found: Frame[] = [];
      for (let at = 0; at < all.length; at += size) found.push(...read(all.subarray(at, at + size)));
      expect(found).toEqual(frames);
    }),
  );
});

test('any bytes are frames or refused, never more than what came', () => {
  fc.assert(
    fc.property(bytes, (chunk) => {
      try {
        const size = createFrameReader()(chunk).reduce((sum, one) => sum + encodeFrame(one).length, 0);
        expect(size).toBeLessThanOrEqual(chunk.length);
      } catch (error) {
        expect(error).toBeInstanceOf(Error);
      }
    }),
  );
});

test('a frame has the bytes of the specification', () => {
  expect(encodeFrame({ type: 'ping', id: 1 }).toString('hex')).toBe('800300060000000400000001');
  expect(encodeFrame({ type: 'data', stream: 3, fin: true, data: Buffer.from('a') }).toString('hex')).toBe(
    '000000030100000161',
  );
});

const headers = fc.dictionary(fc.stringMatching(/^[a-z][a-z0-9-]{0,20}$/), fc.stringMatching(/^[ -~]{0,60}$/), {
  maxKeys: 6,
  noNullPrototype: true,
});

test('header blocks are one stream: each is read with what was before it', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(headers, { minLength: 1, maxLength: 4 }), async (blocks) => {
      const reader = createHeaderReader();
      for (const [index, block] of blocks.entries())
        expect(await reader.read(encodeHeaders(block, index === 0))).toEqual(block);
      reader.close();
    }),
    { numRuns: 50 },
  );
});

test('header blocks are read as zlib compresses them with the dictionary of SPDY/3', async () => {
  const deflate = createDeflate({ dictionary: headerDictionary });
  const chunks: Buffer[] = [];
  deflate.on('data', (chunk: Buffer) => chunks.push(chunk));
  const compress = async (plain: Buffer): Promise<Buffer> => {
    chunks.length = 0;
    deflate.write(plain);
    await new Promise<void>((resolve) => deflate.flush(constants.Z_SYNC_FLUSH, resolve));
    return Buffer.concat(chunks);
  };
  const plainOf = (block: Record<string, string>) => encodeHeaders(block, false).subarray(5, -5);
  const reader = createHeaderReader();
  const blocks: Record<string, string>[] = [
    { streamtype: 'error', port: '80', requestid: '0' },
    { streamtype: 'data', port: '80' },
    {},
  ];
  for (const block of blocks) {
    const compressed = await compress(plainOf(block));
    expect(await reader.read(compressed)).toEqual(block);
  }
  reader.close();
});

test('what is no header block is refused', async () => {
  const reader = createHeaderReader();
  await expect(reader.read(Buffer.from('not zlib at all'))).rejects.toThrow('incorrect header check');
  const many = createHeaderReader();
  const block = encodeHeaders({}, true);
  block.writeUInt32BE(100_000, 2 + 5);
  await expect(many.read(block)).rejects.toThrow('too many headers');
});
