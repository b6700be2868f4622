import { ask } from '../ask.ts';
import type { ProcessContext } from '../image.ts';
import type { MetricsRegistry } from '../prometheus.ts';

/** The same refusal is logged once in so many milliseconds. */
const quiet = 30_000;

/** One command to the Redis of the service; why it could not be asked instead. */
export function askRedis({ env, dial }: ProcessContext, parts: readonly string[]): { reply?: string; fault?: string } {
  const [host = 'atas-redis', port = env.REDIS_PORT ?? '6379'] = (
    env.REDIS_SENTINEL_NODES?.split(',')[0] ||
    env.REDIS_HOST ||
    'atas-redis'
  ).split(':');
  const peer = dial(host, Number(port));
  if (!peer) return { fault: `Unable to connect to ${host}:${port}: Connection refused` };
  const password = env.REDIS_PASSWORD;
  const reply = ask(peer, password ? ['AUTH', password, ...parts] : parts);
  if (reply !== undefined && /^(ERR AUTH|NOAUTH|WRONGPASS)/.test(reply)) return { fault: reply };
  return reply === undefined ? {} : { reply };
}

/** The dashboards in Redis, counted as hits and misses. Without Redis there is nothing in it, which is logged. */
export function createCache(context: ProcessContext, registry: MetricsRegistry) {
  const gets = registry.counter('cache_gets_total', 'Looks into the cache');
  for (const result of ['hit', 'miss']) gets.add({ cache: 'dashboard', result }, 0);
  const loggedAt = new Map<string, number>();
  const complain = (fault: string) => {
    const now = context.clock.now();
    if (now - (loggedAt.get(fault) ?? Number.NEGATIVE_INFINITY) < quiet) return;
    loggedAt.set(fault, now);
    context.log(`WARN  RedisConnectionFailureException: ${fault}; the cache is not used`);
  };
  return {
    has(kind: string, key: string): boolean {
      const { reply, fault } = askRedis(context, ['GET', key]);
      if (fault) complain(fault);
      const hit = reply !== undefined;
      gets.add({ cache: 'dashboard', name: kind, result: hit ? 'hit' : 'miss' });
      return hit;
    },
    put(key: string, seconds: number, bytes: number): void {
      const { fault } = askRedis(context, ['SET', key, '1', 'EX', String(seconds), 'BYTES', String(bytes)]);
      if (fault) complain(fault);
    },
  };
}
