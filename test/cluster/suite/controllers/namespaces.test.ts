import { afterAll, describe, expect, it } from 'vitest';
import { openCluster } from '../../support/cluster.ts';
import { create, uniqueName } from './cluster-objects.ts';

const cluster = await openCluster();
const namespaces = '/api/v1/namespaces';
afterAll(() => cluster.close());

const map = (name: string, metadata: object = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, ...metadata },
});

interface Condition {
  type: string;
  status: string;
  reason: string;
  message: string;
}

describe.skipIf(!cluster.ours)('a namespace', () => {
  it('is Active with its name as a label, and gone with all that is in it', async () => {
    const name = uniqueName('suite-space');
    const made = await create(cluster, namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
    expect(made.metadata.labels).toEqual({ 'kubernetes.io/metadata.name': name });
    expect(made.spec).toEqual({ finalizers: ['kubernetes'] });
    expect(made.status).toEqual({ phase: 'Active' });
    await create(cluster, `${namespaces}/${name}/configmaps`, map('content'));
    const answer = await cluster.remove(`${namespaces}/${name}`);
    expect(answer.body.status).toEqual({ phase: 'Terminating' });
    await cluster.until(`${namespaces}/${name}`, ({ status }) => status === 404);
    expect((await cluster.get(`${namespaces}/${name}/configmaps/content`)).status).toBe(404);
  });

  it('that is held says by what, takes in nothing new, and goes when it is let go', async () => {
    const name = uniqueName('suite-held');
    const path = `${namespaces}/${name}`;
    const maps = `${path}/configmaps`;
    await create(cluster, namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
    await create(cluster, maps, map('held', { finalizers: ['example.com/hold'] }));
    await create(cluster, maps, map('free'));
    await cluster.remove(path);
    const { body } = await cluster.until(path, ({ body }) =>
      (body.status.conditions ?? []).some(
        ({ type, status }: Condition) => type === 'NamespaceFinalizersRemaining' && status === 'True',
      ),
    );
    expect(body.status.phase).toBe('Terminating');
    const conditions = Object.fromEntries(
      body.status.conditions.map(({ type, status, reason, message }: Condition) => [
        type,
        `${status} ${reason}: ${message}`,
      ]),
    );
    expect(conditions).toEqual({
      NamespaceDeletionDiscoveryFailure: 'False ResourcesDiscovered: All resources successfully discovered',
      NamespaceDeletionGroupVersionParsingFailure:
        'False ParsedGroupVersions: All legacy kube types successfully parsed',
      NamespaceDeletionContentFailure:
        'False ContentDeleted: All content successfully deleted, may be waiting on finalization',
      NamespaceContentRemaining:
        'True SomeResourcesRemain: Some resources are remaining: configmaps. has 1 resource instances',
      NamespaceFinalizersRemaining:
        'True SomeFinalizersRemain: Some content in the namespace has finalizers remaining: example.com/hold in 1 resource instances',
    });
    const refused = await cluster.post(maps, map('late'));
    expect(refused.status).toBe(403);
    expect(refused.body).toMatchObject({
      reason: 'Forbidden',
      message: `configmaps "late" is forbidden: unable to create new content in namespace ${name} because it is being terminated`,
      details: {
        causes: [
          {
            reason: 'NamespaceTerminating',
            message: `namespace ${name} is being terminated`,
            field: 'metadata.namespace',
          },
        ],
      },
    });
    await cluster.patch(`${maps}/held`, { metadata: { finalizers: null } }, 'merge-patch+json');
    await cluster.until(path, ({ status }) => status === 404);
  });
});
