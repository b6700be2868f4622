import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { connect } from '../../src/cluster/connect/connect.ts';
import type { Connection } from '../../src/cluster/connection.ts';
import { type FakeCluster, json, refuse, startFakeCluster, writeKubeconfig } from '../support/cluster.ts';
import { failure } from './failure.ts';

let cluster: FakeCluster | undefined;
let connection: Connection | undefined;

afterEach(async () => {
  connection?.close();
  await cluster?.close();
  cluster = undefined;
});

describe('credentials', () => {
  function plugin(script: string): Record<string, unknown> {
    const file = join(mkdtempSync(join(tmpdir(), 'tars-console-plugin-')), 'login');
    writeFileSync(file, `#!/bin/sh\n${script}\n`);
    chmodSync(file, 0o700);
    return { exec: { apiVersion: 'client.authentication.k8s.io/v1', command: file } };
  }

  it('come from an exec plugin, which runs once for parallel requests and again after a 401', async () => {
    const log = join(mkdtempSync(join(tmpdir(), 'tars-console-plugin-')), 'log');
    const user = plugin(
      `echo "$KUBERNETES_EXEC_INFO" >> ${log}; n=$(wc -l < ${log} | tr -d ' '); ` +
        `echo '{"kind":"ExecCredential","status":{"token":"token-'$n'","expirationTimestamp":"2999-01-01T00:00:00Z"}}'`,
    );
    let accepted = 'Bearer token-1';
    cluster = await startFakeCluster((request, response) =>
      request.headers.authorization === accepted
        ? json(response, {})
        : refuse(response, 401, 'Unauthorized', 'Unauthorized'),
    );
    const kubeconfig = writeKubeconfig({ server: cluster.url, ca: cluster.ca, user });
    connection = await connect({ kubeconfig, sandbox: false });
    await Promise.all([1, 2, 3].map(() => connection?.request({ path: '/version' })));
    accepted = 'Bearer token-2';
    await connection.request({ path: '/version' });
    expect(cluster.requests.map((request) => request.headers.authorization)).toEqual([
      'Bearer token-1',
      'Bearer token-1',
      'Bearer token-1',
      'Bearer token-1',
      'Bearer token-2',
    ]);
  });

  it('that a plugin refuses are a Problem with what it said', async () => {
    const kubeconfig = writeKubeconfig({
      server: 'https://127.0.0.1:1',
      user: plugin('echo "session has expired" >&2; exit 1'),
    });
    const error = await failure(connect({ kubeconfig, sandbox: false }));
    expect(error.evidence).toEqual(['session has expired']);
    expect(error.next[0]).toContain('Log in again');
  });
});

describe('a proxy', () => {
  it('that the kubeconfig names is asked for the way', async () => {
    const asked: string[] = [];
    const proxy = createServer();
    proxy.on('connect', (request, socket) => {
      asked.push(request.url ?? '');
      socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const { port } = proxy.address() as AddressInfo;
    process.env.HTTPS_PROXY = `http://127.0.0.1:${port}`;
    try {
      const kubeconfig = writeKubeconfig({ server: 'https://cluster.invalid:6443' });
      connection = await connect({ kubeconfig, sandbox: false });
      await failure(connection.request({ path: '/version' }));
      expect(asked).toEqual(['cluster.invalid:6443']);
    } finally {
      delete process.env.HTTPS_PROXY;
      proxy.close();
    }
  });
});
