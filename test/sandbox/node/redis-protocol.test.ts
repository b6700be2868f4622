import { Duplex, PassThrough } from 'node:stream';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { serveRedis } from '../../../src/sandbox/node/kubelet-api/redis-protocol.ts';

/** What a Redis answers to these bytes, and whether it has hung up. */
async function answerTo(...chunks: string[]): Promise<{ text: string; ended: boolean }> {
  const [toServer, toClient] = [new PassThrough(), new PassThrough()];
  serveRedis(Duplex.from({ readable: toServer, writable: toClient }), ([word = '', ...more]) =>
    [word, ...more].join(' '),
  );
  for (const chunk of chunks) toServer.write(chunk, 'latin1');
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  const text = String(toClient.read() ?? '');
  return { text, ended: toClient.writableEnded };
}

test('arrays and inline commands are answered, in whatever pieces they come', async () => {
  expect(await answerTo('*1\r\n$4\r\nPI', 'NG\r\nECHO a\r\n')).toEqual({
    text: '+PING\r\n$6\r\nECHO a\r\n',
    ended: false,
  });
});

test.each([
  ['*1000000000\r\n$x\r\n', 'invalid multibulk length'],
  ['*2\r\n$99999999999\r\n', 'invalid bulk length'],
  ['*1\r\n$-5\r\n', 'invalid bulk length'],
  ['*1\r\n:1\r\n', "expected '$', got ':'"],
  ['x'.repeat(1_100_000), 'too big request'],
])('%.20j is refused', async (sent, words) => {
  expect(await answerTo(sent)).toEqual({ text: `-ERR Protocol error: ${words}\r\n`, ended: true });
});

test('no bytes make it throw or stay', async () => {
  const piece = fc.oneof(fc.constantFrom('*', '$', '\r\n', '1', '3', '-', '999999999999', 'GET a', '\n'), fc.string());
  await fc.assert(fc.asyncProperty(fc.array(piece), async (pieces) => void (await answerTo(...pieces))));
});
