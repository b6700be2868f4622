import type { LabelSelector } from '../../kubernetes/labels.ts';
import { matchesSelector } from '../../kubernetes/labels.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import { parseBytes } from '../../kubernetes/quantity.ts';

export interface Claim extends KubernetesObject {
  spec: {
    accessModes?: string[];
    resources?: { requests?: { storage?: string } };
    storageClassName?: string;
    volumeName?: string;
    volumeMode?: string;
    selector?: LabelSelector;
  };
  status?: { phase?: string; accessModes?: string[]; capacity?: { storage?: string } };
}

export interface Volume extends KubernetesObject {
  spec: {
    capacity?: { storage?: string };
    accessModes?: string[];
    storageClassName?: string;
    persistentVolumeReclaimPolicy?: string;
    volumeMode?: string;
    claimRef?: { kind?: string; namespace?: string; name?: string; uid?: string; apiVersion?: string };
    [source: string]: unknown;
  };
  status?: { phase?: string };
}

export interface StorageClass extends KubernetesObject {
  provisioner: string;
  reclaimPolicy?: string;
  volumeBindingMode?: 'Immediate' | 'WaitForFirstConsumer';
}

export const selectedNode = 'volume.kubernetes.io/selected-node';

/** The cluster's default class; of several the newest (`pkg/volume/util/storageclass.go`). */
export function defaultClass(classes: readonly KubernetesObject[]): StorageClass | undefined {
  return (classes as StorageClass[])
    .filter(({ metadata }) => metadata.annotations?.['storageclass.kubernetes.io/is-default-class'] === 'true')
    .sort((left, right) =>
      (right.metadata.creationTimestamp ?? '').localeCompare(left.metadata.creationTimestamp ?? ''),
    )[0];
}

/** The smallest free volume that a claim can have; one that was reserved for it goes before all others. */
export function findVolume(claim: Claim, volumes: readonly Volume[]): Volume | undefined {
  const size = (volume: Volume) => parseBytes(volume.spec.capacity?.storage ?? '0');
  const reserved = volumes.find(({ spec, metadata }) => {
    if (claim.spec.volumeName) return metadata.name === claim.spec.volumeName;
    return spec.claimRef?.name === claim.metadata.name && spec.claimRef?.namespace === claim.metadata.namespace;
  });
  if (reserved)
    return !reserved.spec.claimRef?.uid || reserved.spec.claimRef.uid === claim.metadata.uid ? reserved : undefined;
  const wanted = parseBytes(claim.spec.resources?.requests?.storage ?? '0');
  return volumes
    .filter(
      ({ spec, status, metadata }) =>
        !spec.claimRef && !metadata.deletionTimestamp && (status?.phase ?? 'Available') === 'Available',
    )
    .filter(({ spec }) => (spec.storageClassName ?? '') === (claim.spec.storageClassName ?? ''))
    .filter(({ spec }) => (claim.spec.accessModes ?? []).every((mode) => spec.accessModes?.includes(mode)))
    .filter((volume) => !claim.spec.selector || matchesSelector(claim.spec.selector, volume.metadata.labels))
    .filter((volume) => size(volume) >= wanted)
    .sort((left, right) => size(left) - size(right))[0];
}

/** A volume made for a claim, as an external provisioner would write it. */
export function composeVolume(claim: Claim, storageClass: StorageClass): Volume {
  const { namespace = '', name, uid = '', resourceVersion } = claim.metadata;
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: {
      name: `pvc-${uid}`,
      annotations: { 'pv.kubernetes.io/provisioned-by': storageClass.provisioner },
      finalizers: ['kubernetes.io/pv-protection'],
    },
    spec: {
      capacity: { storage: claim.spec.resources?.requests?.storage ?? '1Gi' },
      accessModes: claim.spec.accessModes ?? ['ReadWriteOnce'],
      persistentVolumeReclaimPolicy: storageClass.reclaimPolicy ?? 'Delete',
      storageClassName: storageClass.metadata.name,
      volumeMode: claim.spec.volumeMode ?? 'Filesystem',
      claimRef: {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        namespace,
        name,
        uid,
        ...(resourceVersion ? { resourceVersion } : {}),
      },
      csi: { driver: storageClass.provisioner, volumeHandle: `pvc-${uid}` },
    },
  };
}

/** Claims that a pod names, ephemeral volumes included. */
export function claimNames(pod: KubernetesObject): string[] {
  const { volumes = [] } = (
    pod as unknown as {
      spec: { volumes?: { name: string; persistentVolumeClaim?: { claimName: string }; ephemeral?: unknown }[] };
    }
  ).spec;
  return volumes.flatMap((volume) => {
    if (volume.persistentVolumeClaim) return [volume.persistentVolumeClaim.claimName];
    return volume.ephemeral ? [`${pod.metadata.name}-${volume.name}`] : [];
  });
}
