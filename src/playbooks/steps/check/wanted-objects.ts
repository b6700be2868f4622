import { z } from 'zod';
import { mapAtOnce } from '../../../base/at-once.ts';
import { hasStatus } from '../../../cluster/kubernetes-error.ts';
import { getObject, refOf } from '../../../cluster/objects.ts';
import { servesKind } from '../../../cluster/resources.ts';
import type { KubernetesObject } from '../../../kubernetes/object.ts';
import { readObjects } from '../manifest-objects.ts';
import { inItsPlace } from '../object-place.ts';
import type { SourceContext } from './source-kind.ts';

/** Manifests whose objects are held against the cluster. */
export const manifestNames = z.array(z.string().min(1)).min(1);

/** An object that manifests want, and how it is now. */
export interface WantedObject {
  wanted: KubernetesObject;
  live: KubernetesObject | undefined;
}

/** The objects of manifests where they will stand, each with what is there. One that may not be read counts as missing. */
export async function wantedObjects(names: readonly string[], context: SourceContext): Promise<WantedObject[]> {
  const { connection, signal } = context;
  return mapAtOnce(await readObjects(names, context), 8, async (object): Promise<WantedObject> => {
    if (!(await servesKind(connection, object.apiVersion, object.kind))) return { wanted: object, live: undefined };
    const wanted = await inItsPlace(object, context);
    try {
      return { wanted, live: await getObject(connection, refOf(wanted), signal) };
    } catch (error) {
      if (hasStatus(error, 403)) return { wanted, live: undefined };
      throw error;
    }
  });
}
