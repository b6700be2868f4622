import { afterAll, beforeAll, expect, it } from 'vitest';
import { openCluster } from '../support/cluster.ts';

const cluster = await openCluster();
afterAll(() => cluster.close());

let base = '';
beforeAll(async () => {
  base = `/api/v1/namespaces/${await cluster.namespace()}`;
});

const add = (name: string, container: object, spec: object = {}) =>
  cluster.post(`${base}/pods`, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: { containers: [{ name: 'main', image: 'busybox:1.37', ...container }], ...spec },
  });

type Status = {
  phase: string;
  containerStatuses?: {
    state: Record<string, { reason?: string; message?: string; exitCode?: number }>;
    restartCount: number;
  }[];
};
const until = async (name: string, wanted: (status: Status) => boolean | undefined) =>
  (await cluster.until(`${base}/pods/${name}`, ({ body }) => wanted(body.status ?? {}) ?? false)).body.status;

it('a job’s pod runs its command to the end, and says how it ended', async () => {
  await add('good', { command: ['sh', '-c', 'echo done'] }, { restartPolicy: 'Never' });
  await add('bad', { command: ['sh', '-c', 'echo no >&2; exit 4'] }, { restartPolicy: 'Never' });
  const good = await until('good', ({ phase }) => phase === 'Succeeded');
  expect(good.containerStatuses[0].state.terminated).toMatchObject({ exitCode: 0, reason: 'Completed' });
  const bad = await until('bad', ({ phase }) => phase === 'Failed');
  expect(bad.containerStatuses[0].state.terminated).toMatchObject({ exitCode: 4, reason: 'Error' });
  expect((await cluster.get(`${base}/pods/bad/log`, { headers: { accept: '*/*' } })).text).toBe('no\n');
});

it('init containers end one after the other before the others begin, and share a volume with them', async () => {
  const volumeMounts = [{ name: 'steps', mountPath: '/shared-steps' }];
  const step = (name: string, text: string) => ({
    name,
    image: 'busybox:1.37',
    command: ['sh', '-c', `echo ${text} >> /shared-steps/log`],
    volumeMounts,
  });
  await add(
    'steps',
    { command: ['cat', '/shared-steps/log'], volumeMounts },
    {
      restartPolicy: 'Never',
      volumes: [{ name: 'steps', emptyDir: {} }],
      initContainers: [step('a', 'one'), step('b', 'two')],
    },
  );
  await until('steps', ({ phase }) => phase === 'Succeeded');
  const { text } = await cluster.get(`${base}/pods/steps/log`, { headers: { accept: '*/*' } });
  expect(text).toBe('one\ntwo\n');
});

it('an image that no registry has backs off with the events of a node', async () => {
  await add('missing', { image: 'registry.invalid/does-not-exist:1' });
  const { containerStatuses } = await until(
    'missing',
    (status) => status.containerStatuses?.[0]?.state.waiting?.reason === 'ImagePullBackOff',
  );
  expect(containerStatuses[0].state.waiting.message).toContain(
    'Back-off pulling image "registry.invalid/does-not-exist:1"',
  );
  const query = { fieldSelector: 'involvedObject.name=missing,reason=Failed' };
  const { body } = await cluster.until(`${base}/events`, (answer) => answer.body.items.length >= 2, { query });
  const messages = body.items.map((event: { message: string }) => event.message);
  expect(messages).toContain('Error: ErrImagePull');
});

it('a container that ends again and again is restarted later and later', async () => {
  await add('crash', { command: ['sh', '-c', 'exit 9'] });
  const { containerStatuses } = await until(
    'crash',
    (status) => status.containerStatuses?.[0]?.state.waiting?.reason === 'CrashLoopBackOff',
  );
  expect(containerStatuses[0].state.waiting.message).toMatch(
    /^back-off \d+s restarting failed container=main pod=crash_/,
  );
  expect(containerStatuses[0].lastState.terminated).toMatchObject({ exitCode: 9, reason: 'Error' });
});

it('probes and hooks run commands in the container', async () => {
  await add('probed', {
    command: ['sleep', '3600'],
    lifecycle: { postStart: { exec: { command: ['sh', '-c', 'touch /tmp/ready'] } } },
    readinessProbe: { exec: { command: ['test', '-f', '/tmp/ready'] }, periodSeconds: 1 },
  });
  const { body } = await cluster.until(
    `${base}/pods/probed`,
    (answer) => answer.body.status.containerStatuses?.[0].ready === true,
  );
  expect(body.status.containerStatuses[0].started).toBe(true);
});
