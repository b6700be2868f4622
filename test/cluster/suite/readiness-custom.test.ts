import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Connection } from '../../../src/cluster/connection.ts';
import { waitReady } from '../../../src/cluster/readiness/wait-ready.ts';
import type { KubernetesObject } from '../../../src/kubernetes/object.ts';
import { openCluster } from '../support/cluster.ts';
import { connectTo } from '../support/steps.ts';

const cluster = await openCluster();
let connection: Connection;
let group = '';
const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
beforeAll(async () => {
  connection = await connectTo(cluster, await cluster.namespace());
  group = `${connection.info.namespace}.example.com`;
});
afterAll(async () => {
  if (cluster.ours) await cluster.remove(`${definitions}/caches.${group}`);
  connection.close();
  await cluster.close();
});

it.runIf(cluster.ours)(
  'a definition is established, and its resources are as ready as their controller says',
  async () => {
    const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
    const { body: definition } = await cluster.post(definitions, {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: `caches.${group}` },
      spec: {
        group,
        scope: 'Namespaced',
        names: { plural: 'caches', singular: 'cache', kind: 'Cache', listKind: 'CacheList' },
        versions: [{ name: 'v1', served: true, storage: true, schema, subresources: { status: {} } }],
      },
    });
    await waitReady(connection, [definition as KubernetesObject], { timeoutMs: 20_000 });
    const path = `/apis/${group}/v1/namespaces/${connection.info.namespace}/caches`;
    const made = await cluster
      .until(path, ({ status }) => status === 200)
      .then(() =>
        cluster.post(path, { apiVersion: `${group}/v1`, kind: 'Cache', metadata: { name: 'one' }, spec: { size: 1 } }),
      );
    const cache = made.body as KubernetesObject;
    const said: string[] = [];
    // Its controller is patient: the status comes once the wait has begun.
    const waiting = waitReady(connection, [cache], {
      graceMs: 20_000,
      timeoutMs: 30_000,
      onProgress: (text) => said.push(text),
    });
    await expect
      .poll(() => said.join('\n'), { timeout: 10_000 })
      .toContain('waits for its controller to say how it is');
    const condition = (status: string, message: string) => ({ type: 'Ready', status, reason: 'Reason', message });
    const report = (observedGeneration: number, status: string, message: string) =>
      cluster.patch(
        `${path}/one/status`,
        { status: { observedGeneration, conditions: [condition(status, message)] } },
        'merge-patch+json',
      );
    await report(1, 'False', 'filling');
    await expect.poll(() => said.join('\n'), { timeout: 10_000 }).toContain('Cache/one: filling');
    await report(1, 'True', 'filled');
    await waiting;
    const changed = await cluster.patch(`${path}/one`, { spec: { size: 2 } }, 'merge-patch+json');
    await expect(waitReady(connection, [changed.body as KubernetesObject], { timeoutMs: 800 })).rejects.toThrow(
      'Cache/one is not ready after 0.8s: waits for its controller to see the change',
    );
    const stalled = { ...condition('True', 'no such disk'), type: 'Stalled' };
    await cluster.patch(
      `${path}/one/status`,
      { status: { observedGeneration: 2, conditions: [stalled] } },
      'merge-patch+json',
    );
    await expect(
      waitReady(connection, [changed.body as KubernetesObject], { graceMs: 100, timeoutMs: 20_000 }),
    ).rejects.toThrow('Cache/one fails: Reason: no such disk');
  },
);
