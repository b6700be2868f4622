import type { LabelSelector } from '../../kubernetes/labels.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import type { NodeSelectorTerm } from '../../kubernetes/scheduling-terms.ts';

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
    nodeAffinity?: { required?: { nodeSelectorTerms: NodeSelectorTerm[] } };
    [source: string]: unknown;
  };
  status?: { phase?: string; lastPhaseTransitionTime?: string };
}

export interface StorageClass extends KubernetesObject {
  provisioner: string;
  reclaimPolicy?: string;
  volumeBindingMode?: 'Immediate' | 'WaitForFirstConsumer';
}

/** Annotations by which scheduler, binder and provisioner speak to each other (`component-helpers/storage/volume/pv_helpers.go`). */
export const selectedNode = 'volume.kubernetes.io/selected-node';
export const bindCompleted = 'pv.kubernetes.io/bind-completed';
export const boundByController = 'pv.kubernetes.io/bound-by-controller';
export const storageProvisioner = 'volume.kubernetes.io/storage-provisioner';
export const betaStorageProvisioner = 'volume.beta.kubernetes.io/storage-provisioner';
export const provisionedBy = 'pv.kubernetes.io/provisioned-by';

/** The cluster's default class; of several the newest (`pkg/volume/util/storageclass.go`). */
export function defaultClass(classes: readonly KubernetesObject[]): StorageClass | undefined {
  return (classes as StorageClass[])
    .filter(({ metadata }) => metadata.annotations?.['storageclass.kubernetes.io/is-default-class'] === 'true')
    .sort((left, right) =>
      (right.metadata.creationTimestamp ?? '').localeCompare(left.metadata.creationTimestamp ?? ''),
    )[0];
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

/** The keys of the claims that a pod names: `namespace/name`. */
export function claimKeys(pod: KubernetesObject): string[] {
  return claimNames(pod).map((name) => `${pod.metadata.namespace}/${name}`);
}
