import { ask } from '../ask.ts';
import type { Peer } from '../messages.ts';

export interface LimitDecision {
  allowed: boolean;
  remaining: number;
  /** Seconds until the client's minute begins anew. */
  retryAfter: number;
}

/**
 * Requests a minute of one client, counted in Redis so that all pods count together (the guide's
 * RATE_LIMIT_PER_MINUTE). Without Redis the pod counts by itself.
 */
export function createClientLimit(perMinute: number, redis: () => Peer | undefined, now: () => number) {
  const own = new Map<string, { count: number; expiresAt: number }>();
  const countHere = (client: string) => {
    if (own.size > 20_000) own.clear();
    let entry = own.get(client);
    if (!entry || entry.expiresAt <= now()) {
      entry = { count: 0, expiresAt: now() + 60_000 };
      own.set(client, entry);
    }
    entry.count += 1;
    return [entry.count, entry.expiresAt - now()];
  };
  return (client: string): LimitDecision => {
    const counted = ask(redis(), ['INCR', `rate:${client}`, 'EX', '60']);
    const [count = 1, ttl = 60_000] = counted ? counted.split(' ').map(Number) : countHere(client);
    return {
      allowed: count <= perMinute,
      remaining: Math.max(0, perMinute - count),
      retryAfter: Math.max(1, Math.ceil(ttl / 1000)),
    };
  };
}
