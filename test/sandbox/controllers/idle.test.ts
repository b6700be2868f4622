import { expect, onTestFinished, test, vi } from 'vitest';
import { readinessOf } from '../../../src/kubernetes/readiness.ts';
import type { ApiClient } from '../../../src/sandbox/client.ts';
import { startControllers } from '../../../src/sandbox/controllers/start.ts';
import { createPace } from '../../../src/sandbox/pace.ts';
import { startTestApiServer } from '../../support/sandbox.ts';
import { deployment, node } from './cluster.ts';
import { startFakeKubelet } from './fake-kubelet.ts';

/** The same client, counting what is sent besides watches. */
function counting(client: ApiClient): { client: ApiClient; sent: string[] } {
  const sent: string[] = [];
  const count = <T extends unknown[], R>(verb: string, act: (path: string, ...rest: T) => R) => {
    return (path: string, ...rest: T) => {
      sent.push(`${verb} ${path}`);
      return act(path, ...rest);
    };
  };
  const { get, create, replace, patch, remove } = client;
  const counted = { get: count('get', get), create: count('create', create), replace: count('replace', replace) };
  const others = { patch: count('patch', patch), remove: count('remove', remove) };
  return { client: { ...client, ...counted, ...others } as ApiClient, sent };
}

test('when nothing changes nothing is sent', async () => {
  const api = await startTestApiServer();
  await api.client.create('/api/v1/nodes', node('node-1'));
  const { client, sent } = counting(api.client);
  const controllers = startControllers(client, createPace(20));
  const kubelet = await startFakeKubelet(api.client);
  onTestFinished(async () => {
    kubelet.stop();
    controllers.stop();
    await api.close();
  });
  await controllers.synced;
  await api.client.create('/apis/apps/v1/namespaces/default/deployments', deployment('web', 3));
  await vi.waitFor(
    async () => {
      const found = await api.client.get('/apis/apps/v1/namespaces/default/deployments/web');
      expect(readinessOf(found).ready).toBe(true);
      // Settled: no request for half a second.
      const before = sent.length;
      await new Promise((resolve) => setTimeout(resolve, 500));
      expect(sent.slice(before)).toEqual([]);
    },
    { timeout: 15_000, interval: 10 },
  );
  const before = sent.length;
  // That nothing comes can only be seen by waiting.
  await new Promise((resolve) => setTimeout(resolve, 1000));
  expect(sent.slice(before)).toEqual([]);
  expect(sent.length).toBeLessThan(150);
});
