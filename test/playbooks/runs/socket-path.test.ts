import { mkdtempSync, statSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { makeSocketFolder, socketPath } from '../../../src/playbooks/runs/socket-path.ts';

const long = `/${'a-long-name/'.repeat(12)}`;

test('a socket lies in the run’s folder, or as near as its path may be long', () => {
  expect(socketPath('/state/runs/one')).toBe('/state/runs/one/socket');
  expect(socketPath(long, '/run/user/1/tars-console')).toMatch(/^\/run\/user\/1\/tars-console\/run-[0-9a-f]{16}$/);
  expect(socketPath(long, long)).toMatch(/^\/tmp\/tars-console-\d+\/run-[0-9a-f]{16}$/);
  expect(socketPath(`${long}other`, long)).not.toBe(socketPath(long, long));
});

test('where every folder is long, a run can still be listened to', async () => {
  const path = socketPath(join(long, String(process.pid)), long);
  makeSocketFolder(path);
  expect(statSync(dirname(path)).mode & 0o077).toBe(0);
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(path, resolve));
  expect(statSync(path).isSocket()).toBe(true);
  await new Promise((resolve) => server.close(resolve));
});

test('a folder that only points elsewhere is refused', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tars-console-socket-'));
  symlinkSync(folder, join(folder, 'link'));
  expect(() => makeSocketFolder(join(folder, 'link', 'run-1'))).toThrow('another user');
});
