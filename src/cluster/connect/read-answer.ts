import { Problem } from '../../base/errors.ts';

/** Lists of ten thousand whole pods have a third of it. */
const mostBytes = 256 * 1024 * 1024;

/** A whole answer as text. Throws `Problem` for one that has no end, before the memory is full of it. */
export async function readAnswer(chunks: AsyncIterable<Buffer>, most = mostBytes): Promise<string> {
  const kept: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    if (bytes > most)
      throw new Problem(
        `The API server’s answer is larger than ${Math.round(most / 1024 / 1024)} MiB, and was cut off`,
        {
          next: ['Look at what answers there: no list of a cluster is as long as that'],
        },
      );
    kept.push(chunk);
  }
  return Buffer.concat(kept).toString('utf8');
}
