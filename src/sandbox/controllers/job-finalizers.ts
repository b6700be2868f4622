import type { KubernetesObject } from '../../kubernetes/object.ts';
import { asPod, type Pod } from '../../kubernetes/pod.ts';
import { type ApiClient, answered } from '../client.ts';
import type { Informer } from '../informer.ts';
import { trackingFinalizer } from './job-view.ts';
import { objectPath } from './resource-paths.ts';

/** Knows whose tracking finalizer is still there, also while the cache does not. */
export interface TrackingFinalizers {
  has(pod: KubernetesObject): boolean;
  /** Takes it away; what is gone already needs none. Throws what the API answered. */
  remove(pod: Pod): Promise<void>;
}

export function createTrackingFinalizers(client: ApiClient, pods: Informer): TrackingFinalizers {
  /** UIDs of pods whose finalizer was taken away a moment ago. */
  const removed = new Set<string>();
  const isMarked = ({ metadata }: KubernetesObject) => metadata.finalizers?.includes(trackingFinalizer) ?? false;
  pods.on(({ type, object }) => {
    if (type === 'deleted' || !isMarked(object)) removed.delete(object.metadata.uid ?? '');
  });
  return {
    has: (pod) => isMarked(pod) && !removed.has(pod.metadata.uid ?? ''),
    async remove(pod) {
      const { uid = '' } = pod.metadata;
      if (!isMarked(pod) || removed.has(uid)) return;
      removed.add(uid);
      try {
        const patch = { metadata: { uid, '$deleteFromPrimitiveList/finalizers': [trackingFinalizer] } };
        await client.patch(objectPath('pods', pod.metadata), patch, 'strategic');
        // Seen without it in the meantime: nothing is left to wait for.
        const cached = pods.get(pod.metadata.namespace, pod.metadata.name);
        if (!cached || cached.metadata.uid !== uid || !isMarked(asPod(cached))) removed.delete(uid);
      } catch (error) {
        if (answered(error, 404) || answered(error, 409)) return;
        removed.delete(uid);
        throw error;
      }
    },
  };
}
