import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Connection } from '../../../../src/cluster/connection.ts';
import { waitReady } from '../../../../src/cluster/readiness/wait-ready.ts';
import type { KubernetesObject } from '../../../../src/kubernetes/object.ts';
import { httpStep } from '../../../../src/playbooks/steps/http.ts';
import { openCluster } from '../../support/cluster.ts';
import { connectTo, stepContext, written } from '../../support/steps.ts';
import { webDeployment } from '../../support/workloads.ts';

const cluster = await openCluster();
let connection: Connection;
beforeAll(async () => {
  connection = await connectTo(cluster, await cluster.namespace());
  const { namespace } = connection.info;
  const readinessProbe = { httpGet: { path: '/', port: 80 }, periodSeconds: 1 };
  const container = { readinessProbe, ports: [{ containerPort: 80 }] };
  const { body } = await cluster.post(
    `/apis/apps/v1/namespaces/${namespace}/deployments`,
    webDeployment('web', { container }),
  );
  await cluster.post(`/api/v1/namespaces/${namespace}/services`, {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web' },
    spec: { selector: { app: 'web' }, ports: [{ port: 8080, targetPort: 80 }] },
  });
  await waitReady(connection, [body as KubernetesObject], { timeoutMs: 30_000 });
});
afterAll(async () => {
  connection.close();
  await cluster.close();
});

const http = (config: object) => written(httpStep, { http: config });

it('a Service answers, and its answer is judged', async () => {
  const { context, said } = stepContext(connection);
  const config = http({ service: 'web:8080', path: '/', expect: 'status == 200' });
  // The endpoints follow the pods in a moment.
  await expect
    .poll(
      () =>
        httpStep.run(config, context).then(
          ({ outputs }) => outputs?.status,
          () => 0,
        ),
      { timeout: 10_000 },
    )
    .toBe(200);
  expect(said.at(-1)).toMatch(/^GET web:8080\/: 200 in \d+ ms$/);
  const wrong = http({ service: 'web:8080', expect: 'status == 418' });
  await expect(httpStep.run(wrong, context)).rejects.toMatchObject({
    evidence: expect.arrayContaining(['expected: status == 418']),
  });
});

it('a request that asks is no effect; one that changes is, cannot be previewed, and is asked about after an interruption', async () => {
  const { context } = stepContext(connection);
  const asks = http({ service: 'web:8080' });
  const changes = http({ service: 'web:8080', method: 'POST', body: { name: 'x' } });
  expect(httpStep.effectsOf?.(asks)).toBe('none');
  expect(httpStep.effectsOf?.(changes)).toBe('cluster');
  expect(httpStep.effectsOf?.(http({ url: 'https://elsewhere.example', method: 'DELETE' }))).toBe('outside');
  expect(await httpStep.plan?.(changes, context)).toMatchObject({
    certainty: 'cannot preview',
    changes: [{ action: 'run' }],
  });
  expect((await httpStep.plan?.(asks, context))?.changes).toEqual([]);
  expect(await httpStep.probe?.(changes, context)).toMatchObject({ done: 'unknown' });
  expect(await httpStep.access?.(changes, context)).toContainEqual({
    verbs: ['create'],
    apiVersion: 'v1',
    kind: 'Service',
    subresource: 'proxy',
  });
});
