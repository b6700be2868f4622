import { afterAll, beforeAll, expect, it } from 'vitest';
import { openTwoServers } from './two-servers.ts';

const namespace = `spdy-${process.pid}`;
const { sandbox, real, close } = await openTwoServers(namespace);
const servers = [sandbox, real] as const;
// What kubectl before 1.31, and programs of its age, speak.
const env = { KUBECTL_REMOTE_COMMAND_WEBSOCKETS: 'false' };
const kubectl = (args: readonly string[], input?: string) =>
  Promise.all(servers.map((server) => server.run('kubectl', args, { env, input })));

beforeAll(async () => {
  for (const server of servers) {
    await server.run('kubectl', ['create', 'namespace', namespace]);
    await server.http.until(`/api/v1/namespaces/${namespace}/serviceaccounts/default`, ({ status }) => status === 200);
  }
  await kubectl(['run', 'box', '--image=busybox:1.37', '--', 'sleep', '3600']);
  await kubectl(['wait', '--for=condition=Ready', 'pod/box', '--timeout=60s']);
});

afterAll(async () => {
  await real.http.remove(`/api/v1/namespaces/${namespace}`);
  await close();
});

it.each([
  ['both outputs and the exit code', 'echo out; echo err >&2; exit 3', undefined, { code: 3, stdout: 'out\n' }],
  ['a standard input that ends', 'cat; echo end', 'line\n', { code: 0, stdout: 'line\nend\n' }],
  ['a lot of output', 'seq 1 3000', undefined, { code: 0, stdout: expect.stringMatching(/\n3000\n$/) }],
  ['an unknown command', 'nonsense', undefined, { code: 127 }],
])('kubectl exec over SPDY carries %s', async (_, script, input, expected) => {
  const stdin = input === undefined ? [] : ['-i'];
  const [ours, theirs] = await kubectl(['exec', ...stdin, 'box', '--', 'sh', '-c', script], input);
  expect(theirs).toMatchObject(expected);
  expect(ours).toEqual(theirs);
});

it('kubectl run attaches over SPDY to what it started', async () => {
  const args = ['run', 'once', '-i', '--rm', '--restart=Never', '--image=busybox:1.37', '--quiet', '--', 'cat'];
  const [ours, theirs] = await kubectl(args, 'hello\n');
  expect(theirs).toMatchObject({ code: 0, stdout: expect.stringContaining('hello\n') });
  expect(ours).toEqual(theirs);
});
