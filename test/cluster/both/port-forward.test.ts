import { afterAll, beforeAll, expect, it } from 'vitest';
import { normalise } from './normalise.ts';
import { openTwoServers, type Server } from './two-servers.ts';

const namespace = `forward-${process.pid}`;
const { sandbox, real, close } = await openTwoServers(namespace);
const kubectl = (server: Server, command: string) => server.run('kubectl', command.split(' '));

beforeAll(async () => {
  for (const server of [sandbox, real]) {
    await kubectl(server, `create namespace ${namespace}`);
    await server.http.until(`/api/v1/namespaces/${namespace}/serviceaccounts/default`, ({ status }) => status === 200);
    await kubectl(server, 'create deployment web --image=web:1 --port=80');
    await kubectl(server, 'rollout status deployment/web --timeout=60s');
  }
});

afterAll(async () => {
  await real.http.remove(`/api/v1/namespaces/${namespace}`);
  await close();
});

// kubectl speaks SPDY alone here, in a WebSocket or not, and our nodes do not; clients that speak WebSockets can forward.
it.each([
  ['deployment/web', /the nodes of this cluster speak WebSockets, not SPDY/],
  ['pod/none', /pods "none" not found/],
])('kubectl port-forward %s says what is wrong', async (target, reason) => {
  const [ours, theirs] = await Promise.all(
    [sandbox, real].map((server) => kubectl(server, `port-forward ${target} :80`)),
  );
  expect(theirs).toMatchObject({ code: 1, stderr: expect.stringMatching(reason) });
  expect(ours).toMatchObject({ code: 1, stderr: expect.stringMatching(reason) });
  expect(normalise(ours?.stdout ?? '')).toBe(normalise(theirs?.stdout ?? ''));
});
