import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { Problem } from '../../src/base/errors.ts';
import { type LoadOptions, type LoadServices, loadCommand } from '../../src/cli/load.ts';
import type { Connection } from '../../src/cluster/connection.ts';
import { publishedAnnotation } from '../../src/cluster/published.ts';
import { buildLoadWorker } from '../support/load-worker.ts';
import { type LoadServer, startLoadServer } from './load-server.ts';

let worker: Awaited<ReturnType<typeof buildLoadWorker>>;
let server: LoadServer;
let stdout = '';
let stderr = '';
const folder = mkdtempSync(join(tmpdir(), 'load-command-'));

beforeAll(async () => {
  worker = await buildLoadWorker();
  server = await startLoadServer((request, response) => {
    response.statusCode = request.url === '/broken' ? 500 : 200;
    response.end();
  });
});
beforeEach(() => {
  stdout = '';
  stderr = '';
  const into = (write: (text: string) => void) => (text: string | Uint8Array) => {
    write(String(text));
    return true;
  };
  vi.spyOn(process.stdout, 'write').mockImplementation(into((text) => (stdout += text)));
  vi.spyOn(process.stderr, 'write').mockImplementation(into((text) => (stderr += text)));
});
afterEach(() => vi.restoreAllMocks());
afterAll(async () => {
  await server.close();
  worker.remove();
});

function scenarioFile(text: string): string {
  const file = join(folder, 'mine.yaml');
  writeFileSync(file, text);
  return file;
}

const small =
  "title: Mine\nopen: { rate: 40 }\nsustained: 500ms\nwarm-up: 0s\nthresholds: [{ title: No errors, expect: 'metrics.errorRate == 0.0' }]\n";
const load = (reference: string, options: LoadOptions, services: LoadServices = {}) =>
  loadCommand([reference], options, { workerFile: worker.file, ...services });

test('prints the summary to stdout and exits 0 when the thresholds are met', async () => {
  expect(await load(scenarioFile(small), { url: server.url })).toBe(0);
  expect(stdout).toContain('=== Mine Load Test Summary ===\nTotal Requests: 20\n');
  expect(stdout).toContain('No errors: errorRate 0');
  expect(stderr).toContain(`Mine: ${server.url}`);
});

test('exits 3 when a threshold is not met', async () => {
  expect(await load(scenarioFile(`${small}request: { path: /broken }\n`), { url: server.url })).toBe(3);
  expect(stdout).toContain('Error Rate: 100.00%');
});

test('as ndjson prints versioned lines only: start, samples, result', async () => {
  expect(await load(scenarioFile(small), { url: server.url, output: 'ndjson', rate: '20' })).toBe(0);
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(lines[0]).toMatchObject({ v: 1, type: 'load-started', loop: 'open' });
  expect(lines.slice(1, -1).map((line) => [line.v, line.type])).toEqual(
    Array(lines.length - 2).fill([1, 'load-sample']),
  );
  expect(lines.at(-1)).toMatchObject({ v: 1, type: 'load-result', result: { sustained: { requests: 10 } } });
});

test('an interrupt gives the result so far and 130', async () => {
  const controller = new AbortController();
  const running = load(scenarioFile(small), { url: server.url, duration: '1m' }, { signal: controller.signal });
  await vi.waitFor(() => expect(stderr).toContain('Mine:'));
  controller.abort();
  expect(await running).toBe(130);
  expect(stdout).toContain('Stopped before its time');
});

test('refuses a load that leaves this machine until its host is typed', async () => {
  await expect(load(scenarioFile(small), { url: 'http://192.0.2.1' })).rejects.toMatchObject({
    exitCode: 2,
    message: expect.stringContaining('leaves this machine'),
    next: [expect.stringContaining('--confirm-host 192.0.2.1')],
  });
});

test('says what is wrong with the usage before anything runs', async () => {
  const usage = async (options: LoadOptions) => {
    const problem = await load(scenarioFile(small), options).catch((error: unknown) => error);
    expect(problem).toBeInstanceOf(Problem);
    expect(problem).toMatchObject({ exitCode: 2 });
    return (problem as Problem).message;
  };
  expect(await usage({})).toBe('Where should the load go?');
  expect(await usage({ url: server.url, rate: 'many' })).toContain('--rate takes a positive number');
  expect(await usage({ url: server.url, users: '1.5' })).toContain('--users takes a positive whole number');
  expect(await usage({ url: server.url, duration: 'long' })).toContain('--duration');
  expect(await usage({ url: server.url, rate: '1', users: '1' })).toContain('not both');
});

/** A connection that knows these objects and nothing else. */
function connectionWith(objects: Record<string, object>): Connection {
  const resources = (kinds: [string, string][]) => ({
    resources: kinds.map(([name, kind]) => ({ name, kind, namespaced: true, verbs: ['get'] })),
  });
  const answers: Record<string, object> = {
    '/api': { versions: ['v1'] },
    '/apis': {
      groups: [
        {
          name: 'networking.k8s.io',
          versions: [{ version: 'v1', groupVersion: 'networking.k8s.io/v1' }],
          preferredVersion: { version: 'v1', groupVersion: 'networking.k8s.io/v1' },
        },
      ],
    },
    '/api/v1': resources([
      ['services', 'Service'],
      ['configmaps', 'ConfigMap'],
    ]),
    '/apis/networking.k8s.io/v1': resources([['ingresses', 'Ingress']]),
    ...objects,
  };
  return {
    info: { context: 'test', server: 'https://127.0.0.1:1', namespace: 'tars', sandbox: false },
    async request<T>({ path }: { path: string }) {
      const body = answers[path];
      if (!body) throw new Error(`nothing at ${path}`);
      return { status: 200, headers: {}, body: body as T };
    },
    async *lines() {},
    stream: () => Promise.reject(new Error('nothing is streamed here')),
    closed: new AbortController().signal,
    requestRate: () => 0,
    close() {},
  };
}

test('without a URL it goes where the service is published, and names the limits that would spoil it', async () => {
  const services = '/api/v1/namespaces/tars/services/backend-service';
  const connection = connectionWith({
    [services]: {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: {
        name: 'backend-service',
        annotations: { [publishedAnnotation]: JSON.stringify({ 8000: server.url }) },
      },
    },
    '/api/v1/namespaces/tars/configmaps/limits': {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'limits' },
      data: { PER_MINUTE: '5' },
    },
  });
  const file = scenarioFile(
    `${small}target: { service: 'backend-service:8000' }\nvalues: { client: { of: 1 } }\nlimits: { per-client: { configmap: limits, key: PER_MINUTE, value: client } }\n`,
  );
  expect(await load(file, { context: 'test' }, { connect: async () => connection })).toBe(0);
  expect(stderr).toContain('warning: not so: No client sends more than the system allows it');
  expect(stderr).toContain('at least 4 clients');
  expect(stderr).toContain(`Service backend-service:8000 at ${server.url}`);
});
