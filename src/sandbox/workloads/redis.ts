import type { WorkloadImage } from './image.ts';
import { createLruStore } from './lru.ts';
import { declaredPorts, startServer } from './server-process.ts';

const megabyte = 1024 * 1024;

/**
 * Redis: a real cache of limited size (`--maxmemory`, least recently used first) and counters that expire. `SET` takes
 * `BYTES n` beside `EX s`: how large the value would really be.
 */
export const redis: WorkloadImage = {
  size: 52 * megabyte,
  start(context) {
    const store = createLruStore(sizeOf(argument(context.args, '--maxmemory')) ?? 256 * megabyte);
    const counters = new Map<string, { count: number; expiresAt: number }>();
    const log = (line: string) => () => `1:M ${new Date().toUTCString().slice(5, 25)} * ${line}`;
    return startServer(context, {
      ports: declaredPorts(context, 6379),
      baseCores: 0.003,
      memoryBytes: () => 9 * megabyte + store.bytes + counters.size * 120,
      starting: [
        { after: 150, line: log('oO0OoO0OoO0Oo Redis is starting oO0OoO0OoO0Oo') },
        { after: 100, line: log('Running mode=standalone, port=6379.') },
        { after: 300, line: log('Server initialized') },
        { after: 100, line: log('Ready to accept connections tcp') },
      ],
      command(parts, cpu) {
        cpu.work(0, 0.00002);
        return redisCommand(parts, store, counters, context.clock.now());
      },
      exec([name, word], listening) {
        if (name !== 'redis-cli') return undefined;
        if (!listening)
          return { exitCode: 1, output: 'Could not connect to Redis at 127.0.0.1:6379: Connection refused\n' };
        const answer = word?.toUpperCase() === 'INFO' ? infoOf(store) : 'PONG';
        return { exitCode: 0, output: `${answer}\n` };
      },
      stopping: [log('User requested shutdown...'), log('Redis is now ready to exit, bye bye...')],
    });
  },
};

function infoOf(store: ReturnType<typeof createLruStore>): string {
  return `# Memory\nused_memory:${store.bytes}\n# Stats\nevicted_keys:${store.evicted}\n# Keyspace\ndb0:keys=${store.size}`;
}

function redisCommand(
  [name, key = '', ...rest]: readonly string[],
  store: ReturnType<typeof createLruStore>,
  counters: Map<string, { count: number; expiresAt: number }>,
  now: number,
): string | undefined {
  const option = (word: string) => Number(rest[rest.indexOf(word) + 1]);
  switch (name) {
    case 'PING':
      return 'PONG';
    case 'GET':
      return store.get(key, now);
    case 'SET':
      store.set(key, rest[0] ?? '', option('BYTES') || (rest[0] ?? '').length, now + (option('EX') || 3600) * 1000);
      return 'OK';
    // Counts up; the first one starts the time to live. Answers `count ttl`, ttl in milliseconds.
    case 'INCR': {
      if (counters.size > 20_000) for (const [old, entry] of counters) if (entry.expiresAt <= now) counters.delete(old);
      let counter = counters.get(key);
      if (!counter || counter.expiresAt <= now) {
        counter = { count: 0, expiresAt: now + (option('EX') || 60) * 1000 };
        counters.set(key, counter);
      }
      counter.count += 1;
      return `${counter.count} ${Math.ceil(counter.expiresAt - now)}`;
    }
    default:
      return `ERR unknown command '${name}'`;
  }
}

function argument(args: readonly string[], name: string): string | undefined {
  const index = args.indexOf(name);
  return index < 0 ? undefined : args[index + 1];
}

/** Redis' own sizes: `256mb`, `1gb`, plain bytes. */
function sizeOf(value: string | undefined): number | undefined {
  const match = /^(\d+)(k|m|g)?b?$/i.exec(value ?? '');
  if (!match) return undefined;
  const unit = { k: 1024, m: megabyte, g: 1024 * megabyte }[(match[2] ?? '').toLowerCase()] ?? 1;
  return Number(match[1]) * unit || undefined;
}
