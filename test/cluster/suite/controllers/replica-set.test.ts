import { afterAll, beforeAll, expect, it } from 'vitest';
import { openCluster } from '../../support/cluster.ts';
import {
  type Anything,
  conditionsOf,
  countsOf,
  missingImage,
  openWorkbench,
  template,
  type Workbench,
  workload,
} from './workbench.ts';

const cluster = await openCluster();
let bench: Workbench;
beforeAll(async () => {
  bench = await openWorkbench(cluster);
});
afterAll(() => cluster.close());

const make = (name: string, spec: object = {}) => bench.make('replicasets', workload('ReplicaSet', name, spec));
const settled = (name: string, replicas: number) =>
  bench.until('replicasets', name, ({ metadata, status }) => {
    const { readyReplicas = 0, observedGeneration, terminatingReplicas } = status ?? {};
    return readyReplicas === replicas && observedGeneration === metadata.generation && terminatingReplicas === 0;
  });
const namesOf = (objects: Anything[]) => objects.map(({ metadata }) => metadata.name);

it.concurrent('makes as many pods as it wants and counts them', async () => {
  const made = await make('plain', { replicas: 2, template: template('plain', 'web:1') });
  const set = await settled('plain', 2);
  await bench.until('replicasets', 'plain', ({ status }) => status.availableReplicas === 2);
  expect(countsOf(set)).toMatchObject({
    observedGeneration: 1,
    replicas: 2,
    fullyLabeledReplicas: 2,
    readyReplicas: 2,
    terminatingReplicas: 0,
  });
  const pods = await bench.list('pods', 'app=plain');
  for (const { metadata } of pods) {
    expect(metadata.name).toMatch(/^plain-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
    expect(metadata.generateName).toBe('plain-');
    expect(metadata.labels).toEqual({ app: 'plain' });
    expect(metadata.ownerReferences).toEqual([
      {
        apiVersion: 'apps/v1',
        kind: 'ReplicaSet',
        name: 'plain',
        uid: made.metadata.uid,
        controller: true,
        blockOwnerDeletion: true,
      },
    ]);
  }
  await bench.events('plain', new RegExp(`Created pod: ${pods[1].metadata.name}`));
  const events = await bench.events('plain', new RegExp(`Created pod: ${pods[0].metadata.name}`));
  expect(events.sort()).toEqual(pods.map(({ metadata }) => `Normal SuccessfulCreate: Created pod: ${metadata.name}`));
});

it.concurrent('says which pods it deletes, and no longer counts them', async () => {
  await make('fewer', { replicas: 2 });
  await settled('fewer', 2);
  const record = await bench.record('replicasets');
  const before = namesOf(await bench.list('pods', 'app=fewer'));
  await bench.merge('replicasets', 'fewer/scale', { spec: { replicas: 1 } });
  const [left] = namesOf(await bench.untilAll('pods', (pods) => pods.length === 1, 'app=fewer'));
  await settled('fewer', 1);
  await record.stop();
  const [deleted] = before.filter((name) => name !== left);
  expect(await bench.events('fewer', /Deleted/)).toContain(`Normal SuccessfulDelete: Deleted pod: ${deleted}`);
  const statuses = record.seen
    .filter(({ object }) => object.metadata.name === 'fewer')
    .map(({ object }) => [object.status.replicas, object.status.terminatingReplicas]);
  expect(statuses.at(-1)).toEqual([1, 0]);
});

it.concurrent('replaces a pod that is deleted before it is gone, and one that ended', async () => {
  await make('again', { replicas: 1 });
  await settled('again', 1);
  const [{ metadata }] = await bench.list('pods', 'app=again');
  await cluster.remove(bench.at('pods', metadata.name));
  const [pod] = await bench.untilAll(
    'pods',
    (pods) => pods.length === 1 && pods[0].metadata.uid !== metadata.uid,
    'app=again',
  );
  await settled('again', 1);
  await cluster.patch(
    `${bench.at('pods', pod.metadata.name)}/status`,
    { status: { phase: 'Failed' } },
    'merge-patch+json',
  );
  const present = await bench.untilAll(
    'pods',
    (pods) => pods.some(({ metadata: { uid } }) => uid !== pod.metadata.uid),
    'app=again',
  );
  expect(present.length).toBeGreaterThanOrEqual(1);
});

it.concurrent('adopts pods without an owner by their labels, lets go of those that changed them', async () => {
  const labels = { app: 'adopter' };
  const stray = await bench.make('pods', { ...template('adopter'), metadata: { name: 'stray', labels } });
  const set = await make('adopter', { replicas: 2 });
  await settled('adopter', 2);
  const pods = await bench.list('pods', 'app=adopter');
  expect(namesOf(pods)).toContain('stray');
  expect((await bench.read('pods', 'stray')).metadata).toMatchObject({
    uid: stray.metadata.uid,
    ownerReferences: [{ kind: 'ReplicaSet', uid: set.metadata.uid, controller: true }],
  });
  await bench.merge('pods', 'stray', { metadata: { labels: { app: 'free' } } });
  await bench.until('pods', 'stray', ({ metadata }) => !metadata.ownerReferences);
  await bench.untilAll('pods', (present) => present.length === 2, 'app=adopter');
});

it.concurrent('counts apart the pods that have not all labels of its template', async () => {
  await make('labels', { replicas: 1 });
  await settled('labels', 1);
  const more = { metadata: { labels: { app: 'labels', tier: 'front' } } };
  await bench.merge('replicasets', 'labels', { spec: { template: more } });
  const set = await bench.until('replicasets', 'labels', ({ status }) => status.observedGeneration === 2);
  expect(countsOf(set)).toMatchObject({ replicas: 1, readyReplicas: 1 });
  expect(set.status.fullyLabeledReplicas).toBeUndefined();
});

it.concurrent('deletes first what has not started, then what costs least', async () => {
  await make('victims', { replicas: 3 });
  await settled('victims', 3);
  const good = namesOf(await bench.list('pods', 'app=victims'));
  await bench.merge('replicasets', 'victims', { spec: { replicas: 4, template: template('victims', missingImage) } });
  await bench.untilAll('pods', (pods) => pods.length === 4, 'app=victims');
  await bench.merge('replicasets', 'victims/scale', { spec: { replicas: 3 } });
  expect(namesOf(await bench.untilAll('pods', (pods) => pods.length === 3, 'app=victims'))).toEqual(good);
  const cost = 'controller.kubernetes.io/pod-deletion-cost';
  await bench.merge('pods', good[1], { metadata: { annotations: { [cost]: '-5' } } });
  await bench.merge('pods', good[2], { metadata: { annotations: { [cost]: '5' } } });
  // The annotation has to be in the controller's cache before the pods are chosen: it comes by the same watch as this change.
  await bench.merge('pods', good[0], { metadata: { labels: { seen: 'yes' } } });
  await bench.merge('replicasets', 'victims', { metadata: { annotations: { seen: 'yes' } } });
  await bench.merge('replicasets', 'victims/scale', { spec: { replicas: 2 } });
  expect(namesOf(await bench.untilAll('pods', (pods) => pods.length === 2, 'app=victims'))).toEqual([good[0], good[2]]);
  await bench.merge('replicasets', 'victims/scale', { spec: { replicas: 1 } });
  expect(namesOf(await bench.untilAll('pods', (pods) => pods.length === 1, 'app=victims'))).toEqual([good[2]]);
});

it.concurrent('starts slowly, so that a refusal is not asked for a hundred times, and says why it cannot', async () => {
  const other = await openWorkbench(cluster);
  await other.make('resourcequotas', { metadata: { name: 'two' }, spec: { hard: { pods: '2' } } });
  await other.until('resourcequotas', 'two', ({ status }) => status?.hard?.pods === '2');
  await other.make('replicasets', workload('ReplicaSet', 'refused', { replicas: 100 }));
  const refused = await other.until(
    'replicasets',
    'refused',
    (set) => conditionsOf(set).ReplicaFailure !== undefined && set.status.replicas === 2,
  );
  const because = 'is forbidden: exceeded quota: two, requested: pods=1, used: pods=2, limited: pods=2';
  expect(conditionsOf(refused).ReplicaFailure).toEqual({
    status: 'True',
    reason: 'FailedCreate',
    message: expect.stringMatching(new RegExp(`^pods "refused-[a-z0-9]{5}" ${because}$`)),
  });
  const events = await other.events('refused', /FailedCreate/);
  const failures = events.filter((event) => event.startsWith('Warning FailedCreate'));
  expect(failures[0]).toMatch(
    new RegExp(`^Warning FailedCreate: Error creating: pods "refused-[a-z0-9]{5}" ${because}$`),
  );
  expect(await other.list('pods')).toHaveLength(2);
  await other.merge('replicasets', 'refused/scale', { spec: { replicas: 2 } });
  await other.until('replicasets', 'refused', (set) => !conditionsOf(set).ReplicaFailure);
});

it.concurrent('leaves its pods when it is deleted as an orphaning owner', async () => {
  await make('orphan', { replicas: 1 });
  await settled('orphan', 1);
  await cluster.remove(bench.at('replicasets', 'orphan'), { propagationPolicy: 'Orphan' });
  await bench.gone('replicasets', 'orphan');
  const [pod] = await bench.untilAll('pods', (pods) => !pods[0]?.metadata.ownerReferences?.length, 'app=orphan');
  expect(pod.metadata.deletionTimestamp).toBeUndefined();
});
