import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Connection, KubernetesRequest } from '../../src/cluster/connection.ts';
import { readOnly } from '../../src/cluster/read-only.ts';

function recorded() {
  const passed: KubernetesRequest[] = [];
  const streams: string[] = [];
  const pass = (request: KubernetesRequest) => {
    passed.push(request);
    return { status: 200, headers: {}, body: {} };
  };
  const connection = {
    info: { context: 'x', server: '', namespace: 'tars', sandbox: false },
    request: async (request: KubernetesRequest) => pass(request),
    stream: async ({ path }: { path: string }) => streams.push(path),
    lines: (request: KubernetesRequest) => pass(request),
  } as unknown as Connection;
  return { connection: readOnly(connection), passed, streams };
}

const refuses = async (request: KubernetesRequest) => {
  const { connection, passed } = recorded();
  await expect(connection.request(request)).rejects.toThrow('Nothing is changed with --read-only');
  expect(() => connection.lines(request)).toThrow('Nothing is changed with --read-only');
  expect(passed).toEqual([]);
};

const passes = async (request: KubernetesRequest) => {
  const { connection, passed } = recorded();
  await connection.request(request);
  expect(passed).toEqual([request]);
};

describe('a read-only connection', () => {
  it('names what it refuses, a request without a method too', () => {
    const { connection } = recorded();
    const path = '/api/v1/namespaces/a/pods/b/exec';
    expect(() => connection.lines({ path })).toThrow(
      expect.objectContaining({ where: expect.stringMatching(/^GET /) }),
    );
  });

  it('lets reads, dry-runs and questions about one’s own rights through', async () => {
    await passes({ path: '/api/v1/pods' });
    await passes({ method: 'PATCH', path: '/api/v1/namespaces/a/services/b', query: { dryRun: 'All' } });
    await passes({ method: 'POST', path: '/api/v1/namespaces/a/services', query: { dryRun: 'All' } });
    await passes({ method: 'DELETE', path: '/api/v1/namespaces/a', body: { dryRun: ['All'] } });
    await passes({ method: 'POST', path: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews' });
    await passes({ path: '/api/v1/namespaces/a/services/b:80/proxy/health' });
  });

  it('refuses every method that changes something', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('POST' as const, 'PUT' as const, 'PATCH' as const, 'DELETE' as const),
        fc.constantFrom(
          '/api/v1/namespaces',
          '/apis/apps/v1/namespaces/a/deployments/b',
          '/api/v1/namespaces/a/pods/b/eviction',
        ),
        fc.constantFrom(undefined, { dryRun: '' }, { dryRun: undefined }, { force: true }),
        async (method, path, query) => refuses({ method, path, ...(query ? { query } : {}) }),
      ),
    );
  });

  it('refuses what knows of no dry-run, whatever is asked for', async () => {
    const pod = '/api/v1/namespaces/a/pods/b';
    for (const method of ['GET', 'POST'] as const)
      for (const path of [`${pod}/exec`, `${pod}/attach`, `${pod}/portforward`])
        await refuses({ method, path, query: { dryRun: 'All' } });
    await refuses({ method: 'POST', path: `${pod}/proxy/orders`, query: { dryRun: 'All' } });
    await refuses({ method: 'DELETE', path: `${pod}:80/proxy/`, body: { dryRun: ['All'] } });
  });

  it('opens no stream into a pod', async () => {
    const { connection, streams } = recorded();
    for (const below of ['exec', 'attach', 'portforward'])
      await expect(connection.stream({ path: `/api/v1/namespaces/a/pods/b/${below}`, protocols: [] })).rejects.toThrow(
        'Nothing is changed with --read-only',
      );
    expect(streams).toEqual([]);
  });
});
