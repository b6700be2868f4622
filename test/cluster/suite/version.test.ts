import { afterAll, expect, it } from 'vitest';
import { openCluster } from '../support/cluster.ts';

const cluster = await openCluster();
afterAll(() => cluster.close());

it('says that it is Kubernetes 1.36', async () => {
  const { status, headers, body } = await cluster.get('/version');
  expect(status).toBe(200);
  expect(headers['content-type']).toBe('application/json');
  expect(body).toMatchObject({ major: '1', minor: '36', gitVersion: expect.stringMatching(/^v1\.36\.\d+$/) });
});

it('gives every namespace an account to run as', async () => {
  const namespace = await cluster.namespace();
  const { body } = await cluster.get(`/api/v1/namespaces/${namespace}/serviceaccounts`);
  expect(body.items.map((item: { metadata: { name: string } }) => item.metadata.name)).toEqual(['default']);
});
