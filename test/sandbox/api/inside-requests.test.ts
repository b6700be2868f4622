import { afterAll, expect, it } from 'vitest';
import { startApiServer } from '../../../src/sandbox/api/server.ts';
import { createApiClient } from '../../../src/sandbox/client.ts';

const seen: string[] = [];
const server = await startApiServer({
  onRequest: (user) => {
    seen.push(user.name);
    return undefined;
  },
});
afterAll(() => server.close());

it('what programs in pods ask does not count as use from outside, and each asks with the token of now', async () => {
  const { url, ca, token } = server;
  const inside = createApiClient({ server: url, ca, token: 'of nobody', dial: server.dial });
  let asked = 0;
  const account = inside.as(async () => {
    asked += 1;
    return token;
  }, 'a program');
  await account.get('/api/v1/namespaces');
  await account.get('/api/v1/namespaces');
  expect(asked).toBe(2);
  expect(seen).toEqual([]);
  const outside = createApiClient({ server: url, ca, token });
  await outside.get('/api/v1/namespaces');
  expect(seen).toHaveLength(1);
  for (const client of [inside, account, outside]) client.close();
});
