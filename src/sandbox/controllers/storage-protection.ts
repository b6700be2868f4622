import type { KubernetesObject } from '../../kubernetes/object.ts';
import { asPod } from '../../kubernetes/pod.ts';
import { type Controller, type ControllerContext, runController } from './controller.ts';
import { indexBy } from './object-index.ts';
import { keyOf, partsOf } from './owners.ts';
import { objectPath } from './resource-paths.ts';
import { claimKeys, type Volume } from './storage-terms.ts';

interface Protection {
  resource: 'persistentvolumes' | 'persistentvolumeclaims';
  finalizer: string;
  inUse(object: KubernetesObject): boolean;
}

/** A claim goes only when no pod that has a node names it any more (`pvc_protection_controller.go`). */
export function startClaimProtection(context: ControllerContext): Controller {
  const pods = context.informer('pods');
  const users = indexBy(pods, claimKeys);
  const claims = context.informer('persistentvolumeclaims');
  return runController(context, {
    name: 'persistentvolumeclaim-protection',
    inputs: [
      { informer: claims, keys: (claim) => [keyOf(claim)] },
      // While a pod is there its claims stay: only its end, or a claim's own change, can let one go.
      { informer: pods, keys: (pod, { type }) => (type === 'deleted' || isShutDown(pod) ? claimKeys(pod) : []) },
    ],
    sync: protect(context, {
      resource: 'persistentvolumeclaims',
      finalizer: 'kubernetes.io/pvc-protection',
      inUse: (claim) =>
        users.get(keyOf(claim)).some((pod) => asPod(pod).spec.nodeName !== undefined && !isShutDown(pod)),
    }),
  });
}

/**
 * The kubelet is done with it, and only a finalizer keeps it (`podIsShutDown`): with a deletion in the foreground the pod waits for its
 * own claims to go.
 */
function isShutDown({ metadata }: KubernetesObject): boolean {
  const { deletionTimestamp, deletionGracePeriodSeconds } = metadata as {
    deletionTimestamp?: string;
    deletionGracePeriodSeconds?: number;
  };
  return deletionTimestamp !== undefined && deletionGracePeriodSeconds === 0;
}

/** A volume goes only when it is not Bound (`pv_protection_controller.go`). */
export function startVolumeProtection(context: ControllerContext): Controller {
  return runController(context, {
    name: 'persistentvolume-protection',
    inputs: [{ informer: context.informer('persistentvolumes'), keys: (volume) => [keyOf(volume)] }],
    sync: protect(context, {
      resource: 'persistentvolumes',
      finalizer: 'kubernetes.io/pv-protection',
      inUse: (volume) => (volume as Volume).status?.phase === 'Bound',
    }),
  });
}

function protect({ client, informer }: ControllerContext, { resource, finalizer, inUse }: Protection) {
  const objects = informer(resource);
  return async (key: string) => {
    const { namespace, name } = partsOf(key);
    const object = objects.get(namespace || undefined, name);
    if (!object) return;
    const { finalizers = [], deletionTimestamp, resourceVersion } = object.metadata;
    const held = finalizers.includes(finalizer);
    const wanted = deletionTimestamp === undefined || (held && inUse(object));
    if (held === wanted) return;
    const changed = wanted ? [...finalizers, finalizer] : finalizers.filter((one) => one !== finalizer);
    const patch = { metadata: { resourceVersion, finalizers: changed } };
    await client.patch(objectPath(resource, object.metadata), patch, 'merge');
  };
}
