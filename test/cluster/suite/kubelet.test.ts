import { afterAll, beforeAll, expect, it } from 'vitest';
import { openCluster } from '../support/cluster.ts';
import { execute, runningPod } from '../support/streams.ts';

const cluster = await openCluster();
afterAll(() => cluster.close());

let namespace = '';
let base = '';
const until = (pod: string, done: (status: { [field: string]: unknown }) => boolean) =>
  cluster.until(`${base}/pods/${pod}`, ({ body }) => body.status !== undefined && done(body.status));
const shell = (pod: string, script: string) => execute(cluster, namespace, pod, ['sh', '-c', script]);
/** A pod that runs a script once. */
const once = (name: string, script: string, container: object = {}, spec: object = {}) =>
  cluster.post(`${base}/pods`, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: {
      restartPolicy: 'Never',
      terminationGracePeriodSeconds: 1,
      containers: [{ name: 'main', image: 'busybox:1.37', command: ['sh', '-c', script], ...container }],
      ...spec,
    },
  });

beforeAll(async () => {
  namespace = await cluster.namespace();
  base = `/api/v1/namespaces/${namespace}`;
  await runningPod(cluster, namespace, 'plain');
});

it('reports the conditions of a running pod in the kubelet’s order, each with every field', async () => {
  const { body } = await until(
    'plain',
    ({ conditions }) => (conditions as { type: string }[] | undefined)?.length === 5,
  );
  expect(body.status.conditions.map(({ type }: { type: string }) => type)).toEqual([
    'PodReadyToStartContainers',
    'Initialized',
    'Ready',
    'ContainersReady',
    'PodScheduled',
  ]);
  for (const condition of body.status.conditions)
    expect(condition).toEqual({
      type: expect.any(String),
      observedGeneration: 1,
      status: 'True',
      lastProbeTime: null,
      lastTransitionTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
    });
});

it('fails a pod that is active for longer than it may be, and leaves the object', async () => {
  await once('late', 'sleep 3600', {}, { activeDeadlineSeconds: 1, restartPolicy: 'Always' });
  const { body } = await until('late', ({ phase }) => phase === 'Failed');
  expect(body.metadata.deletionTimestamp).toBeUndefined();
  expect(body.status).toMatchObject({
    reason: 'DeadlineExceeded',
    message: 'Pod was active on the node longer than the specified deadline',
    containerStatuses: [{ ready: false, restartCount: 0, state: { terminated: {} } }],
  });
  const ready = body.status.conditions.find(({ type }: { type: string }) => type === 'Ready');
  expect(ready).toMatchObject({ status: 'False', reason: 'PodFailed' });
  const events = await cluster.until(`${base}/events`, ({ text }) => text.includes('DeadlineExceeded'), {
    query: { fieldSelector: 'involvedObject.name=late' },
  });
  expect(events.body.items.find(({ reason }: { reason: string }) => reason === 'DeadlineExceeded')).toMatchObject({
    type: 'Normal',
    message: 'Pod was active on the node longer than the specified deadline',
  });
});

it('fails a pod whose deadline passes before anything of it ran', async () => {
  await once('stuck', 'true', { image: 'web-does-not-exist:1' }, { activeDeadlineSeconds: 1 });
  const { body } = await until('stuck', ({ phase }) => phase === 'Failed');
  expect(body.status).toMatchObject({ reason: 'DeadlineExceeded', containerStatuses: [{ state: { waiting: {} } }] });
});

it('says why a container ended: what it wrote for that, or the end of its log when its policy allows', async () => {
  const end = async (name: string, script: string, container: object = {}) => {
    await once(name, script, container);
    const { body } = await until(name, ({ phase }) => phase === 'Succeeded' || phase === 'Failed');
    const { exitCode, message } = body.status.containerStatuses[0].state.terminated;
    return [exitCode, message];
  };
  const falls = { terminationMessagePolicy: 'FallbackToLogsOnError' };
  expect(await end('wrote', 'echo broken > /dev/termination-log; echo log; exit 3')).toEqual([3, 'broken\n']);
  expect(await end('elsewhere', 'echo fine > /tmp/end', { terminationMessagePath: '/tmp/end' })).toEqual([0, 'fine\n']);
  expect(await end('silent', 'echo log; exit 3')).toEqual([3, undefined]);
  expect(await end('logged', 'echo one; echo two; exit 3', falls)).toEqual([3, 'one\ntwo\n']);
  expect(await end('succeeded', 'echo one', falls)).toEqual([0, undefined]);
  expect(await end('much', 'i=0; while [ $i -lt 100 ]; do echo $i; i=$((i+1)); done; exit 1', falls)).toEqual([
    1,
    Array.from({ length: 80 }, (_, index) => `${index + 20}\n`).join(''),
  ]);
});

it('gives a pod on the node’s network the address of the node', async () => {
  await runningPod(cluster, namespace, 'on-host', {}, { hostNetwork: true });
  const { body } = await cluster.get(`${base}/pods/on-host`);
  expect(body.status.podIP).toBe(body.status.hostIP);
  expect(body.status.podIPs).toEqual([{ ip: body.status.hostIP }]);
  expect((await shell('on-host', 'hostname')).stdout).toBe(`${body.spec.nodeName}\n`);
});

it('gives the files of a volume their modes, behind links', async () => {
  await cluster.post(`${base}/configmaps`, { metadata: { name: 'files' }, data: { plain: 'a', run: '#!/bin/sh\n' } });
  await cluster.post(`${base}/secrets`, { metadata: { name: 'hidden' }, stringData: { key: 'x' } });
  const volumes = [
    { name: 'files', configMap: { name: 'files', defaultMode: 0o640 } },
    {
      name: 'chosen',
      configMap: {
        name: 'files',
        items: [
          { key: 'run', path: 'bin/run.sh', mode: 0o755 },
          { key: 'plain', path: 'p' },
        ],
      },
    },
    { name: 'hidden', secret: { secretName: 'hidden', defaultMode: 0o400 } },
  ];
  const volumeMounts = volumes.map(({ name }) => ({ name, mountPath: `/volumes/${name}` }));
  await runningPod(cluster, namespace, 'modes', { volumeMounts }, { volumes });
  const modes = async (...paths: string[]) => {
    const { stdout } = await execute(cluster, namespace, 'modes', ['ls', '-lL', ...paths]);
    const lines = stdout.trim().split('\n');
    return lines.map((line) => `${line.slice(0, 10)} ${line.split('/volumes/').at(-1)}`).sort();
  };
  const paths = ['files/plain', 'files/run', 'chosen/bin/run.sh', 'chosen/p', 'hidden/key'];
  expect(await modes(...paths.map((path) => `/volumes/${path}`))).toEqual([
    '-r-------- hidden/key',
    '-rw-r----- files/plain',
    '-rw-r----- files/run',
    '-rw-r--r-- chosen/p',
    '-rwxr-xr-x chosen/bin/run.sh',
  ]);
  expect((await shell('modes', 'ls -l /volumes/files')).stdout).toMatch(
    /^lrwxrwxrwx .* plain -> \.\.data\/plain\nlrwxrwxrwx .* run -> \.\.data\/run\n$/m,
  );
});

it('runs an ephemeral container in a running pod once, and counts it nowhere', async () => {
  const debug = { name: 'look', image: 'busybox:1.37', command: ['sh', '-c', 'hostname; exit 4'] };
  const path = `${base}/pods/plain/ephemeralcontainers`;
  await cluster.patch(path, { spec: { ephemeralContainers: [debug] } }, 'strategic-merge-patch+json');
  const { body } = await until('plain', ({ ephemeralContainerStatuses }) =>
    JSON.stringify(ephemeralContainerStatuses ?? '').includes('terminated'),
  );
  expect(body.status).toMatchObject({ phase: 'Running', containerStatuses: [{ ready: true, restartCount: 0 }] });
  expect(body.status.ephemeralContainerStatuses).toEqual([
    {
      name: 'look',
      image: expect.stringMatching(/busybox:1\.37$/),
      imageID: expect.any(String),
      containerID: expect.stringContaining('://'),
      lastState: {},
      ready: false,
      restartCount: 0,
      state: { terminated: expect.objectContaining({ exitCode: 4, reason: 'Error' }) },
    },
  ]);
  const ready = body.status.conditions.find(({ type }: { type: string }) => type === 'Ready');
  expect(ready).toMatchObject({ status: 'True' });
  const log = await cluster.get(`${base}/pods/plain/log`, { query: { container: 'look' }, headers: { accept: '*/*' } });
  expect(log.text).toBe('plain\n');
  await cluster.until(`${base}/events`, ({ text }) => text.includes('Started container look'), {
    query: { fieldSelector: 'involvedObject.fieldPath=spec.ephemeralContainers{look}' },
  });
});

it('gives a claim that is made again an empty volume', async () => {
  const claims = `${base}/persistentvolumeclaims`;
  const use = async (pod: string) => {
    await cluster.post(claims, {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'data' },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
    });
    const volumes = [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }];
    await runningPod(cluster, namespace, pod, { volumeMounts: [{ name: 'data', mountPath: '/data' }] }, { volumes });
  };
  await use('first');
  await shell('first', 'echo kept > /data/file');
  expect((await shell('first', 'cat /data/file')).stdout).toBe('kept\n');
  await cluster.remove(`${base}/pods/first`);
  await cluster.until(`${base}/pods/first`, ({ status }) => status === 404);
  await cluster.remove(`${claims}/data`);
  await cluster.until(`${claims}/data`, ({ status }) => status === 404);
  await use('second');
  expect((await shell('second', 'ls /data')).stdout).toBe('');
});

it.skipIf(!cluster.ours)('tells nodes how long they may keep what they have read', async () => {
  const { body } = await cluster.until('/api/v1/nodes', ({ text }) => text.includes('node.alpha.kubernetes.io/ttl'));
  expect(body.items[0].metadata.annotations).toMatchObject({ 'node.alpha.kubernetes.io/ttl': '0' });
});
