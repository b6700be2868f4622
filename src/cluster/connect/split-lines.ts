import { StringDecoder } from 'node:string_decoder';
import { Problem } from '../../base/errors.ts';

/** The largest object that etcd takes is a small part of it. In characters. */
const longestLine = 64 * 1024 * 1024;

/** Chunks of bytes → lines without their line breaks; the last one may have none. Throws `Problem` for a line without an end. */
export async function* splitLines(chunks: AsyncIterable<Buffer>, longest = longestLine): AsyncGenerator<string> {
  const decoder = new StringDecoder('utf8');
  // Parts of the line that is not ended yet; joined once, so that a very long line costs no more than its length.
  let parts: string[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    const text = decoder.write(chunk);
    let start = 0;
    for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', start)) {
      parts.push(text.slice(start, end));
      const line = parts.join('');
      parts = [];
      length = 0;
      start = end + 1;
      yield line;
    }
    if (start < text.length) parts.push(text.slice(start));
    length += text.length - start;
    if (length > longest) throw new Problem('A line from the cluster has no end, and was cut off');
  }
  const last = parts.join('') + decoder.end();
  if (last !== '') yield last;
}
