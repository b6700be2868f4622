import { StringDecoder } from 'node:string_decoder';
import { printable } from '../base/printable.ts';

export interface LineSplitter {
  push(chunk: Buffer): void;
  /** Hands over what stands behind the last line break. */
  end(): void;
}

/** Longer lines are cut: nobody reads them, and a file without line breaks must not fill the memory. In characters. */
const longestLine = 4096;

const note = ' …';

/**
 * Splits a process's bytes into lines that may be drawn: UTF-8 put together over chunks, `\n`, `\r\n` and a lone `\r` (a
 * progress bar that draws over itself) end a line, escape sequences and control characters are taken out. A line longer than
 * `maxLength` is cut and says so by `…`.
 */
export function createLineSplitter(onLine: (line: string) => void, maxLength = longestLine): LineSplitter {
  const decoder = new StringDecoder('utf8');
  let line = '';
  let cut = false;
  // A `\r` at the end of a chunk may be half of `\r\n`.
  let returned = false;
  const finish = () => {
    const text = printable(line).replace(/[\ud800-\udbff]$/, '');
    onLine(cut ? `${text}${note}` : text);
    line = '';
    cut = false;
  };
  const add = (text: string) => {
    const room = maxLength - line.length;
    if (text.length > room) cut = true;
    line += text.slice(0, Math.max(0, room));
  };
  const take = (text: string) => {
    if (text === '') return;
    const rest = returned && text.startsWith('\n') ? text.slice(1) : text;
    returned = text.endsWith('\r');
    const parts = rest.split(/\r\n|\n|\r/);
    for (const [index, part] of parts.entries()) {
      if (index > 0) finish();
      add(part);
    }
  };
  return {
    push: (chunk) => take(decoder.write(chunk)),
    end() {
      take(decoder.end());
      if (line !== '') finish();
    },
  };
}
