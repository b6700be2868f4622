import { existsSync, mkdtempSync, readdirSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test, vi } from 'vitest';
import {
  folderAt,
  readAccess,
  readJson,
  type SandboxFolder,
  type SandboxState,
  sandboxFolder,
  writePrivately,
} from '../../src/cli/sandbox-files.ts';
import { sandboxServerCommand } from '../../src/cli/sandbox-server.ts';
import { createApiClient } from '../../src/sandbox/client.ts';
import { finishProgram } from './program-process.ts';

const soon = { timeout: 15_000, interval: 20 };

function clientOf(folder: SandboxFolder) {
  const access = readAccess(folder.kubeconfig);
  if (!access) throw new Error('there is no kubeconfig');
  return createApiClient(access);
}

describe('the sandbox’s process', () => {
  test('ends by itself some time after its last client, not while a watch is open or a terminal hangs up', async () => {
    const folder = folderAt(mkdtempSync(join(tmpdir(), 'tars-console-sandbox-')));
    // Long enough that a busy machine comes to the first request within it.
    const idleSeconds = 2.5;
    writePrivately(folder.options, JSON.stringify({ idleMinutes: idleSeconds / 60 }));
    let code: number | undefined;
    void sandboxServerCommand(folder.path).then((ended) => {
      code = ended;
    });
    await vi.waitFor(() => expect(readAccess(folder.kubeconfig) && readJson(folder.state)).toBeTruthy(), soon);
    const client = clientOf(folder);
    const watching = new AbortController();
    const events = client.watch('/api/v1/namespaces', {}, watching.signal)[Symbol.asyncIterator]();
    await events.next();
    process.emit('SIGHUP', 'SIGHUP');
    const opened = performance.now();
    // Two idle times long, which only the watch makes no idle time.
    await vi.waitFor(() => expect(performance.now() - opened).toBeGreaterThan(2000 * idleSeconds), soon);
    expect(code).toBeUndefined();
    watching.abort();
    client.close();
    await vi.waitFor(() => expect(code).toBe(0), soon);
    expect(existsSync(folder.path)).toBe(false);
  }, 30_000);
});

describe('a sandbox that was killed', () => {
  const stop = () => finishProgram(['sandbox', 'stop']);
  afterAll(stop);

  test('leaves files behind that nobody else can read and that the next one takes over', async () => {
    const folder = sandboxFolder('default');
    const start = () => finishProgram(['sandbox', '--nodes', '1']);
    expect(await start()).toMatchObject({ code: 0, stderr: expect.stringContaining('Started') });
    const state = readJson<SandboxState>(folder.state);
    expect(statSync(folder.path).mode & 0o777).toBe(0o700);
    for (const file of readdirSync(folder.path)) expect(statSync(join(folder.path, file)).mode & 0o777).toBe(0o600);
    process.kill(state?.pid ?? 0, 'SIGKILL');
    await vi.waitFor(() => expect(() => process.kill(state?.pid ?? 0, 0)).toThrow(), soon);
    writePrivately(folder.lock, String(state?.pid));

    expect(await start()).toMatchObject({ code: 0, stderr: expect.stringContaining('Started') });
    expect(readJson<SandboxState>(folder.state)?.pid).not.toBe(state?.pid);
    const client = clientOf(folder);
    expect(await client.get('/version')).toMatchObject({ major: '1' });
    client.close();
    expect(await stop()).toMatchObject({ code: 0, stdout: expect.stringContaining('stopped') });
  }, 30_000);
});
