import { expect, test } from 'vitest';
import { needsIt, referencePaths } from '../../../src/cluster/references.ts';

const secret = { kind: 'Secret', name: 'keys' } as const;

test('every place where a workload, an account or an Ingress names a Secret is found, and no other', () => {
  const spec = {
    imagePullSecrets: [{ name: 'other' }, { name: 'keys' }],
    containers: [
      {
        env: [
          { name: 'A', valueFrom: { secretKeyRef: { name: 'keys', key: 'a' } } },
          { name: 'keys', value: 'keys' },
        ],
        envFrom: [{ secretRef: { name: 'keys' } }, { configMapRef: { name: 'keys' } }],
      },
    ],
    volumes: [
      { name: 'keys', secret: { secretName: 'keys' } },
      { name: 'all', projected: { sources: [{ secret: { name: 'keys' } }, { configMap: { name: 'keys' } }] } },
    ],
    tls: [{ hosts: ['keys'], secretName: 'keys' }],
  };
  expect(referencePaths({ spec }, secret).sort()).toEqual([
    '/spec/containers/0/env/0/valueFrom/secretKeyRef/name',
    '/spec/containers/0/envFrom/0/secretRef/name',
    '/spec/imagePullSecrets/1/name',
    '/spec/tls/0/secretName',
    '/spec/volumes/0/secret/secretName',
    '/spec/volumes/1/projected/sources/0/secret/name',
  ]);
  expect(referencePaths({ spec }, { kind: 'ConfigMap', name: 'keys' }).sort()).toEqual([
    '/spec/containers/0/envFrom/1/configMapRef/name',
    '/spec/volumes/1/projected/sources/1/configMap/name',
  ]);
  expect(referencePaths({ 'a/b~c': { secretRef: { name: 'keys' } } }, secret)).toEqual(['/a~1b~0c/secretRef/name']);
});

test('what has ended, or is only kept for the way back, does not need it', () => {
  const of = (kind: string, rest: object) => ({ apiVersion: 'v1', kind, metadata: { name: 'x' }, ...rest });
  expect(needsIt(of('Pod', { status: { phase: 'Running' } }))).toBe(true);
  expect(needsIt(of('Pod', { status: { phase: 'Succeeded' } }))).toBe(false);
  expect(needsIt(of('ReplicaSet', { spec: { replicas: 0 } }))).toBe(false);
  expect(needsIt(of('ReplicaSet', { spec: { replicas: 1 } }))).toBe(true);
  expect(needsIt(of('Job', { status: { completionTime: '2026-01-01T00:00:00Z' } }))).toBe(false);
});
