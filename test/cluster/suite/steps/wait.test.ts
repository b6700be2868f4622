import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Connection } from '../../../../src/cluster/connection.ts';
import { waitStep } from '../../../../src/playbooks/steps/wait.ts';
import { openCluster } from '../../support/cluster.ts';
import { connectTo, stepContext, written } from '../../support/steps.ts';
import { webDeployment } from '../../support/workloads.ts';

const cluster = await openCluster();
let connection: Connection;
let maps = '';
let deployments = '';
beforeAll(async () => {
  connection = await connectTo(cluster, await cluster.namespace());
  maps = `/api/v1/namespaces/${connection.info.namespace}/configmaps`;
  deployments = `/apis/apps/v1/namespaces/${connection.info.namespace}/deployments`;
});
afterAll(async () => {
  connection.close();
  await cluster.close();
});

const wait = (config: object) => written(waitStep, { wait: config });
const addMap = (name: string, data: object = {}) =>
  cluster.post(maps, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data });

it('what is not there yet is waited for, and then until it is ready', async () => {
  const step = stepContext(connection);
  const config = wait({ exists: ['Deployment/web'], ready: ['Deployment/web'] });
  expect((await waitStep.plan?.(config, step.context))?.summary).toBe(
    'waits until 1 object there, 1 object ready (now: Deployment/web is not there yet)',
  );
  const waiting = waitStep.run(config, step.context);
  const readinessProbe = { httpGet: { path: '/', port: 80 }, periodSeconds: 1 };
  const ports = [{ containerPort: 80 }];
  await cluster.post(deployments, webDeployment('web', { container: { readinessProbe, ports } }));
  expect((await waiting).summary).toBe('1 object there, 1 object ready');
  expect(step.progress[0]).toMatch(/^Deployment\/web: (not looked at yet|does not exist)/);
  expect(step.progress.at(-1)).toBe('ready');
});

it('a condition is waited for', async () => {
  const { context } = stepContext(connection);
  const config = wait({ condition: { of: ['Deployment/web'], type: 'Available' } });
  expect((await waitStep.run(config, context)).summary).toBe('Available is True');
  const never = wait({ condition: { of: ['Deployment/web'], type: 'Available', status: 'False' } });
  const short = stepContext(connection, { timeoutMs: 1000 });
  await expect(waitStep.run(never, short.context)).rejects.toMatchObject({
    message: expect.stringMatching(/^Deployment\/web: Available is True \(.*\) after 1\.0s, not False$/),
    next: [`kubectl describe deployment web -n ${connection.info.namespace}`],
  });
});

it('anything else is waited for by an expression, the moment that it becomes true', async () => {
  const { context, progress } = stepContext(connection);
  const waiting = waitStep.run(
    wait({ until: { of: ['ConfigMap/state'], expect: 'object.data.phase == "done"' } }),
    context,
  );
  await addMap('state');
  await cluster.patch(`${maps}/state`, { data: { phase: 'running' } }, 'merge-patch+json');
  await cluster.patch(`${maps}/state`, { data: { phase: 'done' } }, 'merge-patch+json');
  expect((await waiting).summary).toBe('object.data.phase == "done"');
  expect(progress[0]).toMatch(/^ConfigMap\/state: /);
});

it('an expression that is not so is told with what it came to', async () => {
  const { context } = stepContext(connection, { timeoutMs: 800 });
  const config = wait({ until: { of: ['ConfigMap/state'], expect: 'object.data.absent == "x"' } });
  await expect(waitStep.run(config, context)).rejects.toThrow(
    /^ConfigMap\/state: `object\.data\.absent == "x"` is not so: there is no `absent` here after 0\.8s, and it must be$/,
  );
});

it('objects that must go are waited for', async () => {
  await addMap('going');
  const waiting = waitStep.run(wait({ deleted: ['ConfigMap/going'] }), stepContext(connection).context);
  await cluster.remove(`${maps}/going`);
  expect((await waiting).summary).toBe('1 object gone');
});

it('waiting ends when the run is to stop', async () => {
  const step = stepContext(connection);
  const waiting = waitStep.run(wait({ exists: ['ConfigMap/never'] }), step.context);
  step.stop();
  await expect(waiting).rejects.toThrow('the run was stopped');
});
