import { afterAll, beforeAll, expect, it } from 'vitest';
import { openCluster } from '../../support/cluster.ts';
import {
  type Anything,
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

const revisionKey = 'controller-revision-hash';
const make = (name: string, spec: object = {}) =>
  bench.make('statefulsets', workload('StatefulSet', name, { serviceName: 'svc', ...spec }));
const change = (name: string, image: string) =>
  bench.merge('statefulsets', name, { spec: { template: template(name, image) } });
const settled = (name: string) =>
  bench.until('statefulsets', name, ({ metadata, spec, status = {} }) => {
    const { observedGeneration, replicas, readyReplicas = 0, updateRevision, currentRevision } = status;
    const counts = replicas === spec.replicas && readyReplicas === spec.replicas;
    const type = spec.updateStrategy.type === 'RollingUpdate' && !spec.updateStrategy.rollingUpdate?.partition;
    return observedGeneration === metadata.generation && counts && (!type || updateRevision === currentRevision);
  });
const podsOf = (name: string) => bench.list('pods', `app=${name}`);
const namesOf = (objects: Anything[]) => objects.map(({ metadata }) => metadata.name);
const images = (pods: Anything[]) => pods.map(({ spec }) => spec.containers[0].image);
const changes = (seen: { type: string; object: Anything }[], app: string) =>
  seen
    .filter(({ type, object }) => type !== 'MODIFIED' && object.metadata.labels.app === app)
    .map(({ type, object }) => `${type} ${object.metadata.name}`);

it.concurrent('makes its pods in order, each with its name', async () => {
  const record = await bench.record('pods');
  const made = await make('plain', { replicas: 3 });
  const set = await settled('plain');
  await record.stop();
  expect(changes(record.seen, 'plain')).toEqual(['ADDED plain-0', 'ADDED plain-1', 'ADDED plain-2']);
  const revision = set.status.currentRevision;
  expect(revision).toMatch(/^plain-[bcdfghjklmnpqrstvwxz2456789]{8,10}$/);
  expect(countsOf(set)).toEqual({
    observedGeneration: 1,
    replicas: 3,
    readyReplicas: 3,
    availableReplicas: 3,
    currentReplicas: 3,
    updatedReplicas: 3,
    currentRevision: revision,
    updateRevision: revision,
    collisionCount: 0,
  });
  const pods = await podsOf('plain');
  for (const [index, { metadata, spec }] of pods.entries()) {
    expect(metadata.name).toBe(`plain-${index}`);
    expect(metadata.generateName).toBe('plain-');
    expect(metadata.labels).toEqual({
      app: 'plain',
      [revisionKey]: revision,
      'apps.kubernetes.io/pod-index': String(index),
      'statefulset.kubernetes.io/pod-name': `plain-${index}`,
    });
    expect(spec).toMatchObject({ hostname: `plain-${index}`, subdomain: 'svc' });
    expect(metadata.ownerReferences).toMatchObject([{ kind: 'StatefulSet', uid: made.metadata.uid, controller: true }]);
  }
  const events = await bench.events('plain', /plain-2/);
  for (const index of [0, 1, 2])
    expect(events).toContain(`Normal SuccessfulCreate: Create Pod plain-${index} in StatefulSet plain successful`);
});

it.concurrent('keeps its templates as revisions', async () => {
  const made = await make('kept', { replicas: 1 });
  const set = await settled('kept');
  const revision = await bench.read('controllerrevisions', set.status.currentRevision);
  const hash = revision.metadata.labels['controller.kubernetes.io/hash'];
  expect(revision).toMatchObject({
    revision: 1,
    metadata: {
      name: `kept-${hash}`,
      labels: { app: 'kept' },
      ownerReferences: [{ kind: 'StatefulSet', name: 'kept', uid: made.metadata.uid, controller: true }],
    },
    data: { spec: { template: { $patch: 'replace', metadata: { labels: { app: 'kept' } } } } },
  });
  await change('kept', 'web:2');
  await bench.until('statefulsets', 'kept', ({ status }) => status.updateRevision !== set.status.updateRevision);
  await settled('kept');
  await change('kept', 'web:1');
  await bench.until('statefulsets', 'kept', ({ status }) => status.updateRevision === set.status.updateRevision);
  await settled('kept');
  const all = await bench.list('controllerrevisions', 'app=kept');
  expect(all.map((one) => one.revision).sort()).toEqual([2, 3]);
});

it.concurrent('takes pods away from the last, and gives them numbers from where it is told', async () => {
  await make('from', { replicas: 3, ordinals: { start: 5 } });
  await settled('from');
  const pods = await podsOf('from');
  expect(namesOf(pods)).toEqual(['from-5', 'from-6', 'from-7']);
  expect(pods[0].metadata.labels['apps.kubernetes.io/pod-index']).toBe('5');
  const record = await bench.record('pods');
  await bench.merge('statefulsets', 'from/scale', { spec: { replicas: 1 } });
  await bench.untilAll('pods', (left) => left.length === 1, 'app=from');
  await record.stop();
  expect(changes(record.seen, 'from')).toEqual(['DELETED from-7', 'DELETED from-6']);
  expect(await bench.events('from', /from-6 .*successful/)).toContain(
    'Normal SuccessfulDelete: Delete Pod from-7 in StatefulSet from successful',
  );
});

it.concurrent('makes and takes all at once when told to do so in parallel', async () => {
  await make('parallel', {
    replicas: 2,
    podManagementPolicy: 'Parallel',
    template: template('parallel', missingImage),
  });
  await bench.untilAll('pods', (pods) => pods.length === 2, 'app=parallel');
  await bench.merge('statefulsets', 'parallel/scale', { spec: { replicas: 0 } });
  await bench.untilAll('pods', (pods) => pods.length === 0, 'app=parallel');
});

it.concurrent('renews its pods from the last, one after the other', async () => {
  await make('renewed', { replicas: 2 });
  await settled('renewed');
  const record = await bench.record('pods');
  await change('renewed', 'web:2');
  await bench.until('statefulsets', 'renewed', ({ status }) => status.updateRevision !== status.currentRevision);
  await settled('renewed');
  await record.stop();
  expect(images(await podsOf('renewed'))).toEqual(['web:2', 'web:2']);
  expect(changes(record.seen, 'renewed')).toEqual([
    'DELETED renewed-1',
    'ADDED renewed-1',
    'DELETED renewed-0',
    'ADDED renewed-0',
  ]);
});

it.concurrent('leaves the pods below its partition as they are, also when they are made again', async () => {
  const updateStrategy = { type: 'RollingUpdate', rollingUpdate: { partition: 1 } };
  await make('parted', { replicas: 2, updateStrategy });
  await settled('parted');
  await change('parted', 'web:2');
  const set = await bench.until(
    'statefulsets',
    'parted',
    ({ status }) => status.updatedReplicas === 1 && status.readyReplicas === 2 && status.currentReplicas === 1,
  );
  expect(set.status.currentRevision).not.toBe(set.status.updateRevision);
  expect(images(await podsOf('parted'))).toEqual(['web:1', 'web:2']);
  const [first] = await podsOf('parted');
  await cluster.remove(bench.at('pods', 'parted-0'));
  await bench.until('pods', 'parted-0', ({ metadata }) => metadata.uid !== first.metadata.uid);
  expect(images(await podsOf('parted'))).toEqual(['web:1', 'web:2']);
  expect((await bench.read('pods', 'parted-0')).metadata.labels[revisionKey]).toBe(set.status.currentRevision);
});

it.concurrent('renews only what is deleted when told so', async () => {
  await make('manual', { replicas: 2, updateStrategy: { type: 'OnDelete' } });
  await settled('manual');
  await change('manual', 'web:2');
  await bench.until('statefulsets', 'manual', ({ status }) => status.observedGeneration === 2);
  expect(images(await podsOf('manual'))).toEqual(['web:1', 'web:1']);
  await cluster.remove(bench.at('pods', 'manual-0'));
  await bench.until('pods', 'manual-0', ({ spec }) => spec.containers[0].image === 'web:2');
  expect(images(await podsOf('manual'))).toEqual(['web:2', 'web:1']);
});

it.concurrent('stays stuck on a pod that never becomes ready, even when its template is right again', async () => {
  await make('stuck', { replicas: 2, template: template('stuck', missingImage) });
  await bench.until('statefulsets', 'stuck', ({ status }) => status?.replicas === 1);
  await change('stuck', 'web:1');
  const set = await bench.until('statefulsets', 'stuck', ({ status }) => status.observedGeneration === 2);
  expect(set.status.updateRevision).not.toBe(set.status.currentRevision);
  expect(images(await podsOf('stuck'))).toEqual([missingImage]);
  // Only who deletes it frees it.
  await cluster.remove(bench.at('pods', 'stuck-0'));
  await settled('stuck');
  expect(images(await podsOf('stuck'))).toEqual(['web:1', 'web:1']);
});

const volumeClaimTemplates = [
  { metadata: { name: 'data' }, spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } },
];

it.concurrent('gives each pod its claims, which stay', async () => {
  await make('stored', { replicas: 2, volumeClaimTemplates });
  await settled('stored');
  const claims = await bench.list('persistentvolumeclaims', 'app=stored');
  expect(namesOf(claims)).toEqual(['data-stored-0', 'data-stored-1']);
  expect(claims[0].metadata.ownerReferences).toBeUndefined();
  const [pod] = await podsOf('stored');
  expect(pod.spec.volumes).toContainEqual({ name: 'data', persistentVolumeClaim: { claimName: 'data-stored-0' } });
  expect(await bench.events('stored', /Claim data-stored-1/)).toContain(
    'Normal SuccessfulCreate: Create Claim data-stored-0 Pod stored-0 in StatefulSet stored success',
  );
  await bench.merge('statefulsets', 'stored/scale', { spec: { replicas: 1 } });
  await bench.untilAll('pods', (pods) => pods.length === 1, 'app=stored');
  expect(await bench.list('persistentvolumeclaims', 'app=stored')).toHaveLength(2);
});

it.concurrent('takes claims away with what its policy says', async () => {
  const persistentVolumeClaimRetentionPolicy = { whenDeleted: 'Delete', whenScaled: 'Delete' };
  const made = await make('brief', { replicas: 2, volumeClaimTemplates, persistentVolumeClaimRetentionPolicy });
  await settled('brief');
  const [claim] = await bench.untilAll(
    'persistentvolumeclaims',
    (claims) => claims.length === 2 && claims.every(({ metadata }) => metadata.ownerReferences?.length === 1),
    'app=brief',
  );
  expect(claim.metadata.ownerReferences).toMatchObject([
    { apiVersion: 'apps/v1', kind: 'StatefulSet', uid: made.metadata.uid, controller: true },
  ]);
  await bench.merge('statefulsets', 'brief/scale', { spec: { replicas: 1 } });
  await bench.untilAll('persistentvolumeclaims', (claims) => claims.length === 1, 'app=brief');
  expect(namesOf(await podsOf('brief'))).toEqual(['brief-0']);
  await cluster.remove(bench.at('statefulsets', 'brief'));
  await bench.untilAll('persistentvolumeclaims', (claims) => claims.length === 0, 'app=brief');
});
