import { request } from 'undici';
import { expect, test, vi } from 'vitest';
import { route } from '../../../src/sandbox/node/ingress.ts';
import { createRequestLimiter, requestLimits } from '../../../src/sandbox/node/request-limit.ts';
import { startTestNodes } from './cluster-of-nodes.ts';

const soon = { timeout: 5000, interval: 10 };
const published = 'tars-console.dev/published';
type Nodes = Awaited<ReturnType<typeof startTestNodes>>;

async function readyPods(nodes: Nodes, names: string[]): Promise<{ ip: string; port: number }[]> {
  for (const name of names)
    await nodes.addPod(name, { ports: [{ containerPort: 80 }], readinessProbe: { httpGet: { port: 80 } } });
  await vi.waitFor(() => {
    for (const name of names)
      expect(nodes.pod(name)?.status?.conditions).toContainEqual(
        expect.objectContaining({ type: 'Ready', status: 'True' }),
      );
  }, soon);
  return names.map((name) => ({ ip: nodes.pod(name)?.status?.podIP ?? '', port: 80 }));
}

async function urlOf(nodes: Nodes, path: string, port: string): Promise<string> {
  return vi.waitFor(() => {
    const text = nodes.api.get(path)?.metadata.annotations?.[published];
    expect(text).toBeDefined();
    return JSON.parse(text ?? '{}')[port] as string;
  }, soon);
}

test('a published Service is balanced over its ready endpoints, and follows their changes at once', async () => {
  const nodes = await startTestNodes();
  const targets = await readyPods(nodes, ['a', 'b', 'c']);
  nodes.addService('web', 8000, targets);
  const url = await urlOf(nodes, '/api/v1/namespaces/tars/services/web', '8000');
  const ask = async () => (await request(url)).body.text();
  const seen = async () => new Set(await Promise.all(Array.from({ length: 40 }, ask)));
  expect([...(await seen())].sort()).toEqual(['a\n', 'b\n', 'c\n']);
  nodes.setEndpoints(
    'web',
    targets.map((target, index) => ({ ...target, ready: index === 1 })),
  );
  await vi.waitFor(async () => expect([...(await seen())]).toEqual(['b\n']), soon);
  nodes.setEndpoints('web', []);
  await vi.waitFor(async () => expect((await request(url)).statusCode).toBe(503), soon);
});

test('a Service that is deleted is no longer published', async () => {
  const nodes = await startTestNodes();
  nodes.addService('web', 80, []);
  const url = await urlOf(nodes, '/api/v1/namespaces/tars/services/web', '80');
  expect((await request(url)).statusCode).toBe(503);
  nodes.api.drop('/api/v1/namespaces/tars/services/web');
  await vi.waitFor(() => expect(request(url)).rejects.toThrow(), soon);
});

test('a request that is under way when its container dies is cut, not left hanging', async () => {
  const nodes = await startTestNodes();
  const settings = { JWT_SECRET: 'x', POSTGRES_PASSWORD: 'p', REDIS_ENABLED: 'false' };
  const env = Object.entries(settings).map(([name, value]) => ({ name, value }));
  await nodes.addPod('db', {
    image: 'postgres:17',
    env: [...env, { name: 'POSTGRES_USER', value: 'tars_user' }, { name: 'POSTGRES_DB', value: 'tars_analytics' }],
  });
  await vi.waitFor(() => expect(nodes.pod('db')?.status?.phase).toBe('Running'), soon);
  nodes.addService('postgres-service', 5432, [{ ip: nodes.pod('db')?.status?.podIP ?? '', port: 5432 }]);
  await nodes.addPod('app', {
    image: 'tars-backend:1',
    env,
    readinessProbe: { httpGet: { path: '/health', port: 8000 } },
  });
  await vi.waitFor(
    () =>
      expect(nodes.pod('app')?.status?.conditions).toContainEqual(
        expect.objectContaining({ type: 'Ready', status: 'True' }),
      ),
    soon,
  );
  nodes.addService('app', 8000, [{ ip: nodes.pod('app')?.status?.podIP ?? '', port: 8000 }]);
  const url = await urlOf(nodes, '/api/v1/namespaces/tars/services/app', '8000');
  expect((await request(`${url}/rag/query?q=before`)).statusCode).toBe(200);
  const cut = expect(request(`${url}/rag/query?q=during`)).rejects.toThrow();
  await vi.waitFor(
    async () => expect(await (await request(`${url}/metrics`)).body.text()).toMatch(/^tars_active_connections 1$/m),
    soon,
  );
  await nodes.api.client.remove(nodes.path('app'), { gracePeriodSeconds: 0 });
  await cut;
});

test('an Ingress answers by host and path, limits by address, and says where it is', async () => {
  const nodes = await startTestNodes();
  nodes.addService('web', 80, await readyPods(nodes, ['a']));
  const path = '/apis/networking.k8s.io/v1/namespaces/tars/ingresses/front';
  nodes.api.put(path, {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name: 'front', namespace: 'tars', annotations: { 'nginx.ingress.kubernetes.io/limit-rps': '2' } },
    spec: {
      ingressClassName: 'nginx',
      rules: [
        {
          host: 'tars.local',
          http: {
            paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: 'web', port: { number: 80 } } } }],
          },
        },
      ],
    },
  });
  const url = await urlOf(nodes, path, '80');
  const ask = async (host: string) => (await request(url, { headers: { host } })).statusCode;
  expect(await ask('other.local')).toBe(404);
  expect(await ask('tars.local')).toBe(200);
  const statuses = await Promise.all(Array.from({ length: 30 }, () => ask('tars.local')));
  expect(statuses.filter((status) => status === 429).length).toBeGreaterThan(10);
  expect(nodes.api.get(path)?.status).toMatchObject({ loadBalancer: { ingress: [{ ip: '127.0.0.1' }] } });
});

test('limit-rps lets five times the rate through at once and the rate after that', () => {
  const allow = createRequestLimiter(requestLimits({ 'nginx.ingress.kubernetes.io/limit-rps': '100' }));
  const count = (from: number, ms: number, each: number) => {
    let passed = 0;
    for (let at = from; at < from + ms; at += each) if (allow('10.0.0.1', at)) passed += 1;
    return passed;
  };
  // 208 a second: the burst of 500 lasts 4.6 s, then 100 a second pass.
  expect(count(0, 10_000, 1000 / 208)).toBeGreaterThanOrEqual(1499);
  expect(count(10_000, 10_000, 1000 / 208)).toBeGreaterThanOrEqual(999);
  expect(count(20_000, 10_000, 1000 / 208)).toBeLessThanOrEqual(1001);
  expect(allow('10.0.0.2', 30_000)).toBe(true);
});

test('the longest path wins, whole elements only, and a wildcard stands for one label', () => {
  const backend = (name: string) => ({ service: { name, port: { number: 80 } } });
  const ingress = {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name: 'x' },
    spec: {
      rules: [
        {
          host: 'a.local',
          http: {
            paths: [
              { path: '/', pathType: 'Prefix', backend: backend('root') },
              { path: '/api', pathType: 'Prefix', backend: backend('api') },
              { path: '/api', pathType: 'Exact', backend: backend('exact') },
            ],
          },
        },
        { host: '*.b.local', http: { paths: [{ path: '/', pathType: 'Prefix', backend: backend('wild') }] } },
      ],
    },
  };
  const to = (host: string, path: string) => route(ingress, host, path)?.service?.name;
  expect([to('a.local:80', '/api'), to('a.local', '/api/x'), to('a.local', '/apis')]).toEqual(['exact', 'api', 'root']);
  expect([to('x.b.local', '/'), to('x.y.b.local', '/'), to('b.local', '/')]).toEqual(['wild', undefined, undefined]);
});
