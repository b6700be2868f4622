import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { connect } from '../../src/cluster/connect/connect.ts';
import type { Connection } from '../../src/cluster/connection.ts';
import { KubernetesError } from '../../src/cluster/kubernetes-error.ts';
import { type FakeCluster, json, refuse, startFakeCluster, stream, writeKubeconfig } from '../support/cluster.ts';
import { failure } from './failure.ts';

let cluster: FakeCluster | undefined;
let connection: Connection | undefined;

afterEach(async () => {
  connection?.close();
  await cluster?.close();
  cluster = undefined;
});

async function open(handler: Parameters<typeof startFakeCluster>[0]): Promise<Connection> {
  cluster = await startFakeCluster(handler);
  connection = await connect({ kubeconfig: cluster.kubeconfig, sandbox: false });
  return connection;
}

describe('a request', () => {
  it('carries token and query, and is counted', async () => {
    const opened = await open((_, response) => json(response, { ok: true }));
    const { body } = await opened.request<{ ok: boolean }>({ path: '/api/v1/pods', query: { limit: 5 } });
    expect(body).toEqual({ ok: true });
    expect(cluster?.requests[0]).toMatchObject({ headers: { authorization: 'Bearer a-token' } });
    expect(cluster?.requests[0]?.query.get('limit')).toBe('5');
    expect(opened.requestRate()).toBeGreaterThan(0);
    expect(opened.info).toMatchObject({ context: 'fake', namespace: 'tars', sandbox: false });
  });

  it('uses one connection for many and reads gzip', async () => {
    const opened = await open((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' });
      response.end(gzipSync(JSON.stringify({ big: 'x'.repeat(5000) })));
      return true;
    });
    for (let turn = 0; turn < 5; turn += 1) {
      const { body } = await opened.request<{ big: string }>({ path: '/api/v1/pods' });
      expect(body.big).toHaveLength(5000);
    }
    expect(cluster?.connections()).toBe(1);
  });

  it('may be one of many with one signal, without a warning of a leak', async () => {
    const warnings: Error[] = [];
    const onWarning = (warning: Error) => warnings.push(warning);
    process.on('warning', onWarning);
    const opened = await open((_, response) => json(response, {}));
    const { signal } = new AbortController();
    await Promise.all(Array.from({ length: 20 }, () => opened.request({ path: '/version', signal })));
    process.off('warning', onWarning);
    expect(warnings).toEqual([]);
  });

  it('is sent again when the kept connection had gone away', async () => {
    const opened = await open((_, response) => json(response, {}));
    await opened.request({ path: '/version' });
    cluster?.cut();
    await opened.request({ path: '/version' });
    expect(cluster?.requests).toHaveLength(2);
  });

  it('waits as Retry-After says and asks again', async () => {
    let turns = 0;
    const opened = await open((_, response) => {
      turns += 1;
      if (turns < 3) return refuse(response, 429, 'TooManyRequests', 'slow down', { headers: { 'retry-after': '0' } });
      return json(response, { turns });
    });
    expect((await opened.request({ path: '/api/v1/pods' })).body).toEqual({ turns: 3 });
  });

  it('leaves what a Service behind the proxy answers to the caller', async () => {
    const opened = await open((_, response) => json(response, { error: 'busy' }, 429, { 'retry-after': '0' }));
    const error = await failure(opened.request({ path: '/api/v1/namespaces/tars/services/b:1/proxy/x' }));
    expect(error).toBeInstanceOf(KubernetesError);
    expect((error as KubernetesError).answer?.body).toEqual({ error: 'busy' });
    expect(cluster?.requests).toHaveLength(1);
  });

  it('says what to do when a right is missing', async () => {
    const message = 'pods is forbidden: User "eve" cannot list resource "pods" in API group "" in the namespace "tars"';
    const opened = await open((_, response) => refuse(response, 403, 'Forbidden', message));
    const error = await failure(opened.request({ path: '/api/v1/namespaces/tars/pods' }));
    expect(error.message).toBe(message);
    expect(error.next.at(-1)).toMatch(/^kubectl --kubeconfig \S+ --context \S+ auth can-i list pods -n tars$/);
  });

  it('says to log in again when the token has expired', async () => {
    const opened = await open((_, response) => refuse(response, 401, 'Unauthorized', 'Unauthorized'));
    const error = await failure(opened.request({ path: '/version' }));
    expect(error.message).toContain('does not accept the credentials');
    expect(error.next[0]).toContain('Log in again');
  });

  it('names a timeout', async () => {
    const opened = await open(() => true);
    const error = await failure(opened.request({ path: '/version', timeoutMs: 100 }));
    expect(error.message).toBe('No answer from 127.0.0.1 within 0.1 s');
  });

  it('does not take half an answer for a whole one', async () => {
    const opened = await open((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
      response.write('{"items": [');
      setImmediate(() => response.destroy());
      return true;
    });
    const error = await failure(opened.request({ path: '/api/v1/pods' }));
    expect(error.message).toContain('broke off');
  });

  it('says that JSON was malformed', async () => {
    const opened = await open((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"items": [');
      return true;
    });
    const error = await failure(opened.request({ path: '/api/v1/pods' }));
    expect(error.message).toContain('JSON that cannot be read');
  });

  it('ends at once when it is aborted', async () => {
    const opened = await open(() => true);
    const controller = new AbortController();
    const request = opened.request({ path: '/version', signal: controller.signal });
    controller.abort();
    await expect(request).rejects.toThrow(/abort/i);
  });
});

describe('a stream of lines', () => {
  it('gives lines across chunk borders and ends with the server', async () => {
    const opened = await open((_, response) => {
      const answer = stream(response);
      answer.raw('eins\nzw');
      setImmediate(() => {
        answer.raw('ei\ndr\u00e4i');
        answer.end();
      });
      return true;
    });
    const lines: string[] = [];
    for await (const line of opened.lines({ path: '/x' })) lines.push(line);
    expect(lines).toEqual(['eins', 'zwei', 'dräi']);
  });

  it('ends quietly when it is aborted, and throws when it is cut', async () => {
    const opened = await open((_, response) => {
      stream(response).send({ n: 1 });
      return true;
    });
    const controller = new AbortController();
    for await (const line of opened.lines({ path: '/x', signal: controller.signal })) {
      expect(line).toBe('{"n":1}');
      controller.abort();
    }
    const cut = (async () => {
      for await (const _ of opened.lines({ path: '/x' })) cluster?.cut();
    })();
    expect((await failure(cut)).message).toContain('broke off');
  });
});

describe('no answer', () => {
  it('names the address when nothing listens', async () => {
    const fake = await startFakeCluster();
    await fake.close();
    connection = await connect({ kubeconfig: fake.kubeconfig, sandbox: false });
    const error = await failure(connection.request({ path: '/version' }));
    expect(error.message).toMatch(/^Nothing listens at 127\.0\.0\.1 port \d+$/);
    expect(error.next.length).toBeGreaterThan(0);
  });

  it('names an authority that did not sign the certificate', async () => {
    cluster = await startFakeCluster();
    connection = await connect({ kubeconfig: writeKubeconfig({ server: cluster.url }), sandbox: false });
    const error = await failure(connection.request({ path: '/version' }));
    expect(error.message).toContain('certificate authority');
  });

  it('names a host that does not resolve', async () => {
    const kubeconfig = writeKubeconfig({ server: 'https://no-such-host.invalid:6443' });
    connection = await connect({ kubeconfig, sandbox: false });
    const error = await failure(connection.request({ path: '/version' }));
    expect(error.message).toMatch(/no-such-host\.invalid/);
  });
});
