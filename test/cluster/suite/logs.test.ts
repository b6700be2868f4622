import { afterAll, beforeAll, expect, it } from 'vitest';
import { openCluster } from '../support/cluster.ts';
import { execute, runningPod } from '../support/streams.ts';

const cluster = await openCluster();
afterAll(() => cluster.close());

let pods = '';
const lines = (name: string, query: Record<string, string | number | boolean> = {}) =>
  cluster.get(`${pods}/${name}/log`, { query, headers: { accept: '*/*' } });

beforeAll(async () => {
  const namespace = await cluster.namespace();
  pods = `/api/v1/namespaces/${namespace}/pods`;
  await runningPod(cluster, namespace, 'box', { command: ['sh', '-c', 'echo one; echo two; echo three; sleep 3600'] });
  await cluster.until(`${pods}/box/log`, ({ text }) => text.endsWith('three\n'), { headers: { accept: '*/*' } });
});

it('gives everything, the last lines, or so many bytes', async () => {
  const { status, headers, text } = await lines('box');
  expect({ status, type: headers['content-type'], text }).toEqual({
    status: 200,
    type: 'text/plain',
    text: 'one\ntwo\nthree\n',
  });
  expect((await lines('box', { tailLines: 1 })).text).toBe('three\n');
  expect((await lines('box', { tailLines: 0 })).text).toBe('');
  expect((await lines('box', { limitBytes: 5 })).text).toBe('one\nt');
});

it('begins at a time, and says the times', async () => {
  expect((await lines('box', { sinceSeconds: 600 })).text).toBe('one\ntwo\nthree\n');
  expect((await lines('box', { sinceTime: '2040-01-01T00:00:00Z' })).text).toBe('');
  expect((await lines('box', { timestamps: true, tailLines: 1 })).text).toMatch(
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z three\n$/,
  );
});

it('refuses options in the words of Kubernetes', async () => {
  const said = async (query: Record<string, string | number>) => {
    const { status, body } = await lines('box', query);
    return [status, body.reason, body.message];
  };
  expect(await said({ tailLines: -1 })).toEqual([
    422,
    'Invalid',
    'PodLogOptions "box" is invalid: tailLines: Invalid value: -1: must be greater than or equal to 0',
  ]);
  expect(await said({ limitBytes: 0 })).toEqual([
    422,
    'Invalid',
    'PodLogOptions "box" is invalid: limitBytes: Invalid value: 0: must be greater than 0',
  ]);
  expect(await said({ sinceSeconds: 1, sinceTime: '2024-01-01T00:00:00Z' })).toEqual([
    422,
    'Invalid',
    'PodLogOptions "box" is invalid: []: Forbidden: at most one of `sinceTime` or `sinceSeconds` may be specified',
  ]);
  expect(await said({ tailLines: 'x' })).toEqual([400, 'BadRequest', 'strconv.ParseInt: parsing "x": invalid syntax']);
  expect(await said({ container: 'x' })).toEqual([400, 'BadRequest', 'container x is not valid for pod box']);
  expect((await lines('none')).body).toMatchObject({ code: 404, message: 'pods "none" not found' });
});

it('says of a container that does not run why it has no log', async () => {
  const pod = (name: string, spec: object) =>
    cluster.post(pods, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name },
      spec: { containers: [{ name: 'main', image: 'web-does-not-exist:1' }], ...spec },
    });
  await pod('missing', {});
  await cluster.until(
    `${pods}/missing`,
    ({ body }) => body.status.containerStatuses?.[0].state.waiting?.reason === 'ImagePullBackOff',
  );
  expect((await lines('missing')).body).toMatchObject({
    code: 400,
    reason: 'BadRequest',
    message: 'container "main" in pod "missing" is waiting to start: trying and failing to pull image',
  });
  await pod('nowhere', { nodeSelector: { planet: 'mars' } });
  const { status, text } = await lines('nowhere');
  expect([status, text]).toEqual([204, '']);
  expect((await lines('box', { previous: true })).body.message).toBe(
    'previous terminated container "main" in pod "box" not found',
  );
});

it('keeps the log of the run before, and follows until the container ends', async () => {
  const namespace = pods.split('/')[4] ?? '';
  await runningPod(cluster, namespace, 'again', { command: ['sh', '-c', 'echo run; sleep 3600'] });
  const followed = lines('again', { follow: true });
  await execute(cluster, namespace, 'again', ['kill', '1']);
  expect((await followed).text).toBe('run\n');
  await cluster.until(
    `${pods}/again`,
    ({ body }) => body.status.containerStatuses[0].restartCount === 1 && body.status.containerStatuses[0].state.running,
  );
  expect((await lines('again', { previous: true })).text).toBe('run\n');
});
