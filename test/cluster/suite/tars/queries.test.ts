import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { playbookRoots } from '../../../../src/cli/catalog.ts';
import type { Connection } from '../../../../src/cluster/connection.ts';
import { createAsker } from '../../../../src/playbooks/queries/asker.ts';
import { chooseSource } from '../../../../src/playbooks/queries/queries-feed.ts';
import { verdictOf } from '../../../../src/playbooks/queries/query-result.ts';
import { loadSystems } from '../../../../src/systems/system.ts';
import { openStepCluster } from '../../support/steps.ts';
import { listeningPod } from '../../support/streams.ts';

const { cluster, connection } = await openStepCluster();
const { namespace } = connection.info;
const signal = AbortSignal.timeout(60_000);
const queries =
  loadSystems(playbookRoots({ workspace: '/' })).systems.find(({ name }) => name === 'tars')?.queries ?? [];
const as = (sandbox: boolean): Connection => ({ ...connection, info: { ...connection.info, sandbox } });

let close: (() => void) | undefined;
afterEach(() => close?.());

/** A Prometheus that knows these figures, by a word of their query. */
async function fakePrometheus(figures: Record<string, [string, string][]>): Promise<{ url: string; asked: string[] }> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const query = new URL(request.url ?? '', 'http://x').searchParams.get('query') ?? '';
    asked.push(query);
    const now = Date.now() / 1000;
    const points = Object.entries(figures).find(([word]) => query.includes(word))?.[1];
    const values = points?.map(([ago, value]) => [now - Number(ago), value]);
    const result = values ? [{ metric: {}, values }] : [];
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ status: 'success', data: { resultType: 'matrix', result } }));
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  close = () => server.close();
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

beforeAll(async () => {
  await listeningPod(cluster, namespace, 'web');
});

describe('Live queries', () => {
  it('Live queries: the three figures of T.A.R.S. with their course, judged by their targets; NaN and what has ended is no data', async () => {
    const { url, asked } = await fakePrometheus({
      histogram_quantile: [
        ['30', '180'],
        ['15', 'NaN'],
        ['0', '263.5'],
      ],
      cache_hits: [
        ['15', '80'],
        ['0', '81.25'],
      ],
      'status=~': [['600', '4']],
    });
    const { source } = await chooseSource(connection, namespace, url, signal);
    if (!source) throw new Error('none');
    const results = await createAsker({ connection, namespace, queries, source, everyMs: 15_000, signal })();
    expect(results.map(({ title, value }) => [title, value])).toEqual([
      ['P95 latency', 263.5],
      ['Cache hit rate', 81.25],
      ['Error rate', null],
    ]);
    expect(results.map(verdictOf)).toEqual(['missed', 'met', 'unknown']);
    expect(results[0]?.points).toEqual([180, undefined, 263.5]);
    expect(asked.join('\n')).toMatch(/histogram_quantile\(0\.95, sum by \(le\)/);
    expect(asked.join('\n')).toMatch(/> 0\)$/m);
  });

  it('Live queries: a Prometheus is found in the cluster by the labels of its Service; nobody stands in for it there', async () => {
    expect((await chooseSource(as(false), namespace, undefined, signal)).found).toEqual([]);
    expect(await chooseSource(as(true), namespace, undefined, signal)).toEqual({
      source: { kind: 'stand-in' },
      found: [],
    });
    await cluster.post(`/api/v1/namespaces/${namespace}/services`, {
      metadata: { name: 'monitoring', labels: { 'app.kubernetes.io/name': 'prometheus' } },
      spec: { selector: { app: 'web' }, ports: [{ name: 'web', port: 9090, targetPort: 8080 }] },
    });
    const { source } = await chooseSource(as(false), namespace, undefined, signal);
    expect(source).toEqual({ kind: 'service', namespace, name: 'monitoring', port: 9090 });
    if (!source) throw new Error('none');
    const ask = createAsker({ connection: as(false), namespace, queries, source, everyMs: 15_000, signal });
    for (const result of await ask()) expect(result).toMatchObject({ value: null, trouble: expect.any(String) });
  });

  it('Live queries: on the sandbox its own programs are counted, and what cannot be counted is said', async () => {
    const asker = createAsker({
      ...{ connection: as(true), namespace, source: { kind: 'stand-in' }, everyMs: 15_000, signal },
      queries: [
        ...queries.slice(0, 1),
        { title: 'Pods', query: 'x', unit: '', rehearse: { pods: 'ready' } },
        { title: 'Other', query: 'x', unit: '' },
      ],
    });
    const [latency, pods, other] = await asker();
    expect(latency?.trouble).toBe(`There is no Service backend-service in the namespace ${namespace}`);
    expect(pods).toMatchObject({ value: 1, trouble: undefined });
    expect(other?.trouble).toContain('knows no figure');
  });
});
