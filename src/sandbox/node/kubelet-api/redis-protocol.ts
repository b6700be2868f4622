import type { Duplex } from 'node:stream';

/** Speaks RESP (https://redis.io/docs/latest/develop/reference/protocol-spec/) on a connection: arrays and inline commands. */
export function serveRedis(connection: Duplex, command: (parts: readonly string[]) => string | undefined): void {
  let waiting = '';
  connection.on('data', (chunk: Buffer) => {
    waiting += chunk.toString('latin1');
    for (let read = readCommand(waiting); read; read = readCommand(waiting)) {
      waiting = waiting.slice(read.length);
      if (read.parts.length > 0) connection.write(reply(command, read.parts));
    }
  });
}

function readCommand(text: string): { parts: string[]; length: number } | undefined {
  const end = text.indexOf('\r\n');
  const lineEnd = end < 0 ? text.indexOf('\n') : end;
  if (lineEnd < 0) return undefined;
  const next = lineEnd + (end < 0 ? 1 : 2);
  if (!text.startsWith('*')) {
    return {
      parts: text
        .slice(0, lineEnd)
        .split(/\s+/)
        .filter((part) => part !== ''),
      length: next,
    };
  }
  const parts: string[] = [];
  let at = next;
  for (let count = Number(text.slice(1, lineEnd)); count > 0; count -= 1) {
    const head = text.indexOf('\r\n', at);
    if (head < 0) return undefined;
    const size = Number(text.slice(at + 1, head));
    if (text.length < head + 2 + size + 2) return undefined;
    parts.push(Buffer.from(text.slice(head + 2, head + 2 + size), 'latin1').toString());
    at = head + 2 + size + 2;
  }
  return { parts, length: at };
}

const counts = new Set(['DBSIZE', 'DEL', 'EXISTS', 'INCR']);
const plain = new Set(['PING', 'SET', 'FLUSHALL', 'FLUSHDB']);

function reply(
  command: (parts: readonly string[]) => string | undefined,
  [name = '', ...args]: readonly string[],
): string {
  const word = name.toUpperCase();
  try {
    const answer = command([word, ...args]);
    if (answer === undefined) return '$-1\r\n';
    if (answer.startsWith('ERR ')) return `-${answer}\r\n`;
    if (counts.has(word)) return `:${answer.split(' ')[0]}\r\n`;
    if (plain.has(word)) return `+${answer}\r\n`;
    if (word === 'KEYS') {
      const keys = answer === '' ? [] : answer.split('\n');
      return `*${keys.length}\r\n${keys.map((key) => `$${Buffer.byteLength(key)}\r\n${key}\r\n`).join('')}`;
    }
    return `$${Buffer.byteLength(answer)}\r\n${answer}\r\n`;
  } catch (error) {
    return `-ERR ${(error as Error).message}\r\n`;
  }
}
