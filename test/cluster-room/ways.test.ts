import { chmodSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { connect } from '../../src/cluster/connect/connect.ts';
import { chooseContext } from '../../src/cluster/connect/contexts.ts';
import { logInOnTerminal } from '../../src/cluster/connect/credentials.ts';
import { readKubeconfig } from '../../src/cluster/connect/kubeconfig.ts';
import { proxyFor } from '../../src/cluster/connect/proxy.ts';
import type { Connection } from '../../src/cluster/connection.ts';
import { type FakeCluster, json, refuse, startFakeCluster, writeKubeconfig } from '../support/cluster.ts';
import { failure } from './failure.ts';
import { startConnectProxy, startSocksProxy } from './proxies.ts';

let cluster: FakeCluster;
beforeEach(async () => {
  cluster = await startFakeCluster((_, response) => json(response, { gitVersion: 'v1.36.2' }));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await cluster.close();
});

async function opened(kubeconfig: string): Promise<Connection> {
  const connection = await connect({ kubeconfig, sandbox: false });
  onTestFinished(() => connection.close());
  return connection;
}

const version = async (kubeconfig: string) => (await (await opened(kubeconfig)).request({ path: '/version' })).body;

/** The cluster by a name that only a proxy knows; its certificate is made out for 127.0.0.1. */
function farAway(more: Record<string, unknown> = {}): string {
  const file = writeKubeconfig({ server: 'https://api.example.invalid:6443', ca: cluster.ca });
  const config = JSON.parse(readFileSync(file, 'utf8'));
  Object.assign(config.clusters[0].cluster, { 'tls-server-name': '127.0.0.1', ...more });
  writeFileSync(file, JSON.stringify(config));
  return file;
}

const portOf = ({ url }: FakeCluster) => Number(new URL(url).port);

describe('the way to a cluster', () => {
  it('leads through the proxy of HTTPS_PROXY, with TLS inside, and one tunnel serves many requests', async () => {
    const proxy = await startConnectProxy(portOf(cluster));
    onTestFinished(() => proxy.close());
    vi.stubEnv('HTTPS_PROXY', proxy.url);
    const connection = await opened(farAway());
    for (let turn = 0; turn < 3; turn += 1)
      expect((await connection.request({ path: '/version' })).body).toEqual({ gitVersion: 'v1.36.2' });
    expect(proxy.asked).toEqual(['api.example.invalid:6443']);
  });

  it('leads through the proxy-url of the kubeconfig before that of the environment', async () => {
    const [proxy, other] = [await startConnectProxy(portOf(cluster)), await startConnectProxy(1)];
    onTestFinished(() => proxy.close());
    onTestFinished(() => other.close());
    vi.stubEnv('HTTPS_PROXY', other.url);
    expect(await version(farAway({ 'proxy-url': proxy.url }))).toEqual({ gitVersion: 'v1.36.2' });
    expect(other.asked).toEqual([]);
  });

  it('leads through a SOCKS proxy, which resolves the name', async () => {
    const proxy = await startSocksProxy(portOf(cluster));
    onTestFinished(() => proxy.close());
    expect(await version(farAway({ 'proxy-url': proxy.url }))).toEqual({ gitVersion: 'v1.36.2' });
    expect(proxy.asked).toEqual(['api.example.invalid:6443']);
  });

  it('leads past the proxy where NO_PROXY says so', async () => {
    const proxy = await startConnectProxy(portOf(cluster));
    onTestFinished(() => proxy.close());
    vi.stubEnv('HTTPS_PROXY', proxy.url);
    vi.stubEnv('NO_PROXY', 'example.invalid');
    const error = await failure(version(farAway()));
    expect(error.message).toContain('api.example.invalid');
    expect(proxy.asked).toEqual([]);
  });

  it('is trusted by the user’s own authorities, beside those of the kubeconfig', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'tars-console-ca-')), 'own.pem');
    writeFileSync(file, cluster.ca);
    const without = writeKubeconfig({ server: cluster.url });
    expect((await failure(version(without))).message).toContain('not signed by');
    vi.stubEnv('TARS_CONSOLE_CA_FILE', file);
    expect(await version(without)).toEqual({ gitVersion: 'v1.36.2' });
    expect(await version(cluster.kubeconfig)).toEqual({ gitVersion: 'v1.36.2' });
    vi.stubEnv('TARS_CONSOLE_CA_FILE', '/no/such/file');
    expect((await failure(version(without))).where).toBe('/no/such/file');
  });

  it('goes by NO_PROXY as kubectl does', () => {
    const past = (host: string, exception: string) =>
      proxyFor(`https://${host}`, { HTTPS_PROXY: 'http://proxy:3128', NO_PROXY: exception }) === undefined;
    expect(past('example.com', 'example.com')).toBe(true);
    expect(past('a.example.com', 'example.com')).toBe(true);
    expect(past('a.example.com', '*.example.com')).toBe(true);
    // Only what is below it, in both forms.
    expect(past('example.com', '*.example.com')).toBe(false);
    expect(past('example.com', '.example.com')).toBe(false);
    expect(past('[fd00::1]:6443', 'fd00::/8')).toBe(true);
    expect(past('[fe80::1]:6443', 'fd00::/8')).toBe(false);
    expect(past('[fd00::1]:6443', 'fd00:0:0::1')).toBe(true);
    expect(past('[fd00::1]:6443', '[fd00::1]:443')).toBe(false);
    expect(past('10.1.2.3:6443', '10.1.2.3:6443')).toBe(true);
    expect(past('10.1.2.3', '10.1.2.0/99')).toBe(false);
    expect(past('[::1]:6443', '')).toBe(true);
    expect(proxyFor('https://a', { HTTPS_PROXY: '', https_proxy: 'http://low:1' })).toBe('http://low:1');
  });
});

describe('a plugin that logs in', () => {
  function plugin(script: string, more: Record<string, unknown> = {}): Record<string, unknown> {
    const file = join(mkdtempSync(join(tmpdir(), 'tars-console-plugin-')), 'login');
    writeFileSync(file, `#!/bin/sh\n${script}\n`);
    chmodSync(file, 0o700);
    return { exec: { apiVersion: 'client.authentication.k8s.io/v1', command: file, ...more } };
  }
  const by = (user: Record<string, unknown>) => writeKubeconfig({ server: cluster.url, ca: cluster.ca, user });
  const credential = (status: object) => `echo '${JSON.stringify({ kind: 'ExecCredential', status })}'`;

  it('is run again when its token has expired, in the middle of a run too', async () => {
    const log = join(mkdtempSync(join(tmpdir(), 'tars-console-plugin-')), 'log');
    const soon = credential({ token: 'short', expirationTimestamp: '2001-01-01T00:00:00Z' });
    const connection = await opened(by(plugin(`echo run >> ${log}; ${soon}`)));
    for (let turn = 0; turn < 3; turn += 1) await connection.request({ path: '/version' });
    expect(readFileSync(log, 'utf8').split('\n').length - 1).toBeGreaterThanOrEqual(3);
  });

  it('that counts for ever is asked once, until the cluster refuses what it gave', async () => {
    const log = join(mkdtempSync(join(tmpdir(), 'tars-console-plugin-')), 'log');
    const kubeconfig = by(plugin(`echo run >> ${log}; ${credential({ token: 'ever' })}`));
    const connection = await opened(kubeconfig);
    await version(kubeconfig);
    expect(readFileSync(log, 'utf8')).toBe('run\n');
    cluster.handle((_, response) => refuse(response, 401, 'Unauthorized', 'Unauthorized'));
    const error = await failure(connection.request({ path: '/version' }));
    expect(error.next[0]).toMatch(/^Log in again: the kubeconfig asks .*login for the token$/);
    expect(readFileSync(log, 'utf8')).toBe('run\nrun\n');
  });

  it('reads nothing where nobody is, and waits for nobody', async () => {
    const user = plugin(`read line; ${credential({ token: 'x' })}`);
    expect(await version(by(user))).toEqual({ gitVersion: 'v1.36.2' });
  });

  it('that must ask a person does so before the screen, and a connection of the screen uses what it gave', async () => {
    const log = join(mkdtempSync(join(tmpdir(), 'tars-console-plugin-')), 'log');
    const script = `echo "$KUBERNETES_EXEC_INFO" > ${log}; ${credential({ token: 'asked' })}`;
    const kubeconfig = by(plugin(script, { interactiveMode: 'Always' }));
    const error = await failure(version(kubeconfig));
    expect(error.message).toContain('wants to ask a person on the terminal');
    expect(error.next[0]).toContain('--context fake');
    const config = readKubeconfig(kubeconfig);
    await logInOnTerminal(config, chooseContext(config, { sandbox: false }));
    expect(JSON.parse(readFileSync(log, 'utf8')).spec).toEqual({ interactive: true });
    expect(await version(kubeconfig)).toEqual({ gitVersion: 'v1.36.2' });
    expect(cluster.requests.at(-1)?.headers.authorization).toBe('Bearer asked');
  });

  it('shows no half of a token where it prints something else', async () => {
    const error = await failure(version(by(plugin('echo secret-token-and-no-json'))));
    expect(error.evidence).toEqual(['What it printed is no ExecCredential']);
    expect(JSON.stringify(error)).not.toContain('secret-token');
  });
});

describe('an auth provider', () => {
  const by = (user: Record<string, unknown>) => writeKubeconfig({ server: cluster.url, ca: cluster.ca, user });

  it('of OIDC gives its token', async () => {
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const idToken = `${part({ alg: 'none' })}.${part({ exp: 4_000_000_000 })}.x`;
    const config = {
      'id-token': idToken,
      'client-id': 'c',
      'idp-issuer-url': 'https://id.invalid',
      'refresh-token': 'r',
    };
    expect(await version(by({ 'auth-provider': { name: 'oidc', config } }))).toEqual({ gitVersion: 'v1.36.2' });
    expect(cluster.requests[0]?.headers.authorization).toBe(`Bearer ${idToken}`);
  });

  it('that Kubernetes has taken away is refused with what takes its place', async () => {
    const error = await failure(connect({ kubeconfig: by({ 'auth-provider': { name: 'gcp' } }), sandbox: false }));
    expect(error.message).toContain('"gcp", which Kubernetes has taken away');
    expect(error.next[0]).toContain('gke-gcloud-auth-plugin');
  });
});
