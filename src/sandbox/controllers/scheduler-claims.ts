import type { KubernetesObject } from '../../kubernetes/object.ts';
import type { Pod } from '../../kubernetes/pod.ts';
import type { Informer } from '../informer.ts';
import { type Claim, claimNames, defaultClass, type StorageClass, selectedNode } from './storage-terms.ts';

export interface UnboundClaim {
  metadata: KubernetesObject['metadata'];
  /** Tells the provisioner where the volume is needed. */
  patchFor(node: string): object;
}

/** What a pod's claims mean for its place (`plugins/volumebinding`): they may forbid every node, or wait for one. */
export function readClaims(
  pod: Pod,
  claims: Informer,
  classes: Informer,
): { obstacle: string | undefined; unbound: UnboundClaim[] } {
  const unbound: UnboundClaim[] = [];
  for (const name of claimNames(pod)) {
    const claim = claims.get(pod.metadata.namespace, name) as Claim | undefined;
    if (!claim) return { obstacle: `persistentvolumeclaim "${name}" not found`, unbound };
    if (claim.metadata.deletionTimestamp)
      return { obstacle: `persistentvolumeclaim "${name}" is being deleted`, unbound };
    if (claim.status?.phase === 'Lost')
      return {
        obstacle: `persistentvolumeclaim "${name}" bound to non-existent persistentvolume "${claim.spec.volumeName}"`,
        unbound,
      };
    if (claim.status?.phase === 'Bound' || claim.spec.volumeName) continue;
    const className = claim.spec.storageClassName;
    const storageClass = (className === undefined ? defaultClass(classes.list()) : classes.get(undefined, className)) as
      | StorageClass
      | undefined;
    if (storageClass?.volumeBindingMode !== 'WaitForFirstConsumer')
      return { obstacle: 'pod has unbound immediate PersistentVolumeClaims', unbound };
    const patchFor = (node: string) => ({ metadata: { annotations: { [selectedNode]: node } } });
    unbound.push({ metadata: claim.metadata, patchFor });
  }
  return { obstacle: undefined, unbound };
}
