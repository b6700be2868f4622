import { createServer } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Connection } from '../../../../src/cluster/connection.ts';
import { portForwardStep } from '../../../../src/playbooks/steps/port-forward.ts';
import { openCluster } from '../../support/cluster.ts';
import { connectTo, type StepOptions, stepContext, written } from '../../support/steps.ts';
import { listeningPod } from '../../support/streams.ts';

const cluster = await openCluster();
let namespace = '';
let connection: Connection;
beforeAll(async () => {
  namespace = await cluster.namespace();
  connection = await connectTo(cluster, namespace);
  await listeningPod(cluster, namespace, 'web');
  const pod = `/api/v1/namespaces/${namespace}/pods/web`;
  await cluster.patch(pod, { metadata: { labels: { app: 'web' } } }, 'merge-patch+json');
  await cluster.post(`/api/v1/namespaces/${namespace}/services`, {
    metadata: { name: 'web' },
    spec: { selector: { app: 'web' }, ports: [{ name: 'http', port: 80, targetPort: 8080 }] },
  });
});
afterAll(async () => {
  connection.close();
  await cluster.close();
});

const forward = (config: object, options: StepOptions = {}) => ({
  step: stepContext(connection, options),
  config: written(portForwardStep, { 'port-forward': config }),
});
const textAt = async (address: unknown) => (await fetch(`http://${address}/`)).text();

it('a Service’s port is opened on loopback, answers, and serves several at once', async () => {
  const { step, config } = forward({ to: 'Service/web:80', http: { path: '/', expect: 'status == 200' } });
  const { outputs } = await portForwardStep.run(config, step.context);
  expect(outputs).toMatchObject({ address: expect.stringMatching(/^127\.0\.0\.1:\d+$/), ms: expect.any(Number) });
  const texts = await Promise.all([1, 2, 3, 4].map(() => textAt(outputs?.address)));
  expect(texts).toEqual(Array(4).fill(expect.stringContaining('web')));
});

it('it stays open after its step, and ends with the connection of the run', async () => {
  const own = await connectTo(cluster, namespace);
  const step = stepContext(own);
  const config = written(portForwardStep, { 'port-forward': { to: 'Pod/web:8080' } });
  const { outputs = {} } = await portForwardStep.run(config, step.context);
  expect(await textAt(outputs.address)).toContain('web');
  own.close();
  await expect(textAt(outputs.address)).rejects.toThrow();
  expect(portForwardStep.volatile?.(config), 'opened again when its run is resumed').toBe(true);
});

it('what the far side refuses is told, by the step and for each connection', async () => {
  const { step, config } = forward({ to: 'Pod/web:9999' });
  await expect(portForwardStep.run(config, step.context)).rejects.toMatchObject({
    message: 'Port 9999 of pod web cannot be reached',
    evidence: [expect.stringContaining('9999')],
  });
  const asked = forward({ to: 'Pod/web:9999', http: {} });
  await expect(portForwardStep.run(asked.config, asked.step.context)).rejects.toThrow('Port 9999 of pod web cannot be');
  expect(asked.step.said.join()).toContain('Port 9999 of pod web cannot be reached');
});

it('an answer that was not expected fails it, and the port is closed again', async () => {
  const { step, config } = forward({ to: 'Service/web:http', http: { expect: 'status == 418' } });
  await expect(portForwardStep.run(config, step.context)).rejects.toThrow('the answer was 200');
});

it('a port of the Service that is not there, and one in use here, are told', async () => {
  const missing = forward({ to: 'Service/web:81' });
  await expect(portForwardStep.run(missing.config, missing.step.context)).rejects.toThrow('Service/web has no port 81');
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as { port: number };
  const taken = forward({ to: 'Pod/web:8080', local: port });
  await expect(portForwardStep.run(taken.config, taken.step.context)).rejects.toThrow(`Port ${port} is in use`);
  server.close();
});

it('its plan says which pod it would be, or that there is none yet', async () => {
  const { step, config } = forward({ to: 'Service/web:80', local: 18080, http: {} });
  expect(await portForwardStep.plan?.(config, step.context)).toMatchObject({
    certainty: 'previewed',
    summary: '127.0.0.1:18080 → web port 8080',
  });
  const none = forward({ to: 'Deployment/none:80' });
  expect(await portForwardStep.plan?.(none.config, none.step.context)).toMatchObject({ certainty: 'partly' });
  expect(await portForwardStep.equivalent(config, step.context)).toEqual([
    `kubectl port-forward -n ${namespace} service/web 18080:80 &`,
    'curl -sS -i http://127.0.0.1:18080/',
  ]);
});
