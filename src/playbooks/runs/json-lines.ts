import type { Readable } from 'node:stream';

/** Calls back for each line of a stream that is JSON; others are passed over. A line longer than 16 MB ends the stream. */
export function readJsonLines(stream: Readable, receive: (value: unknown) => void): void {
  let rest = '';
  stream.setEncoding('utf8');
  stream.on('data', (chunk: string) => {
    rest += chunk;
    if (!chunk.includes('\n')) {
      if (rest.length > 16 * 1024 * 1024) stream.destroy();
      return;
    }
    const lines = rest.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const value = parsed(line);
      if (value !== undefined) receive(value);
    }
  });
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
