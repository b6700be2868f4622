import type { WorkloadImage } from './image.ts';
import { createLruStore } from './lru.ts';
import { redisCli } from './programs/redis-cli.ts';
import { declaredPorts, startServer } from './server-process.ts';

const megabyte = 1024 * 1024;

/**
 * Redis: a real cache of limited size (`--maxmemory`, least recently used first) and counters that expire. `SET` takes
 * `BYTES n` beside `EX s`: how large the value would really be.
 */
export const redis: WorkloadImage = {
  size: 52 * megabyte,
  programs: { 'redis-cli': redisCli },
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
      stopping: [log('User requested shutdown...'), log('Redis is now ready to exit, bye bye...')],
    });
  },
};

function infoOf(store: ReturnType<typeof createLruStore>, section: string): string {
  const sections: Record<string, string[]> = {
    Server: ['redis_version:8.2.2', 'redis_mode:standalone', 'os:Linux x86_64', 'tcp_port:6379'],
    Clients: ['connected_clients:1'],
    Memory: [`used_memory:${store.bytes}`, `used_memory_human:${(store.bytes / megabyte).toFixed(2)}M`],
    Stats: [`keyspace_hits:${store.hits}`, `keyspace_misses:${store.misses}`, `evicted_keys:${store.evicted}`],
    Replication: ['role:master', 'connected_slaves:0'],
    Keyspace: store.size > 0 ? [`db0:keys=${store.size}`] : [],
  };
  const wanted = Object.entries(sections).filter(
    ([name]) => section === '' || name.toLowerCase() === section.toLowerCase(),
  );
  return wanted.map(([name, lines]) => [`# ${name}`, ...lines].join('\n')).join('\n\n');
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
    case 'INFO':
      return infoOf(store, key);
    case 'DBSIZE':
      return String(store.size);
    case 'DEL':
      return String([key, ...rest].filter((one) => store.remove(one)).length);
    case 'EXISTS':
      return store.has(key, now) ? '1' : '0';
    case 'KEYS':
      return store
        .keys(now)
        .filter((one) => matches(key, one))
        .join('\n');
    case 'FLUSHALL':
    case 'FLUSHDB':
      for (const one of store.keys(now)) store.remove(one);
      counters.clear();
      return 'OK';
    case 'ECHO':
      return key;
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

function matches(pattern: string, key: string): boolean {
  return new RegExp(
    `^${pattern
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.')}$`,
  ).test(key);
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
