import { randomUUID } from 'node:crypto';
import { afterAll, expect, it } from 'vitest';
import type { Connection } from '../../../src/cluster/connection.ts';
import { leaseNamespace } from '../../../src/cluster/lease/lease.ts';
import { acquireLock } from '../../../src/playbooks/runs/lock.ts';
import { LockProblem } from '../../../src/playbooks/runs/lock-problem.ts';
import { openCluster } from '../support/cluster.ts';
import { connectTo } from '../support/steps.ts';

const cluster = await openCluster();
const connections: Connection[] = [];
afterAll(async () => {
  for (const connection of connections) connection.close();
  await cluster.close();
});

async function connected(): Promise<Connection> {
  const connection = await connectTo(cluster, 'default');
  connections.push(connection);
  return connection;
}

const want = (connection: Connection, system: string, run: string) =>
  acquireLock({ connection, system, run, programVersion: '1', isLocal: () => false, progress: () => {} });

it('of several consoles that begin at the same moment one holds the system, twenty times in a row', async () => {
  const consoles = await Promise.all([connected(), connected(), connected()]);
  const name = randomUUID().slice(0, 8);
  for (let race = 0; race < 20; race += 1) {
    // Made anew in every other race, taken from whoever freed it in the others.
    const system = `race-${name}-${Math.floor(race / 2)}`;
    const ends = await Promise.allSettled(consoles.map((one, index) => want(one, system, `run-${index}`)));
    const held = ends.flatMap((end) => (end.status === 'fulfilled' && end.value.state === 'held' ? [end.value] : []));
    const refused = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason] : []));
    expect(held).toHaveLength(1);
    expect(refused.every((reason) => reason instanceof LockProblem && reason.lock.state === 'held')).toBe(true);
    expect(refused).toHaveLength(2);
    expect(await held[0]?.release()).toBe(true);
  }
});

it('the lease tells who holds it, and its namespace is ours', async () => {
  const connection = await connected();
  const system = `told-${randomUUID().slice(0, 8)}`;
  const held = await want(connection, system, 'run-1');
  const { body } = await cluster.get(`/apis/coordination.k8s.io/v1/namespaces/${leaseNamespace}/leases/${system}`);
  expect(body).toMatchObject({
    metadata: {
      labels: { 'app.kubernetes.io/managed-by': 'tars-console', 'app.kubernetes.io/part-of': system },
      annotations: { 'tars-console.dev/pid': String(process.pid), 'tars-console.dev/version': '1' },
    },
    spec: { holderIdentity: 'run-1', leaseDurationSeconds: 60, renewTime: expect.stringMatching(/\.\d{6}Z$/) },
  });
  const namespace = await cluster.get(`/api/v1/namespaces/${leaseNamespace}`);
  expect(namespace.body).toMatchObject({ metadata: { labels: { 'app.kubernetes.io/managed-by': 'tars-console' } } });
  if (held.state === 'held') expect(await held.release()).toBe(true);
});
