import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { makeForm } from '../../src/cli/console-form.ts';
import { readRunInputs } from '../../src/cli/run-inputs-read.ts';
import { loadRun } from '../../src/cli/run-loading.ts';
import { connect } from '../../src/cluster/connect/connect.ts';
import { drawScreen } from '../support/draw-screen.tsx';
import { expectInside } from '../support/expect-inside.ts';
import { startTestApiServer, type TestApiServer } from '../support/sandbox.ts';

let api: TestApiServer;
/** The kubeconfig of a server that has ended. */
let gone: string;
beforeAll(async () => {
  const server = await startTestApiServer();
  gone = server.kubeconfig;
  await server.close();
  api = await startTestApiServer();
  await api.client.create('/api/v1/namespaces', { metadata: { name: 'tars' } });
  await api.client.create('/api/v1/namespaces/tars/configmaps', {
    metadata: { name: 'tars-config' },
    data: { REDIS_ENABLED: 'false', REDIS_CACHE_TTL: '600', RATE_LIMIT_PER_MINUTE: '30' },
  });
  for (const [name, mode, isDefault] of [
    ['fast', 'WaitForFirstConsumer', 'false'],
    ['standard', 'Immediate', 'true'],
  ])
    await api.client.create('/apis/storage.k8s.io/v1/storageclasses', {
      metadata: { name, annotations: { 'storageclass.kubernetes.io/is-default-class': isDefault } },
      provisioner: 'example.com/disk',
      volumeBindingMode: mode,
    });
});
afterAll(() => api.close());

const playbookOf = (ref: string) => loadRun({ playbook: ref, workspace: '/', manifests: 'bundled' }).playbook;
async function formOf(ref: string, kubeconfig = api.kubeconfig) {
  return makeForm(
    playbookOf(ref),
    {},
    {
      ...{ cluster: { sandbox: false }, namespace: 'tars' },
      async connectionOf() {
        const connection = await connect({ kubeconfig, sandbox: false });
        return { connection, done: () => connection.close() };
      },
    },
  );
}

async function drawn(ref: string, columns: number, rows: number, kubeconfig?: string) {
  const screen = drawScreen({ columns, rows }, {}, { choice: { sandbox: true } });
  await screen.app.load();
  await vi.waitFor(() => expect(screen.frame()).toContain('Full deployment'), { timeout: 3000 });
  const entry = await formOf(ref, kubeconfig);
  let give = () => {};
  screen.services.form = () => new Promise((resolve) => (give = () => resolve(entry)));
  screen.packet('\r');
  await vi.waitFor(() => expect(screen.frame()).toContain('what the cluster has now'), { timeout: 3000 });
  give();
  await vi.waitFor(() => expect(screen.frame()).toContain('Show the plan'), { timeout: 3000 });
  expectInside(screen.frame(), columns, rows);
  return screen;
}

describe.each([
  [80, 24],
  [120, 40],
])('at %ix%i', (columns, rows) => {
  it('the settings stand in the form as they are now, each with its meaning', async () => {
    const screen = await drawn('tars/configuration', columns, rows);
    expect(screen.frame()).toMatch(/redisEnabled +◉ no {2}○ yes/);
    expect(screen.frame()).toMatch(/redisCacheTtl +600/);
    expect(screen.frame()).toMatch(/enableHttps +○ no {2}◉ yes/);
    screen.press('down');
    await vi.waitFor(() => expect(screen.frame()).toContain('(unless set: 3600)'), { timeout: 3000 });
    screen.close();
  });

  it('the classes stand below one another with their labels, the default chosen', async () => {
    const screen = await drawn('tars/storage-class', columns, rows);
    expect(screen.frame()).toContain('◉ standard (Immediate, the default)');
    expect(screen.frame()).toContain('○ fast (WaitForFirstConsumer)');
    screen.press('left');
    await vi.waitFor(() => expect(screen.frame()).toContain('◉ fast (WaitForFirstConsumer)'), { timeout: 3000 });
    screen.close();
  });

  it('where nobody answers the defaults stand there, and the form says so', async () => {
    const screen = await drawn('tars/configuration', columns, rows, gone);
    // The sentence is as long as the names of six settings, and wrapped.
    expect(screen.frame().replace(/[\s│]+/g, ' ')).toContain('the default stands in for what there is now');
    expect(screen.frame()).toMatch(/redisCacheTtl +3600/);
    screen.close();
  });
});

it('a run wants to be given what could not be read, and a plan says that it stands on defaults', async () => {
  const loaded = loadRun({ playbook: 'tars/configuration', workspace: '/', manifests: 'bundled' });
  const cluster = { kubeconfig: gone, sandbox: false };
  const given = ['redisEnabled', 'redisCacheTtl', 'rateLimitPerMinute', 'enableHttps', 'useAdvancedReranking'].map(
    (name) => ({ name, value: '1', source: 'set' as const }),
  );
  await expect(readRunInputs(loaded, given, cluster, { mustRead: true })).rejects.toMatchObject({
    message: 'What there is now of an input of tars/configuration could not be read',
    evidence: [expect.stringMatching(/^prometheusEnabled: .+/)],
  });
  const { notes, current } = await readRunInputs(loaded, given, cluster, { mustRead: false });
  expect(notes.join('\n')).toContain('the default stands in for what there is now');
  expect(current).toEqual({});
});

it('what a run was asked with stays the same for the playbooks that it calls', () => {
  const current = { 'tars/deploy': { storageClass: 'fast' } };
  const { playbook } = loadRun({ playbook: 'tars/full-deployment', workspace: '/', manifests: 'bundled', current });
  expect(playbook.calls.deploy?.inputs.storageClass?.default).toBe('fast');
  expect(playbook.inputs.storageClass?.default).toBe('');
});
