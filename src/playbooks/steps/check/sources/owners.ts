import { z } from 'zod';
import { mapAtOnce } from '../../../../base/at-once.ts';
import { applyObject } from '../../../../cluster/apply.ts';
import { conflictsOf } from '../../../../cluster/apply-conflicts.ts';
import { nameOf } from '../../../../kubernetes/object.ts';
import type { SourceKind } from '../source-kind.ts';
import { manifestNames, wantedObjects } from '../wanted-objects.ts';

const schema = z.strictObject({
  owners: z
    .strictObject({ manifests: manifestNames })
    .describe(
      'Who else owns fields that these manifests would change: a list of {object, namespace, manager, fields}, by the server’s dry-run',
    ),
});

interface ForeignOwner {
  object: string;
  namespace: string;
  manager: string;
  fields: string[];
}

/** Field managers that an apply of manifests would get into a conflict with. */
export const ownersSource: SourceKind<z.infer<typeof schema>> = {
  key: 'owners',
  schema,
  files: ({ owners }) => owners.manifests,
  async read({ owners }, context) {
    const { connection, signal } = context;
    const objects = await wantedObjects(owners.manifests, context);
    const together = objects.map(({ wanted }) => wanted);
    // What is not there yet belongs to nobody.
    const there = objects.filter(({ live }) => live !== undefined);
    const found = await mapAtOnce(there, 4, async ({ wanted }): Promise<ForeignOwner[]> => {
      try {
        await applyObject(connection, wanted, { dryRun: true, together, signal });
        return [];
      } catch (error) {
        signal.throwIfAborted();
        const conflicts = conflictsOf(error);
        const managers = [...new Set(conflicts.map(({ owner }) => owner))];
        return managers.map((manager) => ({
          object: nameOf(wanted),
          namespace: wanted.metadata.namespace ?? '',
          manager,
          fields: conflicts.filter(({ owner }) => owner === manager).map(({ field }) => field),
        }));
      }
    });
    return found.flat();
  },
  commands: ({ owners }, own) =>
    owners.manifests.map((name) => `kubectl apply --server-side --dry-run=server -n ${own} -f ${name}`),
};
