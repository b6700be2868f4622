import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Connection } from '../../../../src/cluster/connection.ts';
import { parseExposition } from '../../../../src/playbooks/steps/promql/exposition.ts';
import { promqlStep } from '../../../../src/playbooks/steps/promql.ts';
import { openCluster } from '../../support/cluster.ts';
import { connectTo, type StepOptions, stepContext, written } from '../../support/steps.ts';
import { listeningPod } from '../../support/streams.ts';

const cluster = await openCluster();
let connection: Connection;
let url = '';
let server: Server;
const asked: { path: string; authorization: string | undefined }[] = [];

/** What Prometheus' API answers to three queries. */
function answerTo(query: string): [number, unknown] {
  const sample = (pod: string, value: string) => ({ metric: { pod }, value: [1, value] });
  if (query === 'up')
    return [200, { status: 'success', data: { resultType: 'vector', result: [sample('a', '1'), sample('b', '0')] } }];
  if (query === 'none') return [200, { status: 'success', data: { resultType: 'vector', result: [] } }];
  if (query === 'rate')
    return [
      200,
      {
        status: 'success',
        data: {
          resultType: 'matrix',
          result: [
            {
              metric: {},
              values: [
                [1, '2'],
                [2, '+Inf'],
              ],
            },
          ],
        },
      },
    ];
  const error = 'invalid parameter "query": 1:4: parse error: unclosed left parenthesis';
  return [400, { status: 'error', errorType: 'bad_data', error }];
}

beforeAll(async () => {
  connection = await connectTo(cluster, await cluster.namespace());
  server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://x');
    asked.push({ path: pathname, authorization: request.headers.authorization });
    const [status, body] = answerTo(searchParams.get('query') ?? '');
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  url = `http://127.0.0.1:${(server.address() as { port: number }).port}/prometheus/`;
});
afterAll(async () => {
  server.close();
  connection.close();
  await cluster.close();
});

const promql = (config: object, options: StepOptions = {}, through = connection) => ({
  step: stepContext(through, options),
  config: written(promqlStep, { promql: config }),
});
const run = ({ step, config }: ReturnType<typeof promql>) => promqlStep.run(config, step.context);

it('figures are judged, and who is let in by a token shows it to nobody else', async () => {
  const good = promql(
    { url, query: 'up', expect: 'value == 1.0 && values.size() == 2', token: 'key' },
    { secrets: { key: 'bearer-me' } },
  );
  expect(await run(good)).toMatchObject({ outputs: { value: 1, values: [1, 0], series: 2, standIn: false } });
  expect(asked.at(-1)).toEqual({ path: '/prometheus/api/v1/query', authorization: 'Bearer bearer-me' });
  expect((await promqlStep.equivalent(good.config, good.step.context)).join()).not.toContain('bearer-me');
  const bad = await run(promql({ url, query: 'up', expect: 'values.all(v, v == 1.0)' }));
  expect(bad).toMatchObject({ status: 'not-met', evidence: expect.arrayContaining(['{pod="b"} 0']) });
});

it('a range gives every point, and no data is not what was expected', async () => {
  const range = { for: '10m', step: '30s' };
  const all = await run(promql({ url, query: 'rate', range, expect: 'values.exists(v, v == 2.0)' }));
  expect(all).toMatchObject({ outputs: { value: Number.POSITIVE_INFINITY, values: [2, Number.POSITIVE_INFINITY] } });
  expect(asked.at(-1)?.path).toBe('/prometheus/api/v1/query_range');
  expect(await run(promql({ url, query: 'none', expect: 'value < 1.0' }))).toMatchObject({ status: 'not-met' });
  expect(await run(promql({ url, query: 'none', expect: 'values.size() == 0' }))).not.toMatchObject({
    status: 'not-met',
  });
});

it('what Prometheus cannot read is shown with its place', async () => {
  await expect(run(promql({ url, query: 'sum(' }))).rejects.toMatchObject({
    message: expect.stringContaining('unclosed left parenthesis'),
    evidence: ['sum(', '   ^'],
  });
});

it('a Service that is no Prometheus is told; on the sandbox a figure that it knows stands in, and says so', async () => {
  const { namespace } = connection.info;
  await listeningPod(cluster, namespace, 'web');
  await cluster.patch(
    `/api/v1/namespaces/${namespace}/pods/web`,
    { metadata: { labels: { app: 'web' } } },
    'merge-patch+json',
  );
  await cluster.post(`/api/v1/namespaces/${namespace}/services`, {
    metadata: { name: 'prometheus' },
    spec: { selector: { app: 'web' }, ports: [{ port: 9090, targetPort: 8080 }] },
  });
  await cluster.until(`/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices`, ({ body }) =>
    JSON.stringify(body).includes('"ready":true'),
  );
  const config = {
    service: 'prometheus:9090',
    query: 'count(up)',
    'stand-in': { pods: 'ready', selector: 'app=web' },
    expect: 'value == 1.0',
  };
  const as = (sandbox: boolean) => ({ ...connection, info: { ...connection.info, sandbox } });
  await expect(run(promql(config, {}, as(false)))).rejects.toThrow('What answers there is no Prometheus: status 200');
  expect(await run(promql(config, {}, as(true)))).toMatchObject({
    summary: 'stand-in: 1',
    outputs: { value: 1, standIn: true },
  });
});

it('metrics are read from Prometheus’ text', () => {
  const text =
    '# HELP a x\na_total{path="/x",say="\\"hi\\""} 3\na_total{path="/y"} 4 1700000000\nother 1\nplain +Inf\n';
  expect(parseExposition(text, 'a_total')).toEqual([
    { labels: { path: '/x', say: '"hi"' }, value: 3 },
    { labels: { path: '/y' }, value: 4 },
  ]);
  expect(parseExposition(text, 'plain')).toEqual([{ labels: {}, value: Number.POSITIVE_INFINITY }]);
});
