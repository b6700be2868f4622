import { type LabelSelector, matchesSelector } from '../../kubernetes/labels.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import { type ApiClient, answered } from '../client.ts';
import type { Informer } from '../informer.ts';
import { indexBy, type ObjectIndex } from './object-index.ts';
import { controlledBy, controllerOf } from './owners.ts';
import { objectPath, type ResourceName } from './resource-paths.ts';

/** What belongs to an owner: found by the controlling UID, with what nobody controls taken in by the selector. */
export interface Claims {
  /** Releases what no longer matches, adopts what matches and has no controller (`controller_ref_manager.go`). */
  claim(owner: KubernetesObject, selector: LabelSelector | undefined): Promise<KubernetesObject[]>;
  byUid: ObjectIndex;
}

export function createClaims(client: ApiClient, resource: ResourceName, informer: Informer): Claims {
  const byUid = indexBy(informer, (object) => {
    const owner = controllerOf(object);
    return owner ? [owner.uid] : [];
  });
  const orphans = indexBy(informer, (object) => (controllerOf(object) ? [] : [object.metadata.namespace ?? '']));
  return {
    byUid,
    async claim(owner, selector) {
      const { uid = '', namespace = '' } = owner.metadata;
      const mine: KubernetesObject[] = [];
      for (const object of byUid.get(uid)) {
        if (matchesSelector(selector, object.metadata.labels)) mine.push(object);
        else if (!object.metadata.deletionTimestamp) await release(client, resource, object, uid);
      }
      if (owner.metadata.deletionTimestamp) return mine;
      for (const object of orphans.get(namespace)) {
        if (object.metadata.deletionTimestamp || !matchesSelector(selector, object.metadata.labels)) continue;
        const adopted = await adopt(client, resource, object, owner);
        if (adopted) mine.push(adopted);
      }
      return mine;
    },
  };
}

async function adopt(client: ApiClient, resource: ResourceName, object: KubernetesObject, owner: KubernetesObject) {
  const { uid, ownerReferences = [] } = object.metadata;
  const metadata = { uid, ownerReferences: [...ownerReferences, controlledBy(owner)] };
  return patchOwners(client, resource, object, metadata);
}

async function release(client: ApiClient, resource: ResourceName, object: KubernetesObject, owner: string) {
  const { uid, ownerReferences = [] } = object.metadata;
  const others = ownerReferences.filter((reference) => reference.uid !== owner);
  return patchOwners(client, resource, object, { uid, ownerReferences: others.length > 0 ? others : null });
}

async function patchOwners(client: ApiClient, resource: ResourceName, object: KubernetesObject, metadata: object) {
  try {
    const { resourceVersion } = object.metadata;
    const patch = { metadata: { ...metadata, resourceVersion } };
    return await client.patch(objectPath(resource, object.metadata), patch, 'merge');
  } catch (error) {
    if (answered(error, 404)) return undefined;
    throw error;
  }
}
