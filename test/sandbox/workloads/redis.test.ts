import { expect, test } from 'vitest';
import { createFleet } from './fleet.ts';

async function startRedis(args: readonly string[] = [], env: Record<string, string> = {}) {
  const fleet = createFleet();
  const redis = fleet.start('redis:8.4-alpine', { args, env });
  await new Promise((resolve) => setImmediate(resolve));
  await fleet.clock.advance(2000);
  await new Promise((resolve) => setImmediate(resolve));
  const ask = (...parts: string[]) => redis.process.command?.(parts);
  return { fleet, ask };
}

test('keys end by their time, and SCAN finds them by a pattern, piece by piece', async () => {
  const { fleet, ask } = await startRedis();
  for (let index = 0; index < 25; index += 1) ask('SET', `atas:cache:overview:${index}`, '1', 'EX', '60');
  ask('SET', 'other', '1');
  expect([ask('TTL', 'atas:cache:overview:3'), ask('TTL', 'other'), ask('TTL', 'none')]).toEqual(['60', '-1', '-2']);
  const found: string[] = [];
  let cursor = '0';
  do {
    const [next = '0', ...keys] = (ask('SCAN', cursor, 'MATCH', 'atas:cache:*', 'COUNT', '7') ?? '').split('\n');
    found.push(...keys);
    cursor = next;
  } while (cursor !== '0');
  expect(new Set(found).size).toBe(25);
  await fleet.clock.advance(61_000);
  expect([ask('TTL', 'atas:cache:overview:3'), ask('DBSIZE')]).toEqual(['-2', '1']);
});

test('a password that is set is asked for, and shown by nothing', async () => {
  const { ask } = await startRedis([
    'redis-server',
    '--requirepass',
    'hidden-1',
    '--maxmemory',
    '64mb',
    '--maxmemory-policy',
    'allkeys-lru',
  ]);
  expect(ask('GET', 'a')).toBe('NOAUTH Authentication required.');
  expect(ask('AUTH', 'wrong')).toMatch(/^WRONGPASS/);
  expect(ask('AUTH', 'hidden-1', 'PING')).toBe('PONG');
  expect(ask('AUTH', 'hidden-1', 'CONFIG', 'GET', 'maxmemory*')).toBe(
    'maxmemory\n67108864\nmaxmemory-policy\nallkeys-lru',
  );
  expect(ask('AUTH', 'hidden-1', 'CONFIG', 'GET', '*')).not.toContain('hidden');
  expect(ask('AUTH', 'hidden-1', 'INFO')).toContain('redis_version:8.4.0');
});

test('INFO counts hits and misses; without a password AUTH says so', async () => {
  const { ask } = await startRedis();
  ask('SET', 'a', '1', 'EX', '60');
  for (const key of ['a', 'a', 'b']) ask('GET', key);
  expect(ask('INFO', 'stats')).toMatch(/keyspace_hits:2\nkeyspace_misses:1/);
  expect(ask('AUTH', 'x')).toMatch(/^ERR AUTH <password> called without any password/);
});

test('it goes by the line of a shell’s script that starts it, with variables put in', async () => {
  const script = `umask 077; exec redis-server --appendonly yes --requirepass "$PASSWORD" --maxmemory '64mb'`;
  const { ask } = await startRedis(['sh', '-c', script], { PASSWORD: 'hidden-2' });
  expect(ask('GET', 'a')).toBe('NOAUTH Authentication required.');
  expect(ask('AUTH', 'hidden-2', 'CONFIG', 'GET', 'maxmemory')).toBe('maxmemory\n67108864');
});
