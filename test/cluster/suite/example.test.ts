import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { packageRoot } from '../../../src/base/package-root.ts';
import type { Connection } from '../../../src/cluster/connection.ts';
import { openCluster } from '../support/cluster.ts';
import { endsOf, openPlaybook } from '../support/run-playbook.ts';
import { connectTo } from '../support/steps.ts';

const workspace = join(packageRoot(), 'playbooks/examples/guest-book');
const cluster = await openCluster();
const namespace = `suite-example-${process.pid}-${Date.now().toString(36)}`;
let connection: Connection;
beforeAll(async () => {
  connection = await connectTo(cluster, namespace);
});
afterAll(async () => {
  await cluster.remove(`/api/v1/namespaces/${namespace}`);
  connection.close();
  await cluster.close();
});

/** Plans and runs it; every step must have been done, but for those that its own `when` leaves out. */
async function run(name: string, inputs: Record<string, string> = {}) {
  const playbook = await openPlaybook(connection, `guest-book/${name}`, inputs, workspace);
  const plan = await playbook.plan();
  const { status, records } = await playbook.run(plan);
  const failed = records.filter((record) => record.type === 'step-result' && record.status === 'failed');
  expect({ name, status, failed }).toEqual({ name, status: 'done', failed: [] });
  return { changes: plan.steps.flatMap(({ preview }) => preview?.changes ?? []), ends: endsOf(records) };
}

const image = async () => {
  const { body } = await cluster.get(`/apis/apps/v1/namespaces/${namespace}/deployments/web`);
  return body.spec.template.spec.containers[0].image;
};

it('the example deploys, changes nothing when it is deployed again, changes its version, goes back and goes', async () => {
  await run('deploy');
  const { changes } = await run('deploy');
  expect(changes.filter(({ action }) => action !== 'unchanged')).toEqual([]);
  expect(changes.length).toBeGreaterThan(8);

  await run('new-version', { tag: '1.1.0' });
  expect(await image()).toBe('registry.example.com/guest-book/web:1.1.0');
  await run('go-back');
  expect(await image()).toBe('registry.example.com/guest-book/web:1.0.0');
  // What a rollout has changed is the program's own, and nobody else's: applying over it asks no question.
  const { steps } = await (await openPlaybook(connection, 'guest-book/deploy', { tag: '1.2.0' }, workspace)).plan();
  const web = steps.find(({ id }) => id.endsWith('/web'))?.preview;
  expect(web).toMatchObject({ certainty: 'previewed', changes: [{ action: 'unchanged' }, { action: 'update' }] });

  expect((await run('clean-up', { confirmName: namespace })).ends).toMatchObject({
    objects: 'done',
    namespace: 'skipped',
  });
  const claims = await cluster.get(`/api/v1/namespaces/${namespace}/persistentvolumeclaims`);
  const names = claims.body.items.map((claim: { metadata: { name: string } }) => claim.metadata.name).sort();
  expect(names).toEqual(['backups', 'data-store-0']);
}, 180_000);
