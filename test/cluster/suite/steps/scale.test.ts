import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Connection } from '../../../../src/cluster/connection.ts';
import { scaleStep } from '../../../../src/playbooks/steps/scale.ts';
import { openCluster } from '../../support/cluster.ts';
import { connectTo, stepContext, written } from '../../support/steps.ts';

const cluster = await openCluster();
let connection: Connection;
beforeAll(async () => {
  connection = await connectTo(cluster, await cluster.namespace());
});
afterAll(async () => {
  connection.close();
  await cluster.close();
});

it('a deployment is scaled', async () => {
  const { namespace } = connection.info;
  const path = `/apis/apps/v1/namespaces/${namespace}/deployments`;
  const pod = { containers: [{ name: 'web', image: 'nginx' }] };
  const labels = { app: 'web' };
  await cluster.post(path, {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web' },
    spec: { replicas: 1, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: pod } },
  });
  const step = stepContext(connection);
  const config = written(scaleStep, { scale: { workload: 'Deployment/web', replicas: 2 } });
  await scaleStep.run(config, step.context);
  const { body } = await cluster.get(`${path}/web`);
  expect((body as { spec: { replicas: number } }).spec.replicas).toBe(2);
});
