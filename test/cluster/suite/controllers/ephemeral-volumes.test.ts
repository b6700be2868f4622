import { expect, it } from 'vitest';
import { openStepCluster } from '../../support/steps.ts';

const { cluster, connection } = await openStepCluster();
const core = `/api/v1/namespaces/${connection.info.namespace}`;
const claim = `${core}/persistentvolumeclaims/keeper-data`;

const pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'keeper' },
  spec: {
    terminationGracePeriodSeconds: 0,
    containers: [
      {
        name: 'main',
        image: 'nginx:1.27',
        volumeMounts: [{ name: 'data', mountPath: '/data' }],
        ports: [{ containerPort: 80 }],
      },
    ],
    volumes: [
      {
        name: 'data',
        ephemeral: {
          volumeClaimTemplate: {
            metadata: { labels: { app: 'keeper' } },
            spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
          },
        },
      },
    ],
  },
};

it('a claim of its own comes with the pod, belongs to it, is bound, and goes with it', async () => {
  await cluster.post(`${core}/pods`, pod);
  const bound = await cluster.until(claim, ({ body }) => body.status?.phase === 'Bound', { withinMs: 30_000 });
  const [owner] = bound.body.metadata.ownerReferences;
  expect(owner).toMatchObject({
    apiVersion: 'v1',
    kind: 'Pod',
    name: 'keeper',
    controller: true,
    blockOwnerDeletion: true,
  });
  expect(bound.body.metadata.labels).toEqual({ app: 'keeper' });
  expect(bound.body.spec).toMatchObject({ accessModes: ['ReadWriteOnce'], volumeMode: 'Filesystem' });
  await cluster.until(`${core}/pods/keeper`, ({ body }) => body.status?.phase === 'Running', { withinMs: 30_000 });
  await cluster.remove(`${core}/pods/keeper`);
  await cluster.until(claim, ({ status }) => status === 404, { withinMs: 30_000 });
});

it('a pod that is deleted in the foreground waits for its claim, and the claim does not wait for the pod', async () => {
  const name = 'leaver';
  await cluster.post(`${core}/pods`, { ...pod, metadata: { name } });
  await cluster.until(`${core}/pods/${name}`, ({ body }) => body.status?.phase === 'Running', { withinMs: 30_000 });
  await cluster.remove(`${core}/pods/${name}`, { propagationPolicy: 'Foreground' });
  await cluster.until(`${core}/pods/${name}`, ({ status }) => status === 404, { withinMs: 30_000 });
  expect((await cluster.get(`${core}/persistentvolumeclaims/${name}-data`)).status).toBe(404);
});
