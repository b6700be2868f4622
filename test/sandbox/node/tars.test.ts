import { Agent, request } from 'undici';
import { afterEach, expect, test, vi } from 'vitest';
import type { Pod } from '../../../src/sandbox/node/pod.ts';
import { startWholeSandbox } from '../../support/whole-sandbox.ts';
import { applyTars } from './apply-tars.ts';

let stops: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const stop of stops) await stop();
  stops = [];
});
const soon = { timeout: 15_000, interval: 50 };

test('the applied manifests become seven ready pods that answer through Service and Ingress, and can be removed', async () => {
  const { client, server, close } = await startWholeSandbox(50);
  const dispatcher = new Agent({ connect: { ca: server.ca } });
  stops.push(() => dispatcher.close(), close);
  await applyTars(client);
  const pods = async () => (await client.get<{ items: Pod[] }>('/api/v1/namespaces/tars/pods')).items;
  const isReady = (pod: Pod) => pod.status?.conditions?.some((one) => one.type === 'Ready' && one.status === 'True');
  await vi.waitFor(async () => expect((await pods()).filter(isReady)).toHaveLength(7), soon);

  const service = await client.get('/api/v1/namespaces/tars/services/backend-service');
  const { 8000: url } = JSON.parse(service.metadata.annotations?.['tars-console.dev/published'] ?? '{}');
  const asked = performance.now();
  const answer = await request(`${url}/rag/query?q=why`);
  // The sandbox's speed shortens the start-up, never an answer.
  expect(performance.now() - asked).toBeGreaterThan(60);
  expect(answer.headers['x-cache']).toBe('MISS');
  expect(await answer.body.json()).toMatchObject({ query: 'why', cached: false });

  const ingress = await client.get('/apis/networking.k8s.io/v1/namespaces/tars/ingresses/tars-ingress');
  const { 80: front } = JSON.parse(ingress.metadata.annotations?.['tars-console.dev/published'] ?? '{}');
  const health = await request(`${front}/health`, { headers: { host: 'tars.local' } });
  expect(await health.body.json()).toMatchObject({ status: 'healthy', service: 'T.A.R.S. Backend' });

  const proxied = '/api/v1/namespaces/tars/services/backend-service:8000/proxy/ready';
  expect(await client.get(proxied)).toMatchObject({ status: 'ready' });
  const backend = (await pods()).find((pod) => pod.metadata.labels?.app === 'tars-backend');
  const log = await request(`${server.url}/api/v1/namespaces/tars/pods/${backend?.metadata.name}/log`, {
    dispatcher,
    headers: { authorization: `Bearer ${server.token}` },
  });
  expect(await log.body.text()).toContain('Application startup complete.');
  await vi.waitFor(async () => {
    const metrics = '/apis/metrics.k8s.io/v1beta1/namespaces/tars/pods';
    expect((await client.get<{ items: unknown[] }>(metrics)).items).toHaveLength(7);
  }, soon);

  await client.remove('/api/v1/namespaces/tars');
  await vi.waitFor(() => expect(client.get('/api/v1/namespaces/tars')).rejects.toMatchObject({ status: 404 }), soon);
  await expect(request(`${url}/health`)).rejects.toThrow();
}, 40_000);
