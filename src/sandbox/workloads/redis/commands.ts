import type { LruStore } from '../lru.ts';
import { infoOf, type RedisState } from './info.ts';
import { fits } from './patterns.ts';
import type { RedisSettings } from './settings.ts';
import { createSubscriptions } from './subscriptions.ts';

export interface RedisServer {
  store: LruStore;
  settings: RedisSettings;
  version: string;
  startedAt: number;
  memory(): number;
}

type Answer = string | undefined;
type Command = (key: string, rest: readonly string[], now: number) => Answer;

const forever = Number.POSITIVE_INFINITY;

/**
 * Answers one command: of strings with a time to live, of counters, `SCAN`, `INFO`, `CONFIG GET` and who listens to a channel.
 * Where a password is set a command is sent as `AUTH PASSWORD COMMAND…`: the sandbox's connections remember nothing.
 */
export function createCommands(server: RedisServer) {
  const { store, settings } = server;
  const counters = new Map<string, { count: number; expiresAt: number }>();
  const subscriptions = createSubscriptions();
  const all: Record<string, Command> = {
    ...readingCommands(store),
    ...writingCommands(store, counters),
    ...channelCommands(subscriptions),
    PING: (key) => key || 'PONG',
    ECHO: (key) => key,
    INFO: (key, _, now) => infoOf(stateNow(now), key, now),
    'CONFIG GET': (key) =>
      [...settings]
        .filter(([name]) => name !== 'requirepass' && fits(key.toLowerCase(), name))
        .map(([name, value]) => `${name}\n${value}`)
        .join('\n'),
  };
  let commands = 0;
  let peak = 0;

  function stateNow(now: number): RedisState {
    const memory = server.memory();
    peak = Math.max(peak, memory);
    const subscribers = subscriptions.channels(now).length;
    return { ...server, upMs: now - server.startedAt, commands, memory, peak, expired: 0, subscribers };
  }

  return {
    counters,
    answer([name = '', key = '', ...rest]: readonly string[], now: number): Answer {
      const password = settings.get('requirepass') ?? '';
      if (name === 'AUTH') {
        if (password === '') return noPassword;
        // `AUTH USER PASSWORD` names the only user that there is.
        if (key !== password)
          return rest.length === 1 && key === 'default' && rest[0] === password ? 'OK' : wrongPassword;
        return rest.length === 0 ? 'OK' : run(rest, now);
      }
      if (password !== '') return 'NOAUTH Authentication required.';
      return run([name, key, ...rest], now);
    },
  };

  function run([name = '', key = '', ...rest]: readonly string[], now: number): Answer {
    commands += 1;
    const word = name.toUpperCase();
    const two = Object.hasOwn(all, `${word} ${key.toUpperCase()}`) ? all[`${word} ${key.toUpperCase()}`] : undefined;
    if (two) return two(rest[0] ?? '', rest.slice(1), now);
    const found = Object.hasOwn(all, word) ? all[word] : undefined;
    return found ? found(key, rest, now) : `ERR unknown command '${name}'`;
  }
}

const noPassword =
  'ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?';
const wrongPassword = 'WRONGPASS invalid username-password pair or user is disabled.';

function optionOf(words: readonly string[], name: string): string | undefined {
  const at = words.findIndex((word) => word.toUpperCase() === name);
  return at < 0 ? undefined : words[at + 1];
}

function readingCommands(store: LruStore): Record<string, Command> {
  const left = (key: string, now: number) => {
    const at = store.expiresAt(key, now);
    return at === undefined ? -2 : at === forever ? -1 : at - now;
  };
  return {
    GET: (key, _, now) => store.get(key, now),
    EXISTS: (key, _, now) => (store.has(key, now) ? '1' : '0'),
    TTL: (key, _, now) => String(left(key, now) < 0 ? left(key, now) : Math.ceil(left(key, now) / 1000)),
    PTTL: (key, _, now) => String(Math.ceil(left(key, now))),
    TYPE: (key, _, now) => (store.has(key, now) ? 'string' : 'none'),
    DBSIZE: (_, __, now) => String(store.keys(now).length),
    KEYS: (key, _, now) =>
      store
        .keys(now)
        .filter((one) => fits(key, one))
        .join('\n'),
    // A cursor is a place in the keys as they are: one that is there all the time may come twice, as Redis says of its own.
    SCAN(cursor, rest, now) {
      const begin = Number(cursor);
      if (!Number.isInteger(begin) || begin < 0) return 'ERR invalid cursor';
      const keys = store.keys(now);
      const end = begin + Math.max(1, Number(optionOf(rest, 'COUNT') ?? 10));
      const pattern = optionOf(rest, 'MATCH') ?? '*';
      const found = keys.slice(begin, end).filter((one) => fits(pattern, one));
      return [end >= keys.length ? '0' : String(end), ...found].join('\n');
    },
  };
}

function writingCommands(
  store: LruStore,
  counters: Map<string, { count: number; expiresAt: number }>,
): Record<string, Command> {
  const flush: Command = (_, __, now) => {
    for (const one of store.keys(now)) store.remove(one);
    counters.clear();
    return 'OK';
  };
  return {
    FLUSHALL: flush,
    FLUSHDB: flush,
    DEL: (key, rest) => String([key, ...rest].filter((one) => store.remove(one)).length),
    // `BYTES n` is the sandbox's own: how large the value would really be.
    SET(key, [value = '', ...rest], now) {
      const seconds = Number(optionOf(rest, 'EX') ?? Number.NaN);
      const size = Number(optionOf(rest, 'BYTES') ?? 0) || value.length;
      store.set(key, value, size, Number.isNaN(seconds) ? forever : now + seconds * 1000);
      return 'OK';
    },
    EXPIRE: (key, [seconds], now) => (store.expire(key, now + Number(seconds) * 1000, now) ? '1' : '0'),
    // Counts up; the first one starts the time to live. Answers `count ttl`, ttl in milliseconds.
    INCR(key, rest, now) {
      if (counters.size > 20_000) for (const [old, entry] of counters) if (entry.expiresAt <= now) counters.delete(old);
      let counter = counters.get(key);
      if (!counter || counter.expiresAt <= now) {
        counter = { count: 0, expiresAt: now + (Number(optionOf(rest, 'EX')) || 60) * 1000 };
        counters.set(key, counter);
      }
      counter.count += 1;
      return `${counter.count} ${Math.ceil(counter.expiresAt - now)}`;
    },
  };
}

function channelCommands(subscriptions: ReturnType<typeof createSubscriptions>): Record<string, Command> {
  return {
    // `WHO` and `EX` are the sandbox's own.
    SUBSCRIBE(channel, rest, now) {
      subscriptions.renew(
        channel,
        optionOf(rest, 'WHO') ?? 'somebody',
        now + Number(optionOf(rest, 'EX') ?? 60) * 1000,
      );
      return channel;
    },
    PUBLISH: (channel, _, now) => String(subscriptions.count(channel, now)),
    'PUBSUB CHANNELS': (pattern, _, now) =>
      subscriptions
        .channels(now)
        .filter((one) => fits(pattern || '*', one))
        .join('\n'),
    'PUBSUB NUMSUB': (channel, rest, now) =>
      [channel, ...rest]
        .filter((one) => one !== '')
        .map((one) => `${one}\n${subscriptions.count(one, now)}`)
        .join('\n'),
  };
}
