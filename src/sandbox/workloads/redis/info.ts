import type { LruStore } from '../lru.ts';
import type { RedisSettings } from './settings.ts';

const megabyte = 1024 * 1024;
const readable = (bytes: number) => `${(bytes / megabyte).toFixed(2)}M`;

/** What `INFO` tells of. */
export interface RedisState {
  store: LruStore;
  settings: RedisSettings;
  version: string;
  /** Milliseconds that it has run. */
  upMs: number;
  /** Since its start. */
  commands: number;
  memory: number;
  /** The most that it has used. */
  peak: number;
  expired: number;
  subscribers: number;
}

/** The sections of `INFO`, all of them or the one that is named, in Redis' own form. */
export function infoOf(state: RedisState, section: string, now: number): string {
  const { store, settings, version, memory, peak } = state;
  const limit = Number(settings.get('maxmemory') ?? 0);
  const keys = store.keys(now);
  const expiring = keys.filter((key) => store.expiresAt(key, now) !== Number.POSITIVE_INFINITY).length;
  const seconds = Math.max(1, state.upMs / 1000);
  const sections: Record<string, string[]> = {
    Server: [
      `redis_version:${version}`,
      'redis_mode:standalone',
      'os:Linux x86_64',
      'tcp_port:6379',
      `uptime_in_seconds:${Math.floor(state.upMs / 1000)}`,
    ],
    Clients: ['connected_clients:1', `maxclients:${settings.get('maxclients') ?? '10000'}`, 'blocked_clients:0'],
    Memory: [
      `used_memory:${memory}`,
      `used_memory_human:${readable(memory)}`,
      `used_memory_dataset:${store.bytes}`,
      `used_memory_peak:${peak}`,
      `used_memory_peak_human:${readable(peak)}`,
      `maxmemory:${limit}`,
      `maxmemory_human:${limit === 0 ? '0B' : readable(limit)}`,
      `maxmemory_policy:${settings.get('maxmemory-policy') ?? 'noeviction'}`,
      'mem_fragmentation_ratio:1.08',
    ],
    Persistence: ['loading:0', `aof_enabled:${settings.get('appendonly') === 'yes' ? 1 : 0}`],
    Stats: [
      `total_commands_processed:${state.commands}`,
      `instantaneous_ops_per_sec:${Math.round(state.commands / seconds)}`,
      'rejected_connections:0',
      `expired_keys:${state.expired}`,
      `evicted_keys:${store.evicted}`,
      `keyspace_hits:${store.hits}`,
      `keyspace_misses:${store.misses}`,
      `pubsub_channels:${state.subscribers > 0 ? 1 : 0}`,
    ],
    Replication: ['role:master', 'connected_slaves:0'],
    Keyspace: keys.length > 0 ? [`db0:keys=${keys.length},expires=${expiring},avg_ttl=0`] : [],
  };
  const all = section === '' || /^(all|default|everything)$/i.test(section);
  const wanted = Object.entries(sections).filter(([name]) => all || name.toLowerCase() === section.toLowerCase());
  return wanted.map(([name, lines]) => [`# ${name}`, ...lines].join('\n')).join('\n\n');
}
