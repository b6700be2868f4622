import { afterAll, expect, it } from 'vitest';
import { openCluster } from '../../support/cluster.ts';

const cluster = await openCluster();
const namespace = await cluster.namespace();
afterAll(() => cluster.close());

const pods = `/api/v1/namespaces/${namespace}/pods`;
const budgets = `/apis/policy/v1/namespaces/${namespace}/poddisruptionbudgets`;

/** One that no scheduler takes and no node runs. */
async function make(name: string, spec = {}) {
  const containers = [{ name: 'main', image: 'registry.k8s.io/pause' }];
  const made = await cluster.post(pods, {
    metadata: { name, labels: { app: name } },
    spec: { containers, schedulerName: 'nobody', ...spec },
  });
  expect(made.status, made.text).toBe(201);
  return made.body;
}
// A name of this run's own: pods of a node that is missed for a while are collected.
const absent = `none-${namespace}`;
const onNode = { nodeName: absent };
const eviction = (name: string, deleteOptions = {}) => ({
  apiVersion: 'policy/v1',
  kind: 'Eviction',
  metadata: { name },
  deleteOptions,
});
const success = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 };

it('one without a node goes at once', async () => {
  await make('unassigned');
  const { status, body } = await cluster.remove(`${pods}/unassigned`);
  expect([status, body.kind]).toEqual([200, 'Pod']);
  expect((await cluster.get(`${pods}/unassigned`)).status).toBe(404);
});

it('one with a node has its grace, which can only become shorter', async () => {
  await make('graceful', onNode);
  const dry = await cluster.remove(`${pods}/graceful`, undefined, { query: { dryRun: 'All' } });
  expect(dry.body.metadata).toMatchObject({ deletionGracePeriodSeconds: 30, generation: 2 });
  for (const [gracePeriodSeconds, left] of [
    [20, 20],
    [25, 20],
    [5, 5],
    [-1, 1],
  ]) {
    const { body } = await cluster.remove(`${pods}/graceful`, { gracePeriodSeconds });
    expect(body.metadata).toMatchObject({ deletionGracePeriodSeconds: left, generation: 2 });
  }
  expect((await cluster.remove(`${pods}/graceful`, { gracePeriodSeconds: 0 })).body.kind).toBe('Pod');
  await cluster.until(`${pods}/graceful`, ({ status }) => status === 404);
});

it('a binding is made once', async () => {
  const { metadata } = await make('bound');
  const binding = (more = {}, target: object = { kind: 'Node', name: absent }) =>
    cluster.post(`${pods}/bound/binding`, { metadata: { name: 'bound', ...more }, target });
  expect((await binding({}, {})).body).toMatchObject({ code: 500, message: 'target.name: Required value' });
  expect((await binding({}, { kind: 'Foo', name: 'x' })).body.message).toBe(
    'target.kind: Unsupported value: "Foo": supported values: "Node", "<empty>"',
  );
  expect((await binding({ name: 'other' })).body).toMatchObject({
    code: 400,
    message: 'name in URL does not match name in Binding object',
  });
  expect((await binding({ uid: 'x' })).body).toMatchObject({ code: 409, reason: 'Conflict' });
  const made = await binding({ uid: metadata.uid });
  expect([made.status, made.body]).toEqual([201, success]);
  expect((await cluster.get(`${pods}/bound`)).body).toMatchObject({
    metadata: { generation: 1 },
    spec: { nodeName: absent },
    status: { conditions: [expect.objectContaining({ type: 'PodScheduled', status: 'True' })] },
  });
  expect((await binding()).body).toMatchObject({
    code: 409,
    message: `Operation cannot be fulfilled on pods/binding "bound": pod bound is already assigned to node "${absent}"`,
    details: { name: 'bound', kind: 'pods/binding' },
  });
  await cluster.remove(`${pods}/bound`, { gracePeriodSeconds: 0 });
});

it('an eviction asks the budget of what runs, and only of that', async () => {
  for (const name of ['pending', 'running']) await make(name, onNode);
  const budget = { metadata: { name: 'keep' }, spec: { minAvailable: 1, selector: {} } };
  await cluster.post(budgets, budget);
  const status = {
    phase: 'Running',
    conditions: [{ type: 'Ready', status: 'True' }],
  };
  await cluster.patch(`${pods}/running/status`, { status }, 'strategic-merge-patch+json');
  await cluster.until(`${budgets}/keep`, ({ body }) => body.status?.currentHealthy === 1);
  const evict = (name: string, deleteOptions = {}) =>
    cluster.post(`${pods}/${name}/eviction`, eviction(name, deleteOptions));
  const refused = await evict('running');
  expect([refused.status, refused.body]).toEqual([
    429,
    {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      reason: 'TooManyRequests',
      code: 429,
      message: "Cannot evict pod as it would violate the pod's disruption budget.",
      details: {
        causes: [
          {
            reason: 'DisruptionBudget',
            message: expect.stringMatching(/^The disruption budget keep needs \d healthy pods and has 1 currently$/),
          },
        ],
      },
    },
  ]);
  expect((await evict('pending', { preconditions: { uid: 'x' } })).body).toMatchObject({
    code: 409,
    message: expect.stringMatching(
      /^Operation cannot be fulfilled on Pod "pending": the UID in the precondition \(x\)/,
    ),
  });
  const dry = await cluster.post(`${pods}/pending/eviction`, eviction('pending'), { query: { dryRun: 'All' } });
  expect([dry.status, dry.body]).toEqual([201, success]);
  expect((await evict('pending', { gracePeriodSeconds: 0 })).body).toEqual(success);
  expect((await evict('none')).body).toMatchObject({ code: 404, message: 'pods "none" not found' });
  expect((await cluster.post(`${pods}/running/eviction`, eviction('other'))).body.message).toBe(
    'name in URL does not match name in Eviction object',
  );
  await cluster.remove(`${budgets}/keep`);
  expect((await evict('running', { gracePeriodSeconds: 0 })).body).toEqual(success);
});

it('containers for debugging come by their own way, and stay', async () => {
  await make('debugged', onNode);
  const debug = (image: string) => ({ spec: { ephemeralContainers: [{ name: 'debug', image }] } });
  const added = await cluster.patch(`${pods}/debugged/ephemeralcontainers`, debug('a'), 'strategic-merge-patch+json');
  expect(added.status, added.text).toBe(200);
  expect(added.body.spec.ephemeralContainers).toMatchObject([{ name: 'debug', image: 'a' }]);
  const changed = await cluster.patch(`${pods}/debugged/ephemeralcontainers`, debug('b'), 'strategic-merge-patch+json');
  expect(changed.status).toBe(422);
  expect(changed.body.message).toMatch(
    /^Pod "debugged" is invalid: spec.ephemeralContainers: Forbidden: existing ephemeral containers "debug" may not be changed/,
  );
  const main = await cluster.patch(`${pods}/debugged`, { spec: { hostNetwork: true } }, 'merge-patch+json');
  expect(main.body.message).toMatch(
    /^Pod "debugged" is invalid: spec: Forbidden: pod updates may not change fields other than `spec.containers\[\*\].image`/,
  );
  await cluster.remove(`${pods}/debugged`, { gracePeriodSeconds: 0 });
});
