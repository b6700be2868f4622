import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { httpStep } from '../../../src/playbooks/steps/http.ts';
import { openBench, type StepBench } from './context.ts';

let closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing) await close();
  closing = [];
});

async function serve(handle: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  const server = createServer(handle).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  closing.push(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function open(): Promise<StepBench> {
  const bench = await openBench();
  closing.push(bench.close);
  return bench;
}

const json = (response: ServerResponse, status: number, body: unknown) =>
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));

test('an answer is judged by its status, headers and body', async () => {
  const url = await serve((_, response) => json(response, 200, { status: 'healthy' }));
  const { context } = await open();
  const http = {
    url,
    path: '/health',
    expect: 'status == 200.0 && body.status == "healthy" && headers["content-type"].contains("json")',
  };
  expect(await httpStep.run({ http }, context)).toMatchObject({
    outputs: { status: 200 },
    locals: { body: { status: 'healthy' } },
  });
});

test('what was observed is the evidence when it is not what was expected', async () => {
  const url = await serve((_, response) => json(response, 503, { detail: 'no database' }));
  const { context } = await open();
  const failing = httpStep.run({ http: { url, path: '/ready' } }, context);
  await expect(failing).rejects.toThrow('answered 503');
  await expect(failing).rejects.toMatchObject({
    evidence: expect.arrayContaining(['expected: status < 400', '  "detail": "no database"']),
  });
});

test('nobody there is said in words', async () => {
  const { context } = await open();
  await expect(httpStep.run({ http: { url: 'http://127.0.0.1:1' } }, context)).rejects.toThrow(
    'the connection was refused',
  );
});

test('a published Service and Ingress are reached where they were published, the latter by its host', async () => {
  const heard: (string | undefined)[] = [];
  const url = await serve((request, response) => {
    heard.push(request.headers.host);
    json(response, 200, { path: request.url });
  });
  const { context, api } = await open();
  const annotations = { 'tars-console.dev/published': JSON.stringify({ 80: url, 8000: url }) };
  await api.client.create('/api/v1/namespaces/tars/services', {
    metadata: { name: 'web', annotations },
    spec: { ports: [{ port: 8000 }] },
  });
  await api.client.create('/apis/networking.k8s.io/v1/namespaces/tars/ingresses', {
    metadata: { name: 'web', annotations },
    spec: { rules: [{ host: 'web.local' }] },
  });
  const service = await httpStep.run(
    { http: { service: 'web:8000', path: '/a', expect: 'body.path == "/a"' } },
    context,
  );
  expect(service.outputs).toMatchObject({ status: 200 });
  await httpStep.run({ http: { ingress: 'web', path: '/b', expect: 'body.path == "/b"' } }, context);
  expect(heard).toEqual([new URL(url).host, 'web.local']);
});

test('a Service or Ingress that is not there is named', async () => {
  const { context } = await open();
  await expect(httpStep.run({ http: { service: 'none:80' } }, context)).rejects.toThrow('There is no Service none');
  await expect(httpStep.run({ http: { ingress: 'none' } }, context)).rejects.toThrow('There is no Ingress none');
});
