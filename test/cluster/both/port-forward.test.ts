import { afterAll, beforeAll, expect, it } from 'vitest';
import { openTwoServers, type Server } from './two-servers.ts';

const namespace = `forward-${process.pid}`;
const { sandbox, real, close } = await openTwoServers(namespace);

beforeAll(async () => {
  const kubectl = (server: Server, command: string) => server.run('kubectl', command.split(' '));
  for (const server of [sandbox, real]) {
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

/** What answers at the local end while kubectl forwards to the target. */
async function through(server: Server, target: string, port: number): Promise<string> {
  const ended = new AbortController();
  const opened = new Promise<number>((resolve) => {
    const onOutput = (said: string) => {
      const local = /Forwarding from 127\.0\.0\.1:(\d+)/.exec(said)?.[1];
      if (local) resolve(Number(local));
      return false;
    };
    void server
      .run('kubectl', ['port-forward', target, `:${port}`], { onOutput, signal: ended.signal })
      .then(() => resolve(0));
  });
  try {
    const answer = await fetch(`http://127.0.0.1:${await opened}/`);
    return `${answer.status} ${await answer.text()}`;
  } finally {
    ended.abort();
  }
}

it.each([
  ['deployment/web', 80],
  ['service/web', 8080],
])('kubectl port-forward %s reaches the pod', async (target, port) => {
  for (const server of [real, sandbox])
    expect(await through(server, target, port), server.name).toMatch(/^200 web-[a-z0-9]+-[a-z0-9]{5}\n$/);
});

it('kubectl port-forward says that there is no such pod', async () => {
  const answers = await Promise.all(
    [sandbox, real].map((server) => server.run('kubectl', ['port-forward', 'pod/none', ':80'])),
  );
  expect(answers[1]).toMatchObject({ code: 1, stderr: expect.stringContaining('pods "none" not found') });
  expect(answers[0]).toEqual(answers[1]);
});
