import { afterAll, beforeAll, expect, it } from 'vitest';
import { openCluster } from '../support/cluster.ts';
import { execute, runningPod } from '../support/streams.ts';

const cluster = await openCluster();
afterAll(() => cluster.close());

let namespace = '';
const run = (command: string[], options = {}) => execute(cluster, namespace, 'box', command, options);

beforeAll(async () => {
  namespace = await cluster.namespace();
  await runningPod(cluster, namespace, 'box', { env: [{ name: 'GREETING', value: 'hello' }] });
  await runningPod(
    cluster,
    namespace,
    'two',
    {},
    {
      containers: ['a', 'b'].map((name) => ({ name, image: 'busybox:1.37', command: ['sleep', '3600'] })),
    },
  );
});

it('runs a command and says that it ended well', async () => {
  const { protocol, stdout, stderr, status } = await run(['sh', '-c', 'echo "$GREETING world"; echo oops >&2']);
  expect({ protocol, stdout, stderr }).toEqual({
    protocol: 'v5.channel.k8s.io',
    stdout: 'hello world\n',
    stderr: 'oops\n',
  });
  expect(status).toEqual({ metadata: {}, status: 'Success' });
});

it('says the exit code of a command that failed', async () => {
  const { status } = await run(['sh', '-c', 'exit 3']);
  expect(status).toEqual({
    metadata: {},
    status: 'Failure',
    message: 'command terminated with non-zero exit code: command terminated with exit code 3',
    reason: 'NonZeroExitCode',
    details: { causes: [{ reason: 'ExitCode', message: '3' }] },
  });
});

it('says that a command is not there', async () => {
  const { status } = await run(['no-such-command']);
  expect(status).toMatchObject({ status: 'Failure', reason: 'InternalError', code: 500 });
  expect(status.message).toContain('exec: "no-such-command": executable file not found in $PATH');
  expect((await run(['sh', '-c', 'no-such-command'])).status.details.causes[0].message).toBe('127');
});

it('hands on standard input until the client closes it', async () => {
  const { stdout } = await run(['wc', '-c'], { stdin: Buffer.alloc(100_000, 'x') });
  expect(stdout).toBe('100000\n');
});

it('speaks v4 as well, and gives a terminal', async () => {
  const { protocol, stdout } = await run(['echo', 'hi'], { protocols: ['v4.channel.k8s.io'], tty: true });
  expect({ protocol, stdout }).toEqual({ protocol: 'v4.channel.k8s.io', stdout: 'hi\r\n' });
});

it('takes the first of the client’s protocols that it knows', async () => {
  const { protocol } = await run(['true'], { protocols: ['v5.channel.k8s.io', 'v4.channel.k8s.io'] });
  expect(protocol).toBe('v5.channel.k8s.io');
  const { refused } = await run(['true'], { protocols: ['nothing.that.exists'] });
  expect(refused?.status).toBe(403);
});

it('refuses in the words of Kubernetes', async () => {
  const pods = `/api/v1/namespaces/${namespace}/pods`;
  const ask = async (pod: string, query: string) => {
    const { status, body } = await cluster.get(`${pods}/${pod}/exec?command=true&stdout=true${query}`);
    return { status, reason: body.reason, message: body.message };
  };
  expect(await ask('none', '')).toEqual({ status: 404, reason: 'NotFound', message: 'pods "none" not found' });
  expect(await ask('box', '&container=x')).toEqual({
    status: 400,
    reason: 'BadRequest',
    message: 'container x is not valid for pod box',
  });
  expect(await ask('two', '')).toEqual({
    status: 400,
    reason: 'BadRequest',
    message: 'a container name must be specified for pod two, choose one of: [a b]',
  });
  expect(await ask('box', '')).toEqual({ status: 400, reason: 'BadRequest', message: 'Upgrade request required' });
});

it('says that a pod has no node, or no such container running', async () => {
  const pods = `/api/v1/namespaces/${namespace}/pods`;
  const pod = (name: string, spec: object) =>
    cluster.post(pods, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name },
      spec: { containers: [{ name: 'main', image: 'does-not-exist:1' }], ...spec },
    });
  await pod('nowhere', { nodeSelector: { planet: 'mars' } });
  expect((await cluster.get(`${pods}/nowhere/exec?command=true`)).body.message).toBe(
    'pod nowhere does not have a host assigned',
  );
  await pod('missing', {});
  await cluster.until(`${pods}/missing`, ({ body }) => body.status.containerStatuses?.[0].state.waiting !== undefined);
  const { refused } = await execute(cluster, namespace, 'missing', ['true']);
  expect(refused).toEqual({ status: 500, text: 'container not found ("main")' });
});
