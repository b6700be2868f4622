import { expect, test } from 'vitest';
import type { KubernetesObject } from '../../src/kubernetes/object.ts';
import { cleanObject, madeByCluster } from '../../src/playbooks/steps/save/clean-object.ts';
import { seal, unseal } from '../../src/playbooks/steps/save/sealed.ts';

test('what was sealed is had back by its passphrase alone, and no byte of it can be changed', async () => {
  const sealed = await seal('apiVersion: v1', 'correct horse battery', { N: 1024, r: 8, p: 1 });
  expect(JSON.stringify(sealed)).not.toContain('apiVersion');
  expect(await unseal(sealed, 'correct horse battery')).toBe('apiVersion: v1');
  await expect(unseal(sealed, 'another passphrase')).rejects.toThrow('the passphrase is another one');
  const data = Buffer.from(sealed.data, 'base64');
  data[0] = (data[0] ?? 0) ^ 1;
  const changed = { ...sealed, data: data.toString('base64') };
  await expect(unseal(changed, 'correct horse battery')).rejects.toThrow('or the file was changed');
});

test('an object is written as somebody would have written it', () => {
  const service = {
    ...{ apiVersion: 'v1', kind: 'Service', status: { loadBalancer: {} } },
    metadata: {
      ...{ name: 'web', namespace: 'n', uid: 'u', resourceVersion: '7', creationTimestamp: 't', managedFields: [] },
      annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{}' },
    },
    spec: { clusterIP: '10.0.0.1', clusterIPs: ['10.0.0.1'], ports: [{ port: 80 }] },
  } as unknown as KubernetesObject;
  expect(cleanObject(service)).toEqual({
    ...{ apiVersion: 'v1', kind: 'Service', metadata: { name: 'web', namespace: 'n' } },
    spec: { ports: [{ port: 80 }] },
  });
});

test('what the cluster makes by itself is left out', () => {
  const object = (kind: string, name: string, more: object = {}) =>
    ({ apiVersion: 'v1', kind, metadata: { name, ...more } }) as KubernetesObject;
  const owner = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'r', uid: 'u', controller: true };
  expect(madeByCluster(object('Pod', 'web-1', { ownerReferences: [owner] }))).toBe(true);
  expect(madeByCluster(object('ConfigMap', 'kube-root-ca.crt'))).toBe(true);
  expect(madeByCluster(object('ServiceAccount', 'default'))).toBe(true);
  expect(madeByCluster(object('ConfigMap', 'settings'))).toBe(false);
});
