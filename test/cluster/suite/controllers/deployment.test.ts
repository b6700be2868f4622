import { afterAll, beforeAll, expect, it } from 'vitest';
import { templateHash } from '../../../../src/kubernetes/names.ts';
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

const prefix = 'deployment.kubernetes.io';
const rolling = (maxSurge: number | string, maxUnavailable: number | string) => ({
  strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge, maxUnavailable } },
});
const deploy = (name: string, spec: object = {}) => bench.make('deployments', workload('Deployment', name, spec));
const setsOf = (app: string) => bench.list('replicasets', `app=${app}`);
const imageOf = (set: Anything) => set.spec.template.spec.containers[0].image;
const change = (name: string, image: string) =>
  bench.merge('deployments', name, { spec: { template: template(name, image) } });

/** Waits until the rollout is as `kubectl rollout status` wants it, and said to be so. */
const rolledOut = (name: string) =>
  bench.until('deployments', name, ({ metadata, spec, status = {} }) => {
    const {
      observedGeneration,
      replicas = 0,
      updatedReplicas = 0,
      availableReplicas = 0,
      terminatingReplicas,
    } = status;
    const counts = [replicas, updatedReplicas, availableReplicas].every((count) => count === spec.replicas);
    const reason = conditionsOf({ status }).Progressing?.reason;
    const done = observedGeneration === metadata.generation && terminatingReplicas === 0;
    return counts && done && reason === 'NewReplicaSetAvailable';
  });

/** Sizes wanted of ReplicaSets by image, as soon as they are these. */
const sizes = (name: string, wanted: Record<string, number>) =>
  bench.untilAll(
    'replicasets',
    (sets) =>
      Object.entries(wanted).every(([image, size]) =>
        sets.some((set) => imageOf(set) === image && set.spec.replicas === size),
      ),
    `app=${name}`,
  );

it.concurrent('makes a ReplicaSet for its template and says how it went', async () => {
  const made = await deploy('plain', { replicas: 3 });
  const deployment = await rolledOut('plain');
  expect(countsOf(deployment)).toEqual({
    observedGeneration: 1,
    replicas: 3,
    updatedReplicas: 3,
    readyReplicas: 3,
    availableReplicas: 3,
    terminatingReplicas: 0,
  });
  expect(deployment.metadata.annotations).toEqual({ [`${prefix}/revision`]: '1' });
  const [set] = await setsOf('plain');
  const hash = set.metadata.labels['pod-template-hash'];
  // The real one hashes Go's memory dump of the template (`pod-template-hash` among the divergences).
  expect(hash).toMatch(/^[bcdfghjklmnpqrstvwxz2456789]{8,10}$/);
  expect(hash === templateHash(made.spec.template)).toBe(cluster.on === 'sandbox');
  expect(set.metadata).toMatchObject({
    name: `plain-${hash}`,
    labels: { app: 'plain', 'pod-template-hash': hash },
    annotations: { [`${prefix}/revision`]: '1', [`${prefix}/desired-replicas`]: '3', [`${prefix}/max-replicas`]: '4' },
    ownerReferences: [
      {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        name: 'plain',
        uid: made.metadata.uid,
        controller: true,
        blockOwnerDeletion: true,
      },
    ],
  });
  expect(set.spec.selector).toEqual({ matchLabels: { app: 'plain', 'pod-template-hash': hash } });
  expect(set.spec.template.metadata.labels).toEqual({ app: 'plain', 'pod-template-hash': hash });
  expect(conditionsOf(deployment)).toEqual({
    Available: {
      status: 'True',
      reason: 'MinimumReplicasAvailable',
      message: 'Deployment has minimum availability.',
    },
    Progressing: {
      status: 'True',
      reason: 'NewReplicaSetAvailable',
      message: `ReplicaSet "plain-${hash}" has successfully progressed.`,
    },
  });
  expect(await bench.events('plain', /Scaled/)).toEqual([
    `Normal ScalingReplicaSet: Scaled up replica set plain-${hash} from 0 to 3`,
  ]);
  const { source, reportingComponent } = (
    await cluster.get(bench.at('events'), { query: { fieldSelector: 'involvedObject.name=plain' } })
  ).body.items[0];
  expect([source.component, reportingComponent]).toEqual(['deployment-controller', 'deployment-controller']);
});

it.concurrent('says on the way why it is not there yet', async () => {
  const record = await bench.record('deployments');
  await deploy('told', { replicas: 1 });
  await rolledOut('told');
  await record.stop();
  const reasons = record.seen
    .map(({ object }) => object)
    .filter(({ metadata }) => metadata.name === 'told')
    .map((object) =>
      Object.entries(conditionsOf(object)).map(([type, { status, reason }]) => `${type} ${status} ${reason}`),
    );
  const told = [...new Set(reasons.flat())];
  expect(told).toEqual(
    expect.arrayContaining([
      'Progressing True NewReplicaSetCreated',
      'Available False MinimumReplicasUnavailable',
      'Available True MinimumReplicasAvailable',
      'Progressing True NewReplicaSetAvailable',
    ]),
  );
});

it.concurrent('replaces one pod after the other with a surge of one, in these steps and no others', async () => {
  await deploy('steps', { replicas: 3, ...rolling(1, 0) });
  await rolledOut('steps');
  const record = await bench.record('replicasets');
  await change('steps', 'web:2');
  await rolledOut('steps');
  await record.stop();
  const now = { 'web:1': 3, 'web:2': 0 };
  const trace: string[] = [];
  for (const { object } of record.seen) {
    if (object.metadata.labels.app !== 'steps') continue;
    Object.assign(now, { [imageOf(object)]: object.spec.replicas });
    const line = `${now['web:1']}+${now['web:2']}`;
    if (trace.at(-1) !== line) trace.push(line);
  }
  expect(trace.filter((line) => line !== '3+0')).toEqual(['3+1', '2+1', '2+2', '1+2', '1+3', '0+3']);
});

it.concurrent('never wants more pods than its surge allows, nor loses more than may be unavailable', async () => {
  await deploy('bounds', { replicas: 4, ...rolling('25%', '25%') });
  await rolledOut('bounds');
  const [sets, pods] = [await bench.record('replicasets'), await bench.record('pods')];
  await change('bounds', 'web:2');
  await rolledOut('bounds');
  await sets.stop();
  await pods.stop();
  const sized = new Map<string, number>();
  let most = 0;
  for (const { object } of sets.seen.filter((event) => event.object.metadata.labels.app === 'bounds')) {
    if (sized.size === 0) sized.set('web:1', 4);
    sized.set(imageOf(object), object.spec.replicas);
    most = Math.max(
      most,
      [...sized.values()].reduce((sum, size) => sum + size, 0),
    );
  }
  expect(most).toBe(5);

  const fresh = new Map<string, boolean>();
  const gone = new Set<string>();
  let least = 4;
  for (const { type, object } of pods.seen.filter((event) => event.object.metadata.labels.app === 'bounds')) {
    const { name, deletionTimestamp } = object.metadata;
    if (object.spec.containers[0].image === 'web:2') fresh.set(name, conditionsOf(object).Ready?.status === 'True');
    else if (type === 'DELETED' || deletionTimestamp) gone.add(name);
    least = Math.min(least, 4 - gone.size + [...fresh.values()].filter(Boolean).length);
  }
  // The real one also counts on pods that it has already told to go, until their ReplicaSet's status says so.
  expect(least).toBeGreaterThanOrEqual(cluster.on === 'sandbox' ? 3 : 1);
});

it.concurrent('rounds the surge up and the unavailable down, and stops where a broken template must stop', async () => {
  await deploy('fenced', { replicas: 5, ...rolling('25%', '25%') });
  await rolledOut('fenced');
  await change('fenced', missingImage);
  const [set] = (await sizes('fenced', { 'web:1': 4, [missingImage]: 3 })).filter((one) => imageOf(one) === 'web:1');
  expect(set.metadata.annotations[`${prefix}/max-replicas`]).toBe('7');
  const stuck = await bench.until(
    'deployments',
    'fenced',
    ({ status }) => status.replicas === 7 && status.updatedReplicas === 3 && status.terminatingReplicas === 0,
  );
  expect(countsOf(stuck)).toMatchObject({
    replicas: 7,
    updatedReplicas: 3,
    readyReplicas: 4,
    availableReplicas: 4,
    unavailableReplicas: 3,
  });
  const [broken] = (await setsOf('fenced')).filter((one) => imageOf(one) === missingImage);
  expect(conditionsOf(stuck)).toMatchObject({
    Available: { status: 'True', reason: 'MinimumReplicasAvailable' },
    Progressing: {
      status: 'True',
      reason: 'ReplicaSetUpdated',
      message: `ReplicaSet "${broken.metadata.name}" is progressing.`,
    },
  });

  // In the middle of it, more are wanted: shared out in proportion to what is there.
  await bench.merge('deployments', 'fenced/scale', { spec: { replicas: 10 } });
  await sizes('fenced', { 'web:1': 7, [missingImage]: 6 });
  const events = await bench.events('fenced', /from 3 to 6/);
  expect(events).toContain(`Normal ScalingReplicaSet: Scaled up replica set ${set.metadata.name} from 4 to 7`);
  const sets = await setsOf('fenced');
  for (const { metadata } of sets)
    expect(metadata.annotations).toMatchObject({
      [`${prefix}/desired-replicas`]: '10',
      [`${prefix}/max-replicas`]: '13',
    });

  // And fewer again.
  await bench.merge('deployments', 'fenced/scale', { spec: { replicas: 4 } });
  await bench.until('deployments', 'fenced', ({ status }) => status.observedGeneration >= 4 && status.replicas <= 5);
});

it.concurrent('takes one pod away where percentages leave nothing either way', async () => {
  await deploy('nothing', { replicas: 3, ...rolling('0%', '10%') });
  await rolledOut('nothing');
  await change('nothing', missingImage);
  await sizes('nothing', { 'web:1': 2, [missingImage]: 1 });
});

it.concurrent('exceeds its deadline when nothing moves, and recovers from it', async () => {
  await deploy('late', { replicas: 1, progressDeadlineSeconds: 2, template: template('late', missingImage) });
  const late = await bench.until('deployments', 'late', (one) => conditionsOf(one).Progressing?.status === 'False');
  const [set] = await setsOf('late');
  expect(conditionsOf(late)).toEqual({
    Available: {
      status: 'False',
      reason: 'MinimumReplicasUnavailable',
      message: 'Deployment does not have minimum availability.',
    },
    Progressing: {
      status: 'False',
      reason: 'ProgressDeadlineExceeded',
      message: `ReplicaSet "${set.metadata.name}" has timed out progressing.`,
    },
  });
  const counted = await bench.until('deployments', 'late', ({ status }) => status.replicas === 1);
  expect(countsOf(counted)).toEqual({
    observedGeneration: 1,
    replicas: 1,
    updatedReplicas: 1,
    unavailableReplicas: 1,
    terminatingReplicas: 0,
  });
  await bench.merge('deployments', 'late', { spec: { progressDeadlineSeconds: 600 } });
  await change('late', 'web:1');
  await rolledOut('late');
});

it.concurrent('does nothing for a new template while it is paused, but scales', async () => {
  await deploy('paused', { replicas: 1 });
  await rolledOut('paused');
  await bench.merge('deployments', 'paused', { spec: { paused: true } });
  const paused = await bench.until(
    'deployments',
    'paused',
    (one) => conditionsOf(one).Progressing?.status === 'Unknown',
  );
  expect(conditionsOf(paused).Progressing).toEqual({
    status: 'Unknown',
    reason: 'DeploymentPaused',
    message: 'Deployment is paused',
  });
  await bench.merge('deployments', 'paused', { spec: { replicas: 2, template: template('paused', 'web:2') } });
  await bench.until(
    'deployments',
    'paused',
    ({ status }) => status.readyReplicas === 2 && status.observedGeneration === 3,
  );
  expect((await setsOf('paused')).map(imageOf)).toEqual(['web:1']);
  const record = await bench.record('deployments');
  await bench.merge('deployments', 'paused', { spec: { paused: false } });
  await rolledOut('paused');
  await record.stop();
  const told = record.seen.map(({ object }) => conditionsOf(object).Progressing);
  expect(told).toContainEqual({ status: 'Unknown', reason: 'DeploymentResumed', message: 'Deployment is resumed' });
  expect((await setsOf('paused')).map(imageOf).sort()).toEqual(['web:1', 'web:2']);
});

it.concurrent('counts revisions, goes back to an old one as kubectl does, and remembers what it served', async () => {
  const cause = 'kubernetes.io/change-cause';
  await bench.make('deployments', {
    ...workload('Deployment', 'revised', { replicas: 1, revisionHistoryLimit: 2 }),
    metadata: { name: 'revised', annotations: { [cause]: 'first' } },
  });
  await rolledOut('revised');
  await bench.merge('deployments', 'revised', {
    metadata: { annotations: { [cause]: 'second' } },
    spec: { template: template('revised', 'web:2') },
  });
  await rolledOut('revised');
  const told = async () =>
    Object.fromEntries((await setsOf('revised')).map((set) => [imageOf(set), set.metadata.annotations]));
  expect(await told()).toMatchObject({
    'web:1': { [`${prefix}/revision`]: '1', [cause]: 'first' },
    'web:2': { [`${prefix}/revision`]: '2', [cause]: 'second' },
  });
  const first = (await setsOf('revised')).find((set) => imageOf(set) === 'web:1');
  const { 'pod-template-hash': _, ...labels } = first.spec.template.metadata.labels;
  const undo = [
    { op: 'replace', path: '/spec/template', value: { ...first.spec.template, metadata: { labels } } },
    { op: 'replace', path: '/metadata/annotations', value: { [cause]: 'first', [`${prefix}/revision`]: '2' } },
  ];
  expect((await cluster.patch(bench.at('deployments', 'revised'), undo, 'json-patch+json')).status).toBe(200);
  await bench.until('deployments', 'revised', ({ metadata }) => metadata.annotations[`${prefix}/revision`] === '3');
  await rolledOut('revised');
  expect(await told()).toMatchObject({
    'web:1': { [`${prefix}/revision`]: '3', [`${prefix}/revision-history`]: '1', [cause]: 'first' },
    'web:2': { [`${prefix}/revision`]: '2' },
  });
  for (const image of ['web:4', 'web:5', 'web:6']) {
    await change('revised', image);
    await rolledOut('revised');
  }
  const kept = await bench.untilAll('replicasets', (sets) => sets.length === 3, 'app=revised');
  expect(kept.map((set) => set.metadata.annotations[`${prefix}/revision`]).sort()).toEqual(['4', '5', '6']);
});

it.concurrent('takes every old pod away before it makes new ones when told to recreate', async () => {
  await deploy('again', { replicas: 2, strategy: { type: 'Recreate' } });
  await rolledOut('again');
  const record = await bench.record('pods');
  await change('again', 'web:2');
  await rolledOut('again');
  await record.stop();
  // A pod that has ended counts no more, even before it is gone.
  const ended = new Set<string>();
  let made = 0;
  for (const { type, object } of record.seen) {
    if (object.metadata.labels.app !== 'again') continue;
    const isOld = object.spec.containers[0].image === 'web:1';
    if (isOld && (type === 'DELETED' || ['Succeeded', 'Failed'].includes(object.status.phase)))
      ended.add(object.metadata.name);
    if (isOld || type !== 'ADDED') continue;
    made += 1;
    expect(ended.size).toBe(2);
  }
  expect(made).toBe(2);
  const [set] = (await setsOf('again')).filter((one) => imageOf(one) === 'web:2');
  expect(set.metadata.annotations).toMatchObject({
    [`${prefix}/desired-replicas`]: '2',
    [`${prefix}/max-replicas`]: '2',
  });
});

it.concurrent('waits until a pod has been ready for long enough', async () => {
  const record = await bench.record('deployments');
  await deploy('patient', { replicas: 1, minReadySeconds: 2 });
  await rolledOut('patient');
  await record.stop();
  const counts = record.seen
    .filter(({ object }) => object.metadata.name === 'patient')
    .map(({ object }) => [object.status?.readyReplicas, object.status?.availableReplicas]);
  expect(counts).toContainEqual([1, undefined]);
  expect(counts).toContainEqual([1, 1]);
  expect((await setsOf('patient'))[0].spec.minReadySeconds).toBe(2);
  await bench.merge('deployments', 'patient', { spec: { minReadySeconds: 0 } });
  await bench.untilAll('replicasets', ([set]) => !set.spec.minReadySeconds, 'app=patient');
});

it.concurrent('leaves its ReplicaSets when it is deleted as an orphaning owner, and takes them back', async () => {
  await deploy('orphan', { replicas: 1 });
  await rolledOut('orphan');
  const [before] = await setsOf('orphan');
  await cluster.remove(bench.at('deployments', 'orphan'), { propagationPolicy: 'Orphan' });
  await bench.gone('deployments', 'orphan');
  await bench.untilAll('replicasets', ([set]) => !set.metadata.ownerReferences?.length, 'app=orphan');
  const made = await deploy('orphan', { replicas: 1 });
  await rolledOut('orphan');
  const after = await setsOf('orphan');
  expect(after.map(({ metadata }) => [metadata.uid, metadata.ownerReferences[0].uid])).toEqual([
    [before.metadata.uid, made.metadata.uid],
  ]);
  expect(after[0].metadata.annotations[`${prefix}/revision`]).toBe('1');

  // What no longer fits the selector is let go.
  await bench.merge('replicasets', before.metadata.name, { metadata: { labels: { app: 'other' } } });
  await bench.untilAll('replicasets', ([set]) => !set.metadata.ownerReferences?.length, 'app=other');
});

it.concurrent('takes another name when somebody else has the name that its hash makes', async () => {
  await deploy('clash', { replicas: 1 });
  await rolledOut('clash');
  const [{ metadata }] = await setsOf('clash');
  await cluster.remove(bench.at('deployments', 'clash'), { propagationPolicy: 'Foreground' });
  await bench.gone('deployments', 'clash');
  const foreign = workload('ReplicaSet', metadata.name, {
    replicas: 0,
    selector: { matchLabels: { app: 'foreign' } },
    template: template('foreign'),
  });
  await bench.make('replicasets', foreign);
  await deploy('clash', { replicas: 1 });
  const deployment = await rolledOut('clash');
  expect(deployment.status.collisionCount).toBe(1);
  expect((await setsOf('clash'))[0].metadata.name).not.toBe(metadata.name);
});

it.concurrent('passes on that a ReplicaSet cannot make its pods', async () => {
  const other = await openWorkbench(cluster);
  await other.make('resourcequotas', { metadata: { name: 'none' }, spec: { hard: { pods: '0' } } });
  await other.until('resourcequotas', 'none', ({ status }) => status?.hard?.pods === '0');
  await other.make('deployments', workload('Deployment', 'refused', { replicas: 1 }));
  const refused = await other.until('deployments', 'refused', (one) => conditionsOf(one).ReplicaFailure !== undefined);
  expect(conditionsOf(refused).ReplicaFailure).toMatchObject({
    status: 'True',
    reason: 'FailedCreate',
    message: expect.stringMatching(
      /^pods "refused-[a-z0-9]+-[a-z0-9]{5}" is forbidden: exceeded quota: none, requested: pods=1, used: pods=0, limited: pods=0$/,
    ),
  });
});
