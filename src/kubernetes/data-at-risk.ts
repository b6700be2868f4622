import type { KubernetesObject } from './object.ts';

interface PodTemplate {
  spec?: { volumes?: { name: string; emptyDir?: unknown }[] };
}

/** The data that is lost when this object is deleted together with what it owns, by name; empty where none is. */
export function dataAtRisk(object: KubernetesObject): string[] {
  const { kind, metadata } = object;
  const spec = (object.spec ?? {}) as { template?: PodTemplate; persistentVolumeClaimRetentionPolicy?: unknown };
  switch (kind) {
    case 'PersistentVolumeClaim':
      return [`what is on the volume of ${metadata.name}`];
    case 'PersistentVolume':
      return [`what is on the volume ${metadata.name}`];
    case 'Namespace':
      return [`everything in the namespace ${metadata.name}, its volumes too`];
    case 'CustomResourceDefinition':
      return [`every ${definedKind(object)} in the cluster`];
    case 'Secret':
      return [`the values of the Secret ${metadata.name}`];
    case 'StatefulSet':
      return [...emptyDirs(spec.template), ...claimsThatGo(object)];
    case 'Pod':
      return emptyDirs({ spec: object.spec as NonNullable<PodTemplate['spec']> });
    default:
      return emptyDirs(spec.template);
  }
}

function emptyDirs(template: PodTemplate | undefined): string[] {
  const volumes = (template?.spec?.volumes ?? []).filter(({ emptyDir }) => emptyDir !== undefined);
  return volumes.map(({ name }) => `the emptyDir ${name} of each pod`);
}

function claimsThatGo({ spec }: KubernetesObject): string[] {
  const { persistentVolumeClaimRetentionPolicy: policy, volumeClaimTemplates = [] } = spec as {
    persistentVolumeClaimRetentionPolicy?: { whenDeleted?: string };
    volumeClaimTemplates?: { metadata: { name: string } }[];
  };
  if (policy?.whenDeleted !== 'Delete') return [];
  return volumeClaimTemplates.map(({ metadata }) => `the volume ${metadata.name} of each pod`);
}

function definedKind({ spec, metadata }: KubernetesObject): string {
  return (spec as { names?: { kind?: string } } | undefined)?.names?.kind ?? metadata.name;
}
