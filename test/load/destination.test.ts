import { describe, expect, test } from 'vitest';
import { Problem } from '../../src/base/errors.ts';
import { destinationProblem, isLoopbackAddress, resolveDestination } from '../../src/load/destination.ts';

describe('where a load goes', () => {
  test.each(['127.0.0.1', '127.8.9.10', '::1', '0:0:0:0:0:0:0:1', '::ffff:127.0.0.1', '::ffff:7f00:1', '[::1]'])(
    '%s is this machine',
    (address) => expect(isLoopbackAddress(address)).toBe(true),
  );

  test.each(['10.0.0.1', '128.0.0.1', '::2', '::ffff:10.0.0.1', 'fe80::1%eth0', '0.0.0.0', '::', 'localhost', ''])(
    '%s is not this machine',
    (address) => expect(isLoopbackAddress(address)).toBe(false),
  );

  test('a name counts by what it resolves to, and by all of it', async () => {
    const resolved = (...addresses: string[]) => resolveDestination('https://tars.local/x', async () => addresses);
    expect((await resolved('127.0.0.1')).local).toBe(true);
    expect((await resolved('127.0.0.1', '192.0.2.7')).local).toBe(false);
    expect((await resolved()).local).toBe(false);
    expect((await resolveDestination('http://localhost:80')).local).toBe(true);
    // A name that only looks like it.
    expect((await resolveDestination('http://127.0.0.1.example', async () => ['192.0.2.7'])).local).toBe(false);
  });

  test('a load that leaves this machine needs its host, typed', async () => {
    const away = await resolveDestination('https://api.example:8443', async () => ['192.0.2.7']);
    expect(destinationProblem(away, undefined)).toBeInstanceOf(Problem);
    expect(destinationProblem(away, undefined)?.next).toEqual([expect.stringContaining('--confirm-host api.example')]);
    expect(destinationProblem(away, undefined)?.exitCode).toBe(2);
    expect(destinationProblem(away, 'yes')?.message).toContain('`yes` is not the host');
    expect(destinationProblem(away, 'API.example ')).toBeUndefined();
    const here = await resolveDestination('http://127.0.0.1:9');
    expect(destinationProblem(here, undefined)).toBeUndefined();
  });

  test.each(['tars.local', 'ftp://x', 'http://me:secret@x'])('refuses %s', async (url) => {
    await expect(resolveDestination(url, async () => ['127.0.0.1'])).rejects.toBeInstanceOf(Problem);
  });
});
