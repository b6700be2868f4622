import { afterAll, describe, expect, it } from 'vitest';
import { openCluster } from '../../support/cluster.ts';
import { create, eventAbout, pod, uniqueName } from './cluster-objects.ts';

const cluster = await openCluster();
const namespace = await cluster.namespace();
const within = `/api/v1/namespaces/${namespace}`;
const claims = `${within}/persistentvolumeclaims`;
const volumes = '/api/v1/persistentvolumes';
const classes = '/apis/storage.k8s.io/v1/storageclasses';
const leftovers: string[] = [];
afterAll(async () => {
  for (const path of leftovers) {
    await cluster.remove(path);
    if (path.startsWith(volumes)) await cluster.patch(path, { metadata: { finalizers: null } }, 'merge-patch+json');
  }
  await cluster.close();
});

const claim = (name: string, spec: object = {}) => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, ...spec },
});

const using = (name: string, claimName: string, spec: object = {}) =>
  pod(name, { volumes: [{ name: 'data', persistentVolumeClaim: { claimName } }], ...spec });

async function storageClass(more: object): Promise<string> {
  const name = uniqueName('suite-class');
  const object = { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', metadata: { name }, ...more };
  await create(cluster, classes, object);
  leftovers.push(`${classes}/${name}`);
  return name;
}

async function volume(storageClassName: string, more: object = {}, metadata: object = {}): Promise<string> {
  const name = uniqueName('suite-volume') + leftovers.length;
  const spec = {
    capacity: { storage: '5Gi' },
    accessModes: ['ReadWriteOnce'],
    persistentVolumeReclaimPolicy: 'Retain',
    storageClassName,
    hostPath: { path: `/data/${name}` },
    ...more,
  };
  await create(cluster, volumes, { apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name, ...metadata }, spec });
  leftovers.push(`${volumes}/${name}`);
  return name;
}

const bound = (path: string) => cluster.until(path, ({ body }) => body?.status?.phase === 'Bound');
const phase = (path: string, wanted: string) => cluster.until(path, ({ body }) => body?.status?.phase === wanted);
const gone = (path: string) => cluster.until(path, ({ status }) => status === 404);

describe.skipIf(!cluster.ours)('a claim of a class that waits for its first consumer', () => {
  const path = `${claims}/late`;
  let uid = '';

  it('stays Pending until a pod uses it, and says so', async () => {
    ({
      metadata: { uid },
    } = await create(cluster, claims, claim('late')));
    const event = await eventAbout(cluster, namespace, 'late', { reason: 'WaitForFirstConsumer' });
    expect(event).toMatchObject({
      type: 'Normal',
      message: 'waiting for first consumer to be created before binding',
      source: { component: 'persistentvolume-controller' },
      reportingComponent: 'persistentvolume-controller',
    });
    const { body } = await cluster.get(path);
    expect(body.status).toEqual({ phase: 'Pending' });
    expect(body.spec).toEqual({ ...claim('late').spec, storageClassName: 'standard', volumeMode: 'Filesystem' });
    expect(body.metadata.finalizers).toEqual(['kubernetes.io/pvc-protection']);
  });

  it('is provisioned for and bound once a pod has a node', async () => {
    await create(cluster, `${within}/pods`, using('consumer', 'late'));
    const { body } = await bound(path);
    const consumer = await cluster.until(`${within}/pods/consumer`, ({ body }) => body.status.phase === 'Running');
    expect(body.metadata.annotations).toEqual({
      'pv.kubernetes.io/bind-completed': 'yes',
      'pv.kubernetes.io/bound-by-controller': 'yes',
      'volume.beta.kubernetes.io/storage-provisioner': 'tars-console.dev/sandbox',
      'volume.kubernetes.io/selected-node': consumer.body.spec.nodeName,
      'volume.kubernetes.io/storage-provisioner': 'tars-console.dev/sandbox',
    });
    expect(body.spec.volumeName).toBe(`pvc-${uid}`);
    expect(body.status).toEqual({ phase: 'Bound', accessModes: ['ReadWriteOnce'], capacity: { storage: '1Gi' } });
    const made = await bound(`${volumes}/pvc-${uid}`);
    expect(made.body.metadata.annotations).toEqual({ 'pv.kubernetes.io/provisioned-by': 'tars-console.dev/sandbox' });
    expect(made.body.metadata.finalizers).toEqual(['kubernetes.io/pv-protection']);
    expect(made.body.spec.claimRef).toMatchObject({ kind: 'PersistentVolumeClaim', namespace, name: 'late', uid });
    expect(made.body.spec).toMatchObject({ persistentVolumeReclaimPolicy: 'Delete', storageClassName: 'standard' });
    expect(made.body.status).toEqual({ phase: 'Bound', lastPhaseTransitionTime: expect.any(String) });
    for (const [reason, message] of [
      [
        'ExternalProvisioning',
        "Waiting for a volume to be created either by the external provisioner 'tars-console.dev/sandbox' or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered.",
      ],
      ['Provisioning', `External provisioner is provisioning volume for claim "${namespace}/late"`],
      ['ProvisioningSucceeded', `Successfully provisioned volume pvc-${uid}`],
    ] as const)
      await eventAbout(cluster, namespace, 'late', { reason, message });
  });

  it('grows with its request', async () => {
    await cluster.patch(path, { spec: { resources: { requests: { storage: '2Gi' } } } }, 'merge-patch+json');
    await cluster.until(path, ({ body }) => body.status.capacity.storage === '2Gi');
    const { body } = await cluster.get(`${volumes}/pvc-${uid}`);
    expect(body.spec.capacity).toEqual({ storage: '2Gi' });
  });

  it('stays while a pod uses it and takes its volume along', async () => {
    await cluster.remove(path);
    const { body } = await cluster.get(path);
    expect(body.metadata.deletionTimestamp).toEqual(expect.any(String));
    expect(body.status.phase).toBe('Bound');
    await cluster.remove(`${volumes}/pvc-${uid}`);
    const kept = await cluster.get(`${volumes}/pvc-${uid}`);
    expect(kept.body.metadata.finalizers).toEqual(['kubernetes.io/pv-protection']);
    await cluster.remove(`${within}/pods/consumer`);
    await gone(path);
    await gone(`${volumes}/pvc-${uid}`);
  });

  it('names the pods that wait for a node themselves', async () => {
    await create(cluster, claims, claim('later'));
    await create(cluster, `${within}/pods`, using('nowhere', 'later', { nodeSelector: { no: 'such' } }));
    await cluster.patch(`${claims}/later`, { metadata: { labels: { look: 'again' } } }, 'merge-patch+json');
    await eventAbout(cluster, namespace, 'later', {
      reason: 'WaitForPodScheduled',
      message: 'waiting for pod nowhere to be scheduled',
    });
  });
});

describe.skipIf(!cluster.ours)('a claim of a class that binds at once', () => {
  it('is bound without a pod, and the volume goes with it', async () => {
    const storageClassName = await storageClass({
      provisioner: 'tars-console.dev/sandbox',
      volumeBindingMode: 'Immediate',
    });
    const { metadata } = await create(cluster, claims, claim('now', { storageClassName }));
    const { body } = await bound(`${claims}/now`);
    expect(Object.keys(body.metadata.annotations).sort()).toEqual([
      'pv.kubernetes.io/bind-completed',
      'pv.kubernetes.io/bound-by-controller',
      'volume.beta.kubernetes.io/storage-provisioner',
      'volume.kubernetes.io/storage-provisioner',
    ]);
    await cluster.remove(`${claims}/now`);
    await gone(`${volumes}/pvc-${metadata.uid}`);
  });

  it('keeps its volume as Released where the class retains', async () => {
    const storageClassName = await storageClass({
      provisioner: 'tars-console.dev/sandbox',
      volumeBindingMode: 'Immediate',
      reclaimPolicy: 'Retain',
    });
    const { metadata } = await create(cluster, claims, claim('kept', { storageClassName }));
    const path = `${volumes}/pvc-${metadata.uid}`;
    leftovers.push(path);
    await bound(`${claims}/kept`);
    await cluster.remove(`${claims}/kept`);
    const { body } = await phase(path, 'Released');
    expect(body.spec.claimRef).toMatchObject({ name: 'kept', uid: metadata.uid });
  });

  it('says when nobody provisions for its class, or the class is not there', async () => {
    await create(cluster, claims, claim('classless', { storageClassName: '' }));
    await create(cluster, claims, claim('lost-class', { storageClassName: 'suite-no-such-class' }));
    const event = await eventAbout(cluster, namespace, 'classless', { reason: 'FailedBinding' });
    expect(event).toMatchObject({
      type: 'Normal',
      message: 'no persistent volumes available for this claim and no storage class is set',
    });
    expect(await eventAbout(cluster, namespace, 'lost-class', { reason: 'ProvisioningFailed' })).toMatchObject({
      type: 'Warning',
      message: 'storageclass.storage.k8s.io "suite-no-such-class" not found',
    });
  });
});

describe.skipIf(!cluster.ours)('a volume that was there before', () => {
  const manual = uniqueName('suite-manual');

  it('is Available; the smallest that suffices is taken, by class, labels and access mode', async () => {
    const tier = { labels: { tier: 'gold' } };
    const large = await volume(manual, { capacity: { storage: '9Gi' } }, tier);
    const fitting = await volume(manual, {}, tier);
    await volume(manual, { capacity: { storage: '3Gi' } });
    await volume(manual, { capacity: { storage: '2Gi' } }, tier);
    await volume(manual, { capacity: { storage: '3Gi' }, accessModes: ['ReadOnlyMany'] }, tier);
    await volume(`${manual}-other`, { capacity: { storage: '3Gi' } }, tier);
    await phase(`${volumes}/${large}`, 'Available');
    const { body: available } = await phase(`${volumes}/${fitting}`, 'Available');
    expect(available.status).toEqual({ phase: 'Available', lastPhaseTransitionTime: expect.any(String) });
    const spec = {
      storageClassName: manual,
      selector: { matchLabels: { tier: 'gold' } },
      resources: { requests: { storage: '3Gi' } },
    };
    await create(cluster, claims, claim('static', spec));
    const { body } = await bound(`${claims}/static`);
    expect(body.spec.volumeName).toBe(fitting);
    expect(body.status.capacity).toEqual({ storage: '5Gi' });
    expect(body.metadata.annotations).toEqual({
      'pv.kubernetes.io/bind-completed': 'yes',
      'pv.kubernetes.io/bound-by-controller': 'yes',
    });
    const taken = await bound(`${volumes}/${fitting}`);
    expect(taken.body.metadata.annotations).toEqual({ 'pv.kubernetes.io/bound-by-controller': 'yes' });
    await cluster.remove(`${claims}/static`);
    const released = await phase(`${volumes}/${fitting}`, 'Released');
    expect(released.body.spec.claimRef.name).toBe('static');
    await cluster.patch(`${volumes}/${fitting}`, { spec: { claimRef: null } }, 'merge-patch+json');
    await phase(`${volumes}/${fitting}`, 'Available');
  });

  it('can be asked for by name, if it suffices and is free', async () => {
    const name = await volume(manual);
    const wanted = { storageClassName: manual, volumeName: name };
    await create(cluster, claims, claim('too-large', { ...wanted, resources: { requests: { storage: '6Gi' } } }));
    expect(await eventAbout(cluster, namespace, 'too-large', { reason: 'VolumeMismatch' })).toMatchObject({
      type: 'Warning',
      message: `Cannot bind to requested volume "${name}": requested PV is too small`,
    });
    await create(cluster, claims, claim('named', wanted));
    const { body } = await bound(`${claims}/named`);
    expect(body.metadata.annotations).toEqual({ 'pv.kubernetes.io/bind-completed': 'yes' });
    const taken = await bound(`${volumes}/${name}`);
    expect(taken.body.metadata.annotations).toEqual({ 'pv.kubernetes.io/bound-by-controller': 'yes' });
    await create(cluster, claims, claim('second', wanted));
    expect(await eventAbout(cluster, namespace, 'second', { reason: 'FailedBinding' })).toMatchObject({
      type: 'Warning',
      message: `volume "${name}" already bound to a different claim.`,
    });
    expect((await phase(`${claims}/second`, 'Pending')).body.status).toEqual({ phase: 'Pending' });
  });

  it('can be reserved for a claim that is not there yet', async () => {
    const name = await volume(manual, { claimRef: { namespace, name: 'reserved' } });
    expect((await phase(`${volumes}/${name}`, 'Available')).body.spec.claimRef.uid).toBeUndefined();
    const { metadata } = await create(cluster, claims, claim('reserved', { storageClassName: manual }));
    await bound(`${claims}/reserved`);
    const { body } = await bound(`${volumes}/${name}`);
    expect(body.spec.claimRef.uid).toBe(metadata.uid);
    expect(body.metadata.annotations).toBeUndefined();
  });

  it('leaves its claim Lost when it is taken away by force', async () => {
    const name = await volume(manual);
    await create(cluster, claims, claim('loser', { storageClassName: manual, volumeName: name }));
    await bound(`${claims}/loser`);
    await cluster.remove(`${volumes}/${name}`);
    expect((await cluster.get(`${volumes}/${name}`)).body.metadata.deletionTimestamp).toEqual(expect.any(String));
    await cluster.patch(`${volumes}/${name}`, { metadata: { finalizers: null } }, 'merge-patch+json');
    const { body } = await phase(`${claims}/loser`, 'Lost');
    expect(body.status).toEqual({ phase: 'Lost' });
    expect(await eventAbout(cluster, namespace, 'loser', { reason: 'ClaimLost' })).toMatchObject({
      type: 'Warning',
      message: 'Bound claim has lost its PersistentVolume. Data on the volume is lost!',
    });
  });
});
