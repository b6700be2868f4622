import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import type { LoadSample } from '../../src/load/sample.ts';
import { loadStep } from '../../src/playbooks/steps/load.ts';
import { type BenchOptions, openBench } from '../playbooks/steps/context.ts';

let closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing) await close();
  closing = [];
});

const scenario = `
title: Short load
open: { rate: 40 }
sustained: 1s
warm-up: 0s
drain: 1s
connections: 10
target: { service: 'web:8000' }
`;
const targets = [
  { title: 'No errors', expect: 'metrics.errorRate == 0.0', observed: 'few' },
  { title: 'Ten thousand a second', expect: 'metrics.rps >= 10000.0', observed: 'fewer' },
];

async function open(options: BenchOptions = {}) {
  const bench = await openBench({ ...options, files: { 'short.yaml': scenario } });
  closing.push(bench.close);
  return bench;
}

test('a load goes to where the Service is published and is judged by the system’s targets', async () => {
  const server = createServer((_, response) => response.end('ok')).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  closing.push(() => server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { context, api, asked } = await open({ scope: { system: { namespace: 'tars', targets } } });
  const annotations = { 'tars-console.dev/published': JSON.stringify({ 8000: url }) };
  await api.client.create('/api/v1/namespaces/tars/services', {
    metadata: { name: 'web', annotations },
    spec: { ports: [{ port: 8000 }] },
  });
  const samples: unknown[] = [];
  const config = { load: { scenario: 'short.yaml', rate: 60, duration: '1s' } };
  const result = await loadStep.run(config, { ...context, sample: (sample) => void samples.push(sample) });
  expect(asked).toEqual([]);
  expect(samples.length).toBeGreaterThan(2);
  expect(result.status).toBe('not-met');
  expect(result.findings?.map(({ title, level }) => [title, level])).toEqual([
    ['No errors', 'ok'],
    ['Ten thousand a second', 'fatal'],
  ]);
  expect(result.outputs).toMatchObject({ requests: 60, errorRate: 0, load: { loop: 'open', stopped: false } });
  expect(await loadStep.equivalent(config, context)).toEqual(['tars-console load tars/short --rate 60 --duration 1s']);
});

test('a load that leaves this machine waits for its host to be typed', async () => {
  const { context, asked } = await open({ typed: 'elsewhere' });
  const config = { load: { scenario: 'short.yaml', url: 'http://192.0.2.1:8000' } };
  await expect(loadStep.run(config, context)).rejects.toThrow('is not the host that this load goes to');
  expect(asked).toMatchObject([{ kind: 'typed', expect: '192.0.2.1' }]);
});

test('its samples say how many pods stood ready behind the Service', async () => {
  const server = createServer((_, response) => response.end('ok')).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  closing.push(() => server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { context, api } = await open({ scope: { system: { namespace: 'tars', targets: [] } } });
  const annotations = { 'tars-console.dev/published': JSON.stringify({ 8000: url }) };
  await api.client.create('/api/v1/namespaces/tars/services', {
    metadata: { name: 'web', annotations },
    spec: { ports: [{ port: 8000 }] },
  });
  const endpoint = (address: string, ready: boolean) => ({ addresses: [address], conditions: { ready } });
  await api.client.create('/apis/discovery.k8s.io/v1/namespaces/tars/endpointslices', {
    metadata: { name: 'web-1', labels: { 'kubernetes.io/service-name': 'web' } },
    addressType: 'IPv4',
    endpoints: [endpoint('10.0.0.1', true), endpoint('10.0.0.2', true), endpoint('10.0.0.3', false)],
    ports: [{ port: 8000 }],
  });
  const samples: LoadSample[] = [];
  const config = { load: { scenario: 'short.yaml', rate: 20, duration: '1s' } };
  await loadStep.run(config, { ...context, sample: (sample) => void samples.push(sample) });
  expect(samples.at(-1)?.replicas).toBe(2);
});

test('its plan says how much is sent, how long and where to, and sends nothing', async () => {
  const { context } = await open();
  const config = { load: { scenario: 'short.yaml', rate: 60, duration: '90s' } };
  const plan = await loadStep.plan?.(config, { ...context, signal: new AbortController().signal });
  const note = '60 requests a second, 1m30s in full, to Service web:8000; nothing of the cluster is changed by it';
  expect(plan).toEqual({
    ...{ certainty: 'previewed', summary: note },
    changes: [{ object: 'load/Short load', action: 'run', note }],
  });
});
