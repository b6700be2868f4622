import { expect, test, vi } from 'vitest';
import type { LogRequest } from '../../../src/sandbox/api/delegates.ts';
import { formatLine, selectLines } from '../../../src/sandbox/node/logs.ts';
import { startTestNodes } from './cluster-of-nodes.ts';

const soon = { timeout: 5000, interval: 10 };
type Nodes = Awaited<ReturnType<typeof startTestNodes>>;

const logRequest = (pod: string, more: Partial<LogRequest> = {}): LogRequest => ({
  namespace: 'tars',
  pod,
  container: 'main',
  follow: false,
  previous: false,
  timestamps: false,
  tailLines: undefined,
  sinceSeconds: undefined,
  sinceTime: undefined,
  limitBytes: undefined,
  signal: new AbortController().signal,
  ...more,
});

async function readAll(nodes: Nodes, request: LogRequest): Promise<string> {
  let text = '';
  for await (const part of (await nodes.nodes.delegates.readLogs?.(request)) ?? []) text += part;
  return text;
}

async function runningPod(nodes: Nodes, name: string, image: string, annotations = {}) {
  await nodes.addPod(name, { image, ports: [{ containerPort: 80 }] }, {}, annotations);
  await vi.waitFor(() => expect(nodes.pod(name)?.status?.phase).toBe('Running'), soon);
}

test('a log is read, its last lines alone, and with times', async () => {
  const nodes = await startTestNodes();
  await runningPod(nodes, 'cache', 'redis:8');
  await vi.waitFor(async () => expect(await readAll(nodes, logRequest('cache'))).toContain('Ready to accept'), soon);
  expect((await readAll(nodes, logRequest('cache', { tailLines: 1 }))).split('\n')).toHaveLength(2);
  expect(await readAll(nodes, logRequest('cache', { timestamps: true }))).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]{18}Z 1:M/);
});

test('a followed log brings new lines and ends with its container', async () => {
  const nodes = await startTestNodes();
  await runningPod(nodes, 'web', 'web:1');
  const text = readAll(nodes, logRequest('web', { follow: true }));
  await vi.waitFor(async () => expect(await readAll(nodes, logRequest('web'))).not.toBe(''), soon);
  await nodes.api.client.remove(nodes.path('web'));
  expect(await text).toBe('started main (a stand-in)\n');
});

test('a follower that goes away ends its reading', async () => {
  const nodes = await startTestNodes();
  await runningPod(nodes, 'web', 'web:1');
  const ending = new AbortController();
  const text = readAll(nodes, logRequest('web', { follow: true, signal: ending.signal }));
  ending.abort();
  expect(await text).toMatch(/^(started main \(a stand-in\)\n)?$/);
});

test('the log of a container that never ran is refused with its reason', async () => {
  const nodes = await startTestNodes();
  await nodes.addPod('web', { image: 'does-not-exist:1' });
  await vi.waitFor(() => expect(nodes.events('BackOff')).not.toHaveLength(0), soon);
  await expect(readAll(nodes, logRequest('web'))).rejects.toMatchObject({
    status: 400,
    message: 'container "main" in pod "web" is waiting to start: trying and failing to pull image',
  });
  await expect(readAll(nodes, logRequest('web', { previous: true }))).rejects.toMatchObject({ status: 400 });
});

test('the run before a crash keeps its log', async () => {
  const nodes = await startTestNodes();
  await nodes.addPod('web', {}, {}, { 'tars-console.dev/outcome': 'crash' });
  await vi.waitFor(
    async () => expect(await readAll(nodes, logRequest('web', { previous: true }))).toContain('fatal: asked to crash'),
    soon,
  );
});

test('lines are chosen by age and bytes', () => {
  const lines = [1000, 2000, 3000].map((at) => ({ at, text: `line ${at}` }));
  expect(selectLines(lines, { sinceSeconds: 1 }, 3000)).toBe('line 2000\nline 3000\n');
  expect(selectLines(lines, { sinceTime: 3000 }, 9000)).toBe('line 3000\n');
  expect(selectLines(lines, { limitBytes: 6 }, 9000)).toBe('line 1');
  expect(selectLines(lines, { tailLines: 0 }, 9000)).toBe('');
  expect(formatLine({ at: 0, text: 'x' }, true)).toBe('1970-01-01T00:00:00.000000000Z x\n');
});

test('pods are measured after a window, filtered by namespace and label; nodes sum them up', async () => {
  const nodes = await startTestNodes(300);
  await runningPod(nodes, 'one', 'redis:8');
  await runningPod(nodes, 'two', 'redis:8');
  const api = nodes.nodes.delegates.aggregated?.['metrics.k8s.io/v1beta1'];
  const list = async (path: string, query = '') =>
    (await api?.get(path, new URLSearchParams(query)))?.body as {
      kind: string;
      items: { metadata: { name: string }; window: string; containers: { usage: { cpu: string; memory: string } }[] }[];
    };
  await vi.waitFor(async () => expect((await list('/namespaces/tars/pods')).items).toHaveLength(2), soon);
  const [one] = (await list('/pods', 'labelSelector=app=one')).items;
  // Redis uses 3 thousandths of a core when nobody asks it anything.
  expect(Number.parseInt(one?.containers[0]?.usage.cpu ?? '', 10) / 1e6).toBeCloseTo(3, 1);
  expect(one?.containers[0]?.usage.memory).toBe('9216Ki');
  expect(one?.window).toMatch(/^0\.0\d\ds$/);
  expect((await list('/namespaces/other/pods')).items).toEqual([]);
  expect((await list('/nodes')).items.map((node) => node.metadata.name)).toEqual(['node-1', 'node-2']);
  expect((await api?.get('/namespaces/tars/pods/none', new URLSearchParams()))?.status).toBe(404);
});

test('a container that goes over its memory limit is killed', async () => {
  const nodes = await startTestNodes(300);
  await nodes.addPod('web', { image: 'redis:8', resources: { limits: { memory: '8Mi' } } });
  await vi.waitFor(() => {
    const [status] = (nodes.pod('web')?.status?.containerStatuses ?? []) as { lastState: unknown }[];
    expect(status?.lastState).toMatchObject({ terminated: { exitCode: 137, reason: 'OOMKilled' } });
  }, soon);
});

test("the server's proxies reach a Service and a pod, and say why not", async () => {
  const nodes = await startTestNodes();
  await runningPod(nodes, 'web', 'web:1');
  const { proxyService, proxyPod } = nodes.nodes.delegates;
  const call = { namespace: 'tars', method: 'GET', path: '/', headers: {}, body: Buffer.alloc(0) };
  const to = (name: string, port: string) => ({ ...call, name, port, signal: new AbortController().signal });
  await vi.waitFor(async () => expect((await proxyPod?.(to('web', '')))?.body).toBe('web\n'), soon);
  nodes.addService('front', 8000, []);
  await vi.waitFor(() => expect(proxyService?.(to('front', '8000'))).rejects.toMatchObject({ status: 503 }), soon);
  nodes.setEndpoints('front', [{ ip: nodes.pod('web')?.status?.podIP ?? '', port: 80 }]);
  await vi.waitFor(async () => expect((await proxyService?.(to('front', '')))?.body).toBe('web\n'), soon);
  await expect(proxyService?.(to('front', '9'))).rejects.toMatchObject({ status: 503 });
  await expect(proxyService?.(to('back', '9'))).rejects.toMatchObject({ status: 404 });
});
