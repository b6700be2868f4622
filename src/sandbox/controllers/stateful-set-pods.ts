import type { Pod } from '../../kubernetes/pod.ts';
import type { PodTemplate, StatefulSet } from '../../kubernetes/workload.ts';
import type { OwnParts } from './pod-control.ts';
import { type Revision, revisionLabel, templateOfRevision } from './revisions.ts';

/** The number at the end of a pod's name; undefined for a pod that is not of this set. */
export function ordinalOf(set: StatefulSet, pod: Pod): number | undefined {
  const { name } = pod.metadata;
  const prefix = `${set.metadata.name}-`;
  const rest = name.startsWith(prefix) ? name.slice(prefix.length) : '';
  return /^\d+$/.test(rest) ? Number(rest) : undefined;
}

export function revisionOfPod(pod: Pod): string | undefined {
  return pod.metadata.labels?.[revisionLabel];
}

/** Which revision a missing pod gets (`stateful_set_utils.go newVersionedStatefulSetPod`). */
export function revisionFor(set: StatefulSet, ordinal: number, current: Revision, update: Revision): Revision {
  if (set.spec.updateStrategy?.type === 'OnDelete') return update;
  const start = set.spec.ordinals?.start ?? 0;
  const partition = set.spec.updateStrategy?.rollingUpdate?.partition;
  const kept = partition === undefined ? (set.status?.currentReplicas ?? 0) : partition;
  return ordinal < start + kept ? current : update;
}

/** Name, labels, host name and volumes that make a pod the one with this number. */
export function identityOf(set: StatefulSet, ordinal: number, revision: Revision): OwnParts & { name: string } {
  const name = `${set.metadata.name}-${ordinal}`;
  const template = templateOf(set, revision);
  const claims = (set.spec.volumeClaimTemplates ?? []).map(({ metadata }) => ({
    name: metadata.name,
    persistentVolumeClaim: { claimName: `${metadata.name}-${name}` },
  }));
  const names = new Set(claims.map((claim) => claim.name));
  const others = (template.spec.volumes ?? []).filter((volume) => !names.has(volume.name));
  return {
    name,
    labels: {
      'statefulset.kubernetes.io/pod-name': name,
      'apps.kubernetes.io/pod-index': String(ordinal),
      [revisionLabel]: revision.metadata.name,
    },
    spec: {
      hostname: name,
      ...(set.spec.serviceName ? { subdomain: set.spec.serviceName } : {}),
      volumes: [...claims, ...others],
    },
  };
}

export function templateOf(set: StatefulSet, revision: Revision): PodTemplate {
  return templateOfRevision(revision) ?? set.spec.template;
}
