import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { folderAt, readAccess, sandboxKubeconfig, writePrivately } from '../../src/cli/sandbox-files.ts';
import { withLock } from '../../src/cli/sandbox-lock.ts';
import { findRunning, stopProcess } from '../../src/cli/sandbox-process.ts';

const fresh = () => mkdtempSync(join(tmpdir(), 'tars-console-sandbox-'));

describe('the sandbox’s files', () => {
  test('its kubeconfig says how to reach it, that it is a sandbox and how quick it is', () => {
    const file = join(fresh(), 'kubeconfig');
    const access = { url: 'https://127.0.0.1:1', ca: 'pem', token: 'word' };
    writePrivately(file, sandboxKubeconfig({ ...access, speed: 5 }));
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readAccess(file)).toEqual({ server: access.url, ca: 'pem', token: 'word' });
    expect(readFileSync(file, 'utf8')).toMatch(/name: tars-console\s+extension:\s+sandbox: true\s+speed: 5/);
  });

  test('half a kubeconfig is none', () => {
    const file = join(fresh(), 'kubeconfig');
    writeFileSync(file, 'clusters: [');
    expect(readAccess(file)).toBeUndefined();
  });

  test('a process that lives but does not answer with the token is not a running sandbox, and is left alone', async () => {
    const folder = folderAt(fresh());
    writePrivately(folder.kubeconfig, sandboxKubeconfig({ url: 'https://127.0.0.1:9', ca: '', token: 'x', speed: 1 }));
    writePrivately(folder.state, JSON.stringify({ pid: process.pid, port: 9, nodes: 2, speed: 1 }));
    expect(await findRunning(folder)).toBeUndefined();
    expect(await stopProcess(folder)).toBe(false);
  });
});

describe('the lock', () => {
  test('lets one in after the other', async () => {
    const file = join(fresh(), 'lock');
    const order: string[] = [];
    const work = (name: string) => () =>
      new Promise<void>((resolve) => {
        order.push(`${name} begins`);
        setImmediate(() => {
          order.push(`${name} ends`);
          resolve();
        });
      });
    await Promise.all([withLock(file, work('one')), withLock(file, work('two'))]);
    expect(order).toEqual(['one begins', 'one ends', 'two begins', 'two ends']);
    expect(existsSync(file)).toBe(false);
  });

  test('is broken when its process is gone', async () => {
    const file = join(fresh(), 'lock');
    const gone = spawnSync(process.execPath, ['-e', '']);
    writeFileSync(file, String(gone.pid));
    expect(await withLock(file, async () => 'done')).toBe('done');
  });

  test('is given back when the work fails', async () => {
    const file = join(fresh(), 'lock');
    await expect(withLock(file, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(existsSync(file)).toBe(false);
  });
});
