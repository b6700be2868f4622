import { afterAll, expect, it } from 'vitest';
import type { Connection } from '../../../../src/cluster/connection.ts';
import type { Finding } from '../../../../src/playbooks/finding.ts';
import { inputsNow } from '../../support/read-inputs.ts';
import { openPlaybook } from '../../support/run-playbook.ts';
import { connectTo, openStepCluster } from '../../support/steps.ts';

const { cluster, connection } = await openStepCluster();
const classes = '/apis/storage.k8s.io/v1/storageclasses';
const [fast, slow] = ['fast', 'slow'].map((name) => `${name}-${connection.info.namespace}`) as [string, string];
const marked = { 'storageclass.kubernetes.io/is-default-class': 'true' };

async function makeClass(name: string, volumeBindingMode: string, annotations: object = {}) {
  const made = await cluster.post(classes, {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name, annotations },
    // Nobody makes volumes for it.
    provisioner: 'example.com/disk',
    volumeBindingMode,
  });
  expect(made.status).toBe(201);
}
await makeClass(fast, 'WaitForFirstConsumer');
await makeClass(slow, 'Immediate');
afterAll(async () => {
  for (const name of [fast, slow]) await cluster.remove(`${classes}/${name}`);
});

async function choose(as: Connection, inputs: Record<string, string>, ref = 'tars/storage-class') {
  const playbook = await openPlaybook(as, ref, inputs);
  const plan = await playbook.plan();
  const { status, records } = await playbook.run(plan);
  const findings = records.flatMap((one): Finding[] => (one.type === 'step-result' ? (one.findings ?? []) : []));
  const about = (title: string) => findings.filter((one) => one.title.includes(title));
  return { status, about, changes: plan.steps.find(({ id }) => id === 'claims')?.preview?.changes ?? [] };
}

const claimsOf = async (namespace: string) => {
  const { body } = await cluster.get(`/api/v1/namespaces/${namespace}/persistentvolumeclaims`);
  return Object.fromEntries(
    (body.items as { metadata: { name: string }; spec: { storageClassName?: string } }[]).map((one) => [
      one.metadata.name,
      one.spec.storageClassName,
    ]),
  );
};

it('Storage class: classes are offered with their binding mode, new claims get the chosen one, existing ones are named', async () => {
  const { reading } = await inputsNow(connection, 'tars/storage-class', { storageClass: fast });
  expect(reading.offered.storageClass).toEqual(
    expect.arrayContaining([
      { value: fast, label: `${fast} (WaitForFirstConsumer)` },
      { value: slow, label: `${slow} (Immediate)` },
    ]),
  );
  await expect(inputsNow(connection, 'tars/storage-class', { storageClass: 'none-such' })).rejects.toMatchObject({
    evidence: [expect.stringMatching(/it must be one of .*, which the cluster has; not `none-such`/)],
  });

  const { namespace } = connection.info;
  await cluster.post(`/api/v1/namespaces/${namespace}/persistentvolumeclaims`, {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'redis-pvc' },
    spec: { accessModes: ['ReadWriteOnce'], storageClassName: slow, resources: { requests: { storage: '5Gi' } } },
  });
  const first = await choose(connection, { storageClass: fast });
  expect(first.status).toBe('done');
  expect(first.changes).toContainEqual(
    expect.objectContaining({
      object: 'PersistentVolumeClaim/redis-pvc',
      note: `spec.storageClassName stays ${slow}, not ${fast}`,
    }),
  );
  expect(first.about('Every claim')).toMatchObject([
    { level: 'warning', observed: `redis-pvc has ${slow}, and keeps it (Pending)`, expected: fast },
  ]);
  expect(first.about('Every claim')[0]?.repair).toContain('tars/backup');
  const made = { 'postgres-pvc': fast, 'redis-pvc': slow, 'chromadb-pvc': fast, 'ollama-pvc': fast };
  expect(await claimsOf(namespace)).toEqual(made);

  // A second time nothing changes, and what is there now is where it begins.
  const { values } = await inputsNow(connection, 'tars/storage-class');
  expect(values.storageClass).toBe(fast);
  const again = await choose(connection, values);
  expect(again.changes.map(({ action }) => action)).toEqual(Array(4).fill('unchanged'));

  // Another one changes nothing in claims that are there.
  expect((await choose(connection, { storageClass: slow })).about('Every claim')).toHaveLength(3);
  expect(await claimsOf(namespace)).toEqual(made);
  expect((await inputsNow(connection, 'tars/deploy')).values.storageClass).toBe(fast);
});

it.runIf(cluster.on === 'sandbox')(
  'without a default class, or any class at all, it says what is missing',
  async () => {
    const found = (await cluster.get(classes)).body.items as { metadata: { name: string } }[];
    for (const { metadata } of found)
      if (metadata.name !== fast && metadata.name !== slow) await cluster.remove(`${classes}/${metadata.name}`);
    const other = await connectTo(cluster, await cluster.namespace());
    const { values } = await inputsNow(other, 'tars/storage-class');
    expect(values.storageClass).toBe('');
    const undecided = await choose(other, values);
    expect(undecided.status).toBe('not-met');
    expect(undecided.about('default, as none')).toMatchObject([
      { level: 'fatal', observed: 'none is; a claim that names no class would stay Pending' },
    ]);
    expect(await claimsOf(other.info.namespace)).toEqual({});

    await makeClass('usual', 'Immediate', marked);
    const usual = await inputsNow(other, 'tars/storage-class');
    expect(usual.values.storageClass).toBe('usual');
    expect(usual.reading.offered.storageClass).toContainEqual({
      value: 'usual',
      label: 'usual (Immediate, the default)',
    });
    for (const name of [fast, slow, 'usual']) await cluster.remove(`${classes}/${name}`);
    await expect(inputsNow(other, 'tars/storage-class', { storageClass: 'x' })).rejects.toMatchObject({
      evidence: ['storageClass: the cluster has none to choose from, not `x` either'],
    });
    expect((await choose(other, {})).about('has storage classes')).toMatchObject([
      { level: 'fatal', observed: 'none: nobody makes volumes here' },
    ]);
    other.close();
  },
);
