import { z } from 'zod';
import { listObjects } from '../../../../cluster/objects.ts';
import { headroomFor, type LimitRange } from '../../../../kubernetes/headroom.ts';
import type { ResourceQuota } from '../../../../kubernetes/quota.ts';
import type { SourceKind } from '../source-kind.ts';
import { manifestNames, wantedObjects } from '../wanted-objects.ts';

const schema = z.strictObject({
  headroom: z
    .strictObject({ manifests: manifestNames })
    .describe(
      'What quotas and limit ranges leave for the objects of manifests: a list of {limit, resource, needed, free, enough, who}',
    ),
});

/** What the namespace's quotas and limits leave for what is to be deployed. */
export const headroomSource: SourceKind<z.infer<typeof schema>> = {
  key: 'headroom',
  schema,
  files: ({ headroom }) => headroom.manifests,
  access: () => ['ResourceQuota', 'LimitRange'].map((kind) => ({ verbs: ['list'], apiVersion: 'v1', kind })),
  async read({ headroom }, context) {
    const { connection, signal } = context;
    const list = (kind: string) => listObjects(connection, { apiVersion: 'v1', kind }, signal);
    const [quotas, ranges] = await Promise.all([list('ResourceQuota'), list('LimitRange')]);
    // Without limits there is nothing to count.
    if (quotas.length + ranges.length === 0) return [];
    const objects = await wantedObjects(headroom.manifests, context);
    const own = objects.filter(({ wanted }) => wanted.metadata.namespace === connection.info.namespace);
    const there = own.flatMap(({ live }) => live ?? []);
    const wanted = own.map((one) => one.wanted);
    return headroomFor({ wanted, live: there }, quotas as ResourceQuota[], ranges as LimitRange[]);
  },
  commands: (_, own) => [`kubectl describe resourcequota,limitrange -n ${own}`],
};
