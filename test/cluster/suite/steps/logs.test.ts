import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Connection } from '../../../../src/cluster/connection.ts';
import { logsStep } from '../../../../src/playbooks/steps/logs.ts';
import { openCluster } from '../../support/cluster.ts';
import { connectTo, stepContext, written } from '../../support/steps.ts';

const cluster = await openCluster();
let connection: Connection;
let pods = '';
beforeAll(async () => {
  connection = await connectTo(cluster, await cluster.namespace());
  pods = `/api/v1/namespaces/${connection.info.namespace}/pods`;
});
afterAll(async () => {
  connection.close();
  await cluster.close();
});

const add = (name: string, script: string, spec: object = {}) =>
  cluster.post(pods, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, labels: { app: name } },
    spec: {
      containers: [{ name: 'main', image: 'busybox:1.37', command: ['sh', '-c', script] }],
      terminationGracePeriodSeconds: 1,
      ...spec,
    },
  });
const logs = (config: object) => written(logsStep, { logs: config });
const phase = (name: string, wanted: string) =>
  cluster.until(`${pods}/${name}`, ({ body }) => body.status?.phase === wanted);

it('the last lines are read and put out', async () => {
  await add('talks', 'echo one; echo two; echo three', { restartPolicy: 'Never' });
  await phase('talks', 'Succeeded');
  const { context, said } = stepContext(connection);
  const { summary, outputs } = await logsStep.run(logs({ of: 'Pod/talks', last: 2 }), context);
  expect(outputs).toEqual({ lines: ['two', 'three'], count: 2, line: 'three', pod: 'talks' });
  expect(summary).toBe('2 lines of 1 pod');
  expect(said).toEqual(['talks/main: two', 'talks/main: three']);
});

it('a line that must not be there fails the step, with what stood before it', async () => {
  const config = logs({ selector: 'app=talks', fails: 'line.contains("two")' });
  await expect(logsStep.run(config, stepContext(connection).context)).rejects.toMatchObject({
    message: 'The log of talks/main has a line that must not be there: two',
    evidence: expect.arrayContaining(['talks/main: one']),
  });
});

it('a log is followed until a line says so, also of a pod that comes later', async () => {
  const { context } = stepContext(connection);
  const following = logsStep.run(
    logs({ selector: 'app=later', until: 'line.startsWith("ready") && container == "main"' }),
    context,
  );
  await add('later', 'echo starting; sleep 1; echo ready to serve; sleep 3600');
  expect((await following).outputs).toMatchObject({ line: 'ready to serve', pod: 'later' });
});

it('following ends with a line that must not be there, and when the time is over', async () => {
  const { context } = stepContext(connection, { timeoutMs: 1500 });
  const bad = logs({ of: 'Pod/later', until: 'line == "never"', fails: 'line.contains("ready")' });
  await expect(logsStep.run(bad, context)).rejects.toThrow('has a line that must not be there: ready to serve');
  await expect(logsStep.run(logs({ of: 'Pod/later', until: 'line == "never"' }), context)).rejects.toMatchObject({
    message: 'The line that was waited for did not come within 1.5s: none of 2 lines is it',
    evidence: expect.arrayContaining(['until: line == "never"']),
  });
});

it('following ends when the run is to stop', async () => {
  const step = stepContext(connection);
  const following = logsStep.run(logs({ of: 'Pod/later', until: 'false' }), step.context);
  step.stop();
  await expect(following).rejects.toThrow('the run was stopped');
});

it('what ran before the last restart is read', async () => {
  await add('again', 'echo attempt; exit 3');
  await cluster.until(`${pods}/again`, ({ body }) => (body.status?.containerStatuses?.[0].restartCount ?? 0) > 0);
  const { outputs } = await logsStep.run(logs({ of: 'Pod/again', previous: true }), stepContext(connection).context);
  expect(outputs?.lines).toEqual(['attempt']);
});

it('pods that are not there, and objects that have none, are said in words', async () => {
  const { context } = stepContext(connection);
  await expect(logsStep.run(logs({ selector: 'app=nobody' }), context)).rejects.toThrow('There are no such pods');
  await expect(logsStep.run(logs({ of: 'Service/kubernetes' }), context)).rejects.toThrow(
    'There is no Service/kubernetes',
  );
  await expect(logsStep.run(logs({ of: 'ServiceAccount/default' }), context)).rejects.toThrow(
    'ServiceAccount/default has no pods of its own',
  );
});
