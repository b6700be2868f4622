import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Connection } from '../../../../src/cluster/connection.ts';
import { waitReady } from '../../../../src/cluster/readiness/wait-ready.ts';
import type { KubernetesObject } from '../../../../src/kubernetes/object.ts';
import { loadStep } from '../../../../src/playbooks/steps/load.ts';
import { openCluster } from '../../support/cluster.ts';
import { connectTo, stepContext, written } from '../../support/steps.ts';
import { webDeployment } from '../../support/workloads.ts';

const cluster = await openCluster();
let connection: Connection;
beforeAll(async () => {
  const namespace = await cluster.namespace();
  connection = await connectTo(cluster, namespace);
  const { body } = await cluster.post(`/apis/apps/v1/namespaces/${namespace}/deployments`, webDeployment('web'));
  const spec = { selector: { app: 'web' }, ports: [{ port: 80 }] };
  const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web' }, spec };
  await cluster.post(`/api/v1/namespaces/${namespace}/services`, service);
  await waitReady(connection, [body as KubernetesObject]);
});
afterAll(async () => {
  connection.close();
  await cluster.close();
});

const scenario = `title: A few requests
open: { rate: 20 }
sustained: 500ms
warm-up: 0
request: { path: / }
target: { service: 'web:80' }
thresholds:
  - { title: Nothing fails, expect: metrics.errorRate == 0.0 }
  - { title: No time passes, expect: metrics.p95 <= 0.0 }
`;

it('asks a Service as often as its scenario says, and is judged by its thresholds', async () => {
  const { context, said } = stepContext(connection, { files: { 'load.yaml': scenario } });
  const config = written(loadStep, { load: { scenario: 'load.yaml', rate: 40 } });
  const result = await loadStep.run(config, context);
  expect(result).toMatchObject({ status: 'not-met', outputs: { requests: 20, errorRate: 0 } });
  expect(result.findings?.map(({ title, level }) => [title, level])).toEqual([
    ['Nothing fails', 'ok'],
    ['No time passes', 'fatal'],
  ]);
  expect(said.join('\n')).toContain('A few requests → ');
});
