import { afterAll, beforeAll, expect, it } from 'vitest';
import { normalise } from './normalise.ts';
import { type Answer, openTwoServers, type Server } from './two-servers.ts';

const namespace = `forward-${process.pid}`;
const { sandbox, real, close } = await openTwoServers(namespace);
const servers = [sandbox, real] as const;
const kubectl = (server: Server, command: string) => server.run('kubectl', command.split(' '));

beforeAll(async () => {
  for (const server of servers) {
    await kubectl(server, `create namespace ${namespace}`);
    await server.http.until(`/api/v1/namespaces/${namespace}/serviceaccounts/default`, ({ status }) => status === 200);
    await kubectl(server, 'create deployment web --image=web:1 --port=80');
    await kubectl(server, 'create service clusterip web --tcp=8080:80');
    await kubectl(server, 'rollout status deployment/web --timeout=60s');
  }
});

afterAll(async () => {
  await real.http.remove(`/api/v1/namespaces/${namespace}`);
  await close();
});

/** Forwards a port, uses it from this machine, and ends. */
async function forward<T>(
  server: Server,
  target: string,
  env: Record<string, string>,
  use: (url: string) => Promise<T>,
): Promise<{ used: T; answer: Answer }> {
  const ending = new AbortController();
  let used: Promise<T> | undefined;
  const onOutput = (said: string) => {
    const [, port] = /Forwarding from 127\.0\.0\.1:(\d+)/.exec(said) ?? [];
    if (!port || used) return false;
    used = use(`http://127.0.0.1:${port}/`);
    const end = () => ending.abort();
    used.then(end, end);
    return false;
  };
  const { signal } = ending;
  const answer = await server.run('kubectl', ['port-forward', ...target.split(' ')], { env, onOutput, signal });
  if (!used) throw new Error(answer.stderr);
  return { used: await used, answer };
}

const shown = ({ stdout, stderr }: Answer) => normalise(stdout + stderr).replace(/:\d{4,5}\b|for \d+/g, ':PORT');
const page = async (url: string) => {
  // Every request has a connection of its own.
  const response = await fetch(url, { headers: { connection: 'close' }, signal: AbortSignal.timeout(10_000) });
  return [response.status, await response.text()];
};

const webSocket = {};
const spdy = { KUBECTL_PORT_FORWARD_WEBSOCKETS: 'false' };

it.each([
  ['a pod over a WebSocket', 'deployment/web :80', webSocket],
  ['a pod over SPDY alone', 'deployment/web :80', spdy],
  ['a Service by its own port', 'service/web :8080', webSocket],
])('kubectl forwards a port to %s, for many connections at once', async (_, target, env) => {
  const use = (url: string) => Promise.all(Array.from({ length: 8 }, () => page(url)));
  const [ours, theirs] = await Promise.all(servers.map((server) => forward(server, target, env, use)));
  expect(theirs?.used).toEqual(Array.from({ length: 8 }, () => [200, expect.stringMatching(/^web-/)]));
  expect(ours?.used.map(([status]) => status)).toEqual(theirs?.used.map(([status]) => status));
  expect(ours && shown(ours.answer)).toBe(theirs && shown(theirs.answer));
});

it.each([webSocket, spdy])('kubectl says that nothing listens on a port, and ends (%o)', async (env) => {
  const use = (url: string) => page(url).catch(() => 'refused');
  const [ours, theirs] = await Promise.all(servers.map((server) => forward(server, 'deployment/web :9999', env, use)));
  expect(theirs?.used).toBe('refused');
  expect(theirs?.answer.stderr).toMatch(/an error occurred forwarding .* -> 9999: error forwarding port 9999 to pod/);
  expect(ours?.used).toBe('refused');
  expect(ours?.answer.stderr).toMatch(/an error occurred forwarding .* -> 9999: error forwarding port 9999 to pod/);
});

it('kubectl says that there is no such pod', async () => {
  const [ours, theirs] = await Promise.all(servers.map((server) => kubectl(server, 'port-forward pod/none :80')));
  expect(theirs).toMatchObject({ code: 1, stderr: expect.stringMatching(/pods "none" not found/) });
  expect(ours).toEqual(theirs);
});
