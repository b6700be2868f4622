import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { connect } from '../../../../src/cluster/connect/connect.ts';
import type { Connection } from '../../../../src/cluster/connection.ts';
import { kubeconfigStep } from '../../../../src/playbooks/steps/kubeconfig.ts';
import { openCluster } from '../../support/cluster.ts';
import { connectTo, stepContext, written } from '../../support/steps.ts';

const cluster = await openCluster();
let connection: Connection;
beforeAll(async () => {
  connection = await connectTo(cluster, 'default');
});
afterAll(async () => {
  connection.close();
  await cluster.close();
});

it('a kubeconfig is tried, comes into another one under a name, leads to the cluster, and goes again', async () => {
  const files = {
    theirs: readFileSync(cluster.access.kubeconfig, 'utf8'),
    mine: 'apiVersion: v1\nkind: Config\n# nothing yet\ncurrent-context: ""\n',
  };
  const { context: whole, folder } = stepContext(connection, { files });
  // The sandbox counts here as any cluster: on its own connection the step is only a rehearsal.
  const context = { ...whole, connection: { ...connection, info: { ...connection.info, sandbox: false } } };
  const config = written(kubeconfigStep, {
    kubeconfig: { from: { file: 'theirs' }, name: 'ours', into: 'mine', use: true },
  });
  const before = await kubeconfigStep.before?.(config, context);
  const result = await kubeconfigStep.run(config, context);
  expect(result.outputs).toMatchObject({ context: 'ours', changed: true, version: expect.stringMatching(/^v1\./) });
  expect(result.outputs?.ready).toBeGreaterThan(0);
  const other = await connect({ sandbox: false, kubeconfig: join(folder, 'mine') });
  expect(other.info.context).toBe('ours');
  await other.request({ path: '/api/v1/nodes' });
  other.close();
  expect((await kubeconfigStep.run(config, context)).status).toBe('skipped');
  await kubeconfigStep.undo?.(config, context, before);
  const left = readFileSync(join(folder, 'mine'), 'utf8');
  expect(left).toContain('# nothing yet');
  expect(left).not.toContain('ours');
});
