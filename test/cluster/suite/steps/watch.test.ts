import { beforeAll, expect, it } from 'vitest';
import { watchStep } from '../../../../src/playbooks/steps/watch.ts';
import { openStepCluster, stepContext, written } from '../../support/steps.ts';

const { cluster, connection } = await openStepCluster();
const path = `/api/v1/namespaces/${connection.info.namespace}/configmaps`;
beforeAll(() =>
  cluster.post(path, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'queue' }, data: { depth: '3' } }),
);

const watching = (expect: string, more: object = {}) =>
  written(watchStep, {
    watch: {
      ...{ for: '600ms', every: '100ms', collect: { queue: { get: 'v1/ConfigMap', name: 'queue' } } },
      limits: [{ title: 'The queue is short', expect, observed: `$${'{{'} queue.data.depth }}`, tolerate: 1 }],
      ...more,
    },
  });

it('what stays within its limits is looked at for the whole time', async () => {
  const { context } = stepContext(connection);
  const result = await watchStep.run(watching('int(queue.data.depth) < 10'), context);
  expect(result.summary).toMatch(/^\d+ looks in .*, all within the limits$/);
  expect(result.outputs).toMatchObject({ ended: 'over' });
});

it('a limit that is broken more often than it may be ends it at once, and it is not met', async () => {
  const { context } = stepContext(connection);
  const result = await watchStep.run(watching('int(queue.data.depth) < 2', { for: '10m' }), context);
  expect(result).toMatchObject({
    status: 'not-met',
    outputs: { ended: 'limit', looks: 2, limit: 'The queue is short' },
  });
  expect(result.evidence?.join()).toBe('The queue is short: 3');
});

it('what it waits for ends it well as soon as it is so', async () => {
  const { context } = stepContext(connection);
  const config = watching('true', { for: '10m', until: 'queue.data.depth == "3"' });
  expect((await watchStep.run(config, context)).outputs).toMatchObject({ looks: 1 });
});
