import { expect, test, vi } from 'vitest';
import { startTestNodes } from './cluster-of-nodes.ts';

const soon = { timeout: 5000, interval: 10 };

interface Reported {
  state: { waiting?: { reason: string; message: string }; running?: object; terminated?: { exitCode: number } };
  lastState: { terminated?: { exitCode: number; reason: string } };
  ready: boolean;
  started: boolean;
  restartCount: number;
}
type Nodes = Awaited<ReturnType<typeof startTestNodes>>;
const status = (nodes: Nodes, name: string) => nodes.pod(name)?.status;
const container = (nodes: Nodes, name: string) => status(nodes, name)?.containerStatuses?.[0] as Reported | undefined;
const condition = (nodes: Nodes, name: string, type: string) =>
  status(nodes, name)?.conditions?.find((one) => one.type === type);

test('a pod is pulled, started, and becomes ready when its readiness probe succeeds', async () => {
  const nodes = await startTestNodes();
  await nodes.addPod('web', { ports: [{ containerPort: 80 }], readinessProbe: { httpGet: { port: 80 } } });
  await vi.waitFor(() => expect(condition(nodes, 'web', 'Ready')?.status).toBe('True'), soon);
  expect(status(nodes, 'web')).toMatchObject({ phase: 'Running', podIP: '10.244.0.2', hostIP: '172.18.0.2' });
  expect(condition(nodes, 'web', 'PodScheduled')?.status).toBe('True');
  expect(container(nodes, 'web')).toMatchObject({ ready: true, started: true, restartCount: 0 });
  await vi.waitFor(() => expect(nodes.events('Started')).toHaveLength(1), soon);
  const reasons = nodes.events().map((event) => event.reason);
  expect(reasons.filter((reason) => reason !== 'Unhealthy')).toEqual(['Pulling', 'Pulled', 'Created', 'Started']);
});

test('an image that no registry has ends in ImagePullBackOff with the messages of a real node', async () => {
  const nodes = await startTestNodes();
  await nodes.addPod('web', { image: 'docker.io/tars/does-not-exist:1' });
  await vi.waitFor(() => expect(container(nodes, 'web')?.state.waiting?.reason).toBe('ImagePullBackOff'), soon);
  const message = container(nodes, 'web')?.state.waiting?.message;
  expect(message).toContain(
    'Back-off pulling image "docker.io/tars/does-not-exist:1": ErrImagePull: rpc error: code = NotFound',
  );
  expect(status(nodes, 'web')?.phase).toBe('Pending');
  await vi.waitFor(() => expect(nodes.events('BackOff')).not.toHaveLength(0), soon);
  expect(nodes.events('Failed').map((event) => event.message)).toContain('Error: ErrImagePull');
});

test('a crashing container restarts with growing delays and keeps its last state', async () => {
  const nodes = await startTestNodes(200);
  await nodes.addPod('web', {}, {}, { 'tars-console.dev/outcome': 'crash' });
  await vi.waitFor(() => {
    expect(container(nodes, 'web')?.state.waiting?.reason).toBe('CrashLoopBackOff');
    expect(container(nodes, 'web')?.state.waiting?.message).toContain('back-off 20s restarting failed container=main');
  }, soon);
  expect(container(nodes, 'web')?.restartCount).toBe(2);
  expect(container(nodes, 'web')?.lastState.terminated).toMatchObject({ exitCode: 1, reason: 'Error' });
  await vi.waitFor(() => expect(nodes.events('BackOff')[0]?.count).toBeGreaterThan(1), soon);
});

test('a container that takes too much memory is OOMKilled with 137', async () => {
  const nodes = await startTestNodes();
  await nodes.addPod('web', {}, {}, { 'tars-console.dev/outcome': 'out-of-memory' });
  await vi.waitFor(
    () => expect(container(nodes, 'web')?.lastState.terminated).toMatchObject({ exitCode: 137, reason: 'OOMKilled' }),
    soon,
  );
});

test('a missing ConfigMap is said, and the container starts once it is there', async () => {
  const nodes = await startTestNodes();
  await nodes.addPod('web', { envFrom: [{ configMapRef: { name: 'settings' } }] });
  await vi.waitFor(
    () =>
      expect(container(nodes, 'web')?.state.waiting).toEqual({
        reason: 'CreateContainerConfigError',
        message: 'configmap "settings" not found',
      }),
    soon,
  );
  await nodes.api.client.create('/api/v1/namespaces/tars/configmaps', {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'settings' },
    data: { A: '1' },
  });
  await vi.waitFor(() => expect(container(nodes, 'web')?.ready).toBe(true), soon);
});

test('a pod waits for its claim to be bound', async () => {
  const nodes = await startTestNodes();
  const claims = '/api/v1/namespaces/tars/persistentvolumeclaims';
  const claim = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'data' } };
  await nodes.api.client.create(claims, { ...claim, status: { phase: 'Pending' } });
  await nodes.addPod('web', {}, { volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }] });
  await vi.waitFor(() => expect(nodes.events('FailedMount')[0]?.message).toContain('PVC is not bound'), soon);
  expect(container(nodes, 'web')?.state.waiting?.reason).toBe('ContainerCreating');
  await nodes.api.client.patch(`${claims}/data`, { status: { phase: 'Bound' } }, 'merge');
  await vi.waitFor(() => expect(container(nodes, 'web')?.ready).toBe(true), soon);
});

test('init containers run one after the other before the others', async () => {
  const nodes = await startTestNodes();
  const crash = { 'tars-console.dev/outcome': 'crash' };
  await nodes.addPod('web', {}, { initContainers: [{ name: 'first', image: 'init:1' }] }, crash);
  await vi.waitFor(() => {
    const [first] = (status(nodes, 'web')?.initContainerStatuses ?? []) as Reported[];
    expect(first?.restartCount).toBeGreaterThan(0);
  }, soon);
  expect(status(nodes, 'web')?.phase).toBe('Pending');
  expect(container(nodes, 'web')?.state.waiting?.reason).toBe('PodInitializing');
  expect(condition(nodes, 'web', 'Initialized')?.message).toBe('containers with incomplete status: [first]');
});

test('a pod whose command ends well is Succeeded, and its init containers end before', async () => {
  const nodes = await startTestNodes();
  const initContainers = [{ name: 'first', image: 'init:1', command: ['migrate'] }];
  await nodes.addPod('job', { command: ['echo', 'hello'] }, { restartPolicy: 'Never', initContainers });
  await vi.waitFor(() => expect(status(nodes, 'job')?.phase).toBe('Succeeded'), soon);
  expect(condition(nodes, 'job', 'Ready')).toMatchObject({ status: 'False', reason: 'PodCompleted' });
  expect(condition(nodes, 'job', 'Initialized')?.status).toBe('True');
});

test('a sidecar starts before the others, stays beside them, and ends after them', async () => {
  const nodes = await startTestNodes();
  const sidecar = { name: 'proxy', image: 'proxy:1', restartPolicy: 'Always', ports: [{ containerPort: 15000 }] };
  const initContainers = [sidecar, { name: 'migrate', image: 'init:1' }];
  await nodes.addPod('job', { command: ['sleep', '0.3'] }, { restartPolicy: 'Never', initContainers });
  const inits = () => (status(nodes, 'job')?.initContainerStatuses ?? []) as Reported[];
  await vi.waitFor(() => expect(container(nodes, 'job')?.state.running).toBeDefined(), soon);
  expect(inits()[0]?.state.running).toBeDefined();
  expect(inits()[1]?.state.terminated?.exitCode).toBe(0);
  await vi.waitFor(() => expect(status(nodes, 'job')?.phase).toBe('Succeeded'), soon);
  await vi.waitFor(() => expect(inits()[0]?.state.terminated).toBeDefined(), soon);
  expect(inits()[0]?.restartCount).toBe(0);
});

test('restartPolicy Never ends a pod as Failed', async () => {
  const nodes = await startTestNodes();
  await nodes.addPod('job', {}, { restartPolicy: 'Never' }, { 'tars-console.dev/outcome': 'crash' });
  await vi.waitFor(() => expect(status(nodes, 'job')?.phase).toBe('Failed'), soon);
  expect(container(nodes, 'job')?.state.terminated?.exitCode).toBe(1);
  expect(container(nodes, 'job')?.restartCount).toBe(0);
});

test('a failing liveness probe restarts the container', async () => {
  const nodes = await startTestNodes();
  await nodes.addPod('web', { livenessProbe: { tcpSocket: { port: 9 }, periodSeconds: 1, failureThreshold: 2 } });
  await vi.waitFor(() => expect(container(nodes, 'web')?.restartCount).toBeGreaterThan(0), soon);
  await vi.waitFor(() => {
    const killing = nodes.events('Killing').map((event) => event.message);
    expect(killing).toContain('Container main failed liveness probe, will be restarted');
  }, soon);
  const unhealthy = nodes.events('Unhealthy')[0]?.message;
  expect(unhealthy).toBe('Liveness probe failed: dial tcp 10.244.0.2:9: connect: connection refused');
});

test('a container is not started until its startup probe succeeds, and its readiness is not asked before', async () => {
  const nodes = await startTestNodes();
  const startupProbe = { tcpSocket: { port: 9 }, periodSeconds: 10, failureThreshold: 1000 };
  await nodes.addPod('web', { startupProbe, readinessProbe: { httpGet: { port: 80 } } });
  await vi.waitFor(() => expect(nodes.events('Unhealthy')[0]?.count).toBeGreaterThan(1), soon);
  expect(container(nodes, 'web')).toMatchObject({ started: false, ready: false });
  expect(nodes.events('Unhealthy').every((event) => event.message.startsWith('Startup probe failed'))).toBe(true);
});

test('a deleted pod runs its pre-stop hook, stops, and is gone', async () => {
  const nodes = await startTestNodes();
  await nodes.addPod('web', { lifecycle: { preStop: { exec: { command: ['sleep', '5'] } } } });
  await vi.waitFor(() => expect(container(nodes, 'web')?.ready).toBe(true), soon);
  await nodes.api.client.remove(nodes.path('web'));
  expect(nodes.pod('web')?.metadata.deletionTimestamp).toBeDefined();
  await vi.waitFor(() => expect(nodes.pod('web')).toBeUndefined(), soon);
  await vi.waitFor(() => expect(nodes.events('Killing')[0]?.message).toBe('Stopping container main'), soon);
});

test('a node registers itself ready, with its capacity and a lease', async () => {
  const nodes = await startTestNodes();
  const node = nodes.api.get('/api/v1/nodes/node-2');
  expect(node?.status).toMatchObject({ capacity: { cpu: '4', memory: '16Gi' }, allocatable: { pods: '110' } });
  expect(nodes.api.list('/apis/coordination.k8s.io/v1/leases')).toHaveLength(2);
});

test('a file of images makes those fail that fit, with its own exit code', async () => {
  const nodes = await startTestNodes(100, [
    { image: 'broken:*', outcome: 'crash', exitCode: 7, afterSeconds: 1 },
    { image: 'docker.io/library/closed', outcome: 'never-ready' },
    { image: 'gone', outcome: 'image-missing' },
  ]);
  await nodes.addPod('a', { image: 'broken:2' });
  await nodes.addPod('b', { image: 'closed:1', readinessProbe: { tcpSocket: { port: 80 } } });
  await nodes.addPod('c', { image: 'gone' });
  await vi.waitFor(() => expect(container(nodes, 'a')?.lastState.terminated?.exitCode).toBe(7), soon);
  await vi.waitFor(() => expect(container(nodes, 'b')?.started).toBe(true), soon);
  await vi.waitFor(() => expect(container(nodes, 'c')?.state.waiting?.reason).toBe('ImagePullBackOff'), soon);
  expect(container(nodes, 'b')?.ready).toBe(false);
});

test('a container whose command is not there is told so, and starts again and again', async () => {
  const nodes = await startTestNodes(200);
  await nodes.addPod('web', { image: 'busybox', command: ['nosuch'] });
  await vi.waitFor(
    () => expect(container(nodes, 'web')?.lastState.terminated).toMatchObject({ exitCode: 128, reason: 'StartError' }),
    soon,
  );
});
