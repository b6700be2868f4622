import { expect, test } from 'vitest';
import type { Connection, KubernetesRequest } from '../../../src/cluster/connection.ts';
import { KubernetesError } from '../../../src/cluster/kubernetes-error.ts';
import { oneLook } from '../../../src/playbooks/runs/one-look.ts';

function counted(answer: (request: KubernetesRequest) => unknown) {
  const asked: string[] = [];
  const connection = {
    info: { namespace: 'test' },
    async request(request: KubernetesRequest) {
      asked.push(`${request.method ?? 'GET'} ${request.path}`);
      return { status: 200, headers: {}, body: answer(request) };
    },
  } as unknown as Connection;
  return { connection, asked };
}

test('what is read twice in one look is asked for once, and each has an answer of its own', async () => {
  const { connection, asked } = counted(() => ({ list: [1] }));
  const look = oneLook(connection);
  const read = () => look.request<{ list: number[] }>({ path: '/a' });
  const [first, second] = await Promise.all([read(), read()]);
  first.body.list.push(2);
  expect(second.body).toEqual({ list: [1] });
  expect((await read()).body).toEqual({ list: [1] });
  await look.request({ path: '/a', query: { limit: 1 } });
  expect(asked).toEqual(['GET /a', 'GET /a']);
  // A later look sees what is there by then.
  await oneLook(connection).request({ path: '/a' });
  expect(asked).toHaveLength(3);
});

test('what changes or tries something is asked each time, and so is what was not answered', async () => {
  let broken = true;
  const { connection, asked } = counted(() => {
    if (broken) throw new Error('no answer');
    return {};
  });
  const look = oneLook(connection);
  await expect(look.request({ path: '/a' })).rejects.toThrow('no answer');
  broken = false;
  await look.request({ path: '/a' });
  for (let time = 0; time < 2; time += 1) await look.request({ method: 'PATCH', path: '/a', query: { dryRun: 'All' } });
  expect(asked).toEqual(['GET /a', 'GET /a', 'PATCH /a', 'PATCH /a']);
});

test('that there is no such thing is an answer as well', async () => {
  const { connection, asked } = counted(() => {
    throw new KubernetesError(404, {}, 'a');
  });
  const look = oneLook(connection);
  for (let time = 0; time < 2; time += 1) await expect(look.request({ path: '/a' })).rejects.toThrow('answered 404');
  expect(asked).toEqual(['GET /a']);
});
