/** Keeps what was used last, up to `maximum` bytes, like Redis with `allkeys-lru`; entries end by time as well. */
export interface LruStore {
  get(key: string, now: number): string | undefined;
  /** `size` counts against the maximum; `expiresAt` in the clock's milliseconds. */
  set(key: string, value: string, size: number, expiresAt: number): void;
  remove(key: string): boolean;
  /** Without counting as use. */
  has(key: string, now: number): boolean;
  keys(now: number): string[];
  /** When it ends, in the clock's milliseconds; undefined where there is none. Without counting as use. */
  expiresAt(key: string, now: number): number | undefined;
  /** Another end for one that is there. */
  expire(key: string, at: number, now: number): boolean;
  readonly hits: number;
  readonly misses: number;
  readonly bytes: number;
  readonly size: number;
  readonly evicted: number;
}

interface Entry {
  value: string;
  size: number;
  expiresAt: number;
}

export function createLruStore(maximum: number): LruStore {
  // A Map keeps insertion order; taking an entry out and putting it in again makes it the newest.
  const entries = new Map<string, Entry>();
  let bytes = 0;
  let evicted = 0;
  let hits = 0;
  let misses = 0;
  const drop = (key: string) => {
    const entry = entries.get(key);
    if (!entry) return false;
    bytes -= entry.size;
    return entries.delete(key);
  };
  return {
    get(key, now) {
      const entry = entries.get(key);
      if (!entry) {
        misses += 1;
        return undefined;
      }
      entries.delete(key);
      if (entry.expiresAt <= now) {
        bytes -= entry.size;
        misses += 1;
        return undefined;
      }
      hits += 1;
      entries.set(key, entry);
      return entry.value;
    },
    set(key, value, size, expiresAt) {
      drop(key);
      entries.set(key, { value, size, expiresAt });
      bytes += size;
      for (const oldest of entries.keys()) {
        if (bytes <= maximum) break;
        drop(oldest);
        evicted += 1;
      }
    },
    remove: drop,
    has: (key, now) => (entries.get(key)?.expiresAt ?? 0) > now,
    keys: (now) => [...entries].filter(([, entry]) => entry.expiresAt > now).map(([key]) => key),
    expiresAt: (key, now) => {
      const at = entries.get(key)?.expiresAt ?? 0;
      return at > now ? at : undefined;
    },
    expire(key, at, now) {
      const entry = entries.get(key);
      if (!entry || entry.expiresAt <= now) return false;
      entry.expiresAt = at;
      return true;
    },
    get hits() {
      return hits;
    },
    get misses() {
      return misses;
    },
    get bytes() {
      return bytes;
    },
    get size() {
      return entries.size;
    },
    get evicted() {
      return evicted;
    },
  };
}
