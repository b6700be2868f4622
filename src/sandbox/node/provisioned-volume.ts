import type { KubernetesObject } from '../../kubernetes/object.ts';
import { parseBytes } from '../../kubernetes/quantity.ts';

/** The name by which a StorageClass asks for volumes of this provisioner. */
export const provisionerName = 'tars-console.dev/sandbox';

const asked = 'volume.kubernetes.io/storage-provisioner';
const selectedNode = 'volume.kubernetes.io/selected-node';
const provisionedBy = 'pv.kubernetes.io/provisioned-by';

export interface Claim extends KubernetesObject {
  spec: {
    accessModes?: string[];
    resources?: { requests?: { storage?: string } };
    storageClassName?: string;
    volumeMode?: string;
    volumeName?: string;
  };
  status?: { phase?: string; capacity?: { storage?: string } };
}

export interface StorageClass extends KubernetesObject {
  reclaimPolicy?: string;
  volumeBindingMode?: string;
  mountOptions?: string[];
}

export interface Volume extends KubernetesObject {
  spec: { persistentVolumeReclaimPolicy?: string; capacity?: { storage?: string }; [field: string]: unknown };
  status?: { phase?: string };
}

/** Whether a volume is to be made now: asked of this provisioner, and on a node where the class waits for one (`shouldProvision`). */
export function wantsVolume(claim: Claim, storageClass: StorageClass | undefined): storageClass is StorageClass {
  const { annotations = {}, deletionTimestamp } = claim.metadata;
  if (!storageClass || claim.spec.volumeName || deletionTimestamp || annotations[asked] !== provisionerName)
    return false;
  return storageClass.volumeBindingMode !== 'WaitForFirstConsumer' || annotations[selectedNode] !== undefined;
}

/** The volume of a claim, reserved for it: a directory that every node of the sandbox reaches. */
export function volumeFor(claim: Claim, storageClass: StorageClass): Volume {
  const { namespace, name, uid = '', resourceVersion } = claim.metadata;
  const volume = `pvc-${uid}`;
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: volume, annotations: { [provisionedBy]: provisionerName } },
    spec: {
      capacity: { storage: claim.spec.resources?.requests?.storage ?? '1Gi' },
      accessModes: claim.spec.accessModes ?? ['ReadWriteOnce'],
      persistentVolumeReclaimPolicy: storageClass.reclaimPolicy ?? 'Delete',
      storageClassName: storageClass.metadata.name,
      volumeMode: claim.spec.volumeMode ?? 'Filesystem',
      ...(storageClass.mountOptions?.length ? { mountOptions: storageClass.mountOptions } : {}),
      claimRef: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace, name, uid, resourceVersion },
      hostPath: { path: `/var/lib/tars-console/${volume}`, type: 'DirectoryOrCreate' },
    },
  };
}

export function isOurs({ metadata }: Volume): boolean {
  return metadata.annotations?.[provisionedBy] === provisionerName;
}

/** Whether a bound claim asks for more than its volume, one of ours, has. Size only ever grows. */
export function hasGrown(claim: Claim, volume: Volume): boolean {
  if (!isOurs(volume) || claim.status?.phase !== 'Bound') return false;
  const wanted = parseBytes(claim.spec.resources?.requests?.storage ?? '0');
  const had = Math.min(
    parseBytes(claim.status.capacity?.storage ?? '0'),
    parseBytes(volume.spec.capacity?.storage ?? '0'),
  );
  return wanted > had;
}

/** Whether a volume of ours has lost its claim and is not to be kept (`shouldDelete`). */
export function isForgotten(volume: Volume): boolean {
  const { metadata, spec, status } = volume;
  return (
    isOurs(volume) &&
    metadata.deletionTimestamp === undefined &&
    status?.phase === 'Released' &&
    spec.persistentVolumeReclaimPolicy === 'Delete'
  );
}
