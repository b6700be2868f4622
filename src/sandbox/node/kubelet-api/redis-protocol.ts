import type { Duplex } from 'node:stream';

/** Speaks RESP (https://redis.io/docs/latest/develop/reference/protocol-spec/) on a connection: arrays and inline commands. */
export function serveRedis(connection: Duplex, command: (parts: readonly string[]) => string | undefined): void {
  let waiting = '';
  // A connection that has logged in; the container itself remembers none.
  let login: readonly string[] = [];
  const ask = (parts: readonly string[]) => {
    const [word, ...args] = parts;
    if (word !== 'AUTH') return command([...login, ...parts]);
    const answer = command(['AUTH', ...args]);
    if (answer === 'OK') login = ['AUTH', args.at(-1) ?? ''];
    return answer;
  };
  connection.on('data', (chunk: Buffer) => {
    waiting += chunk.toString('latin1');
    try {
      for (let read = readCommand(waiting); read; read = readCommand(waiting)) {
        waiting = waiting.slice(read.length);
        if (read.parts.length > 0) connection.write(reply(ask, read.parts));
      }
      if (waiting.length > largestCommand) throw new ProtocolFault('too big request');
    } catch (error) {
      if (!(error instanceof ProtocolFault)) throw error;
      waiting = '';
      connection.end(`-ERR Protocol error: ${error.message}\r\n`);
    }
  });
}

class ProtocolFault extends Error {}

/** What a client may send before it has said what it wants. */
const largestCommand = 1024 * 1024;
const mostParts = 10_000;

function readCommand(text: string): { parts: string[]; length: number } | undefined {
  const end = text.indexOf('\r\n');
  const lineEnd = end < 0 ? text.indexOf('\n') : end;
  if (lineEnd < 0) return undefined;
  const next = lineEnd + (end < 0 ? 1 : 2);
  if (!text.startsWith('*')) {
    const words = text.slice(0, lineEnd).split(/\s+/);
    return { parts: words.filter((word) => word !== ''), length: next };
  }
  const parts: string[] = [];
  let at = next;
  for (let count = numberOf(text.slice(1, lineEnd), mostParts, 'multibulk'); count > 0; count -= 1) {
    const head = text.indexOf('\r\n', at);
    if (head < 0) return undefined;
    if (text[at] !== '$') throw new ProtocolFault(`expected '$', got '${text[at] ?? ''}'`);
    const size = numberOf(text.slice(at + 1, head), largestCommand, 'bulk');
    if (text.length < head + 2 + size + 2) return undefined;
    parts.push(Buffer.from(text.slice(head + 2, head + 2 + size), 'latin1').toString());
    at = head + 2 + size + 2;
  }
  return { parts, length: at };
}

function numberOf(text: string, most: number, what: string): number {
  const value = /^\d+$/.test(text) ? Number(text) : -1;
  if (value < 0 || value > most) throw new ProtocolFault(`invalid ${what} length`);
  return value;
}

const counts = new Set(['DBSIZE', 'DEL', 'EXISTS', 'INCR', 'TTL', 'PTTL', 'EXPIRE', 'PUBLISH']);
const plain = new Set(['AUTH', 'PING', 'SET', 'FLUSHALL', 'FLUSHDB', 'TYPE']);
const lists = new Set(['KEYS', 'CONFIG', 'PUBSUB']);
const bulk = (text: string) => `$${Buffer.byteLength(text)}\r\n${text}\r\n`;
const array = (items: readonly string[]) => `*${items.length}\r\n${items.map(bulk).join('')}`;

function reply(
  command: (parts: readonly string[]) => string | undefined,
  [name = '', ...args]: readonly string[],
): string {
  const word = name.toUpperCase();
  try {
    const answer = command([word, ...args]);
    if (answer === undefined) return '$-1\r\n';
    if (/^(ERR|NOAUTH|WRONGPASS) /.test(answer)) return `-${answer}\r\n`;
    if (counts.has(word)) return `:${answer.split(' ')[0]}\r\n`;
    if (plain.has(word)) return `+${answer}\r\n`;
    if (lists.has(word)) return array(answer === '' ? [] : answer.split('\n'));
    if (word === 'SCAN') {
      const [cursor = '0', ...keys] = answer.split('\n');
      return `*2\r\n${bulk(cursor)}${array(keys)}`;
    }
    return bulk(answer);
  } catch (error) {
    return `-ERR ${(error as Error).message}\r\n`;
  }
}
