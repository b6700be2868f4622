import { rolloutBounds } from '../../kubernetes/deployment.ts';
import { canonical, templateHash } from '../../kubernetes/names.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import type { Deployment, PodTemplate, ReplicaSet } from '../../kubernetes/workload.ts';
import { controlledBy } from './owners.ts';

const longestName = 253;
const hashLabel = 'pod-template-hash';
export const revisionAnnotation = 'deployment.kubernetes.io/revision';
export const desiredAnnotation = 'deployment.kubernetes.io/desired-replicas';
const historyAnnotation = 'deployment.kubernetes.io/revision-history';
const maxAnnotation = 'deployment.kubernetes.io/max-replicas';
const notCopied = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  revisionAnnotation,
  historyAnnotation,
  desiredAnnotation,
  maxAnnotation,
  'deprecated.deployment.rollback.to',
]);

function withoutHash(template: PodTemplate): string {
  const labels = Object.entries(template.metadata?.labels ?? {}).filter(([key]) => key !== hashLabel);
  const { creationTimestamp: _, ...metadata } = template.metadata ?? {};
  return canonical({ ...template, metadata: { ...metadata, labels: Object.fromEntries(labels) } });
}

/** The ReplicaSet of the present template: the oldest of those that equal it (`FindNewReplicaSet`). */
export function findNewReplicaSet(deployment: Deployment, sets: readonly ReplicaSet[]): ReplicaSet | undefined {
  const wanted = withoutHash(deployment.spec.template);
  const created = (set: ReplicaSet) => set.metadata.creationTimestamp ?? '';
  return [...sets]
    .sort((left, right) => created(left).localeCompare(created(right)))
    .find((set) => withoutHash(set.spec.template) === wanted);
}

export function revisionOf({ metadata }: KubernetesObject): number {
  return Number(metadata.annotations?.[revisionAnnotation] ?? 0) || 0;
}

/** The deployment's annotations that its ReplicaSets carry too, the newest one at least. */
function copiedAnnotations({ metadata }: Deployment): Record<string, string> {
  return Object.fromEntries(Object.entries(metadata.annotations ?? {}).filter(([key]) => !notCopied.has(key)));
}

/**
 * Annotations of the ReplicaSet that is the new one again or still: its number is the greatest, and those it had before are
 * remembered (`deployment_util.go SetNewReplicaSetAnnotations`).
 */
export function refreshedAnnotations(
  deployment: Deployment,
  existing: ReplicaSet,
  revision: number,
): Record<string, string> {
  const annotations = { ...existing.metadata.annotations, ...copiedAnnotations(deployment) };
  const before = existing.metadata.annotations?.[revisionAnnotation];
  if (revisionOf(existing) >= revision) return annotations;
  annotations[revisionAnnotation] = String(revision);
  if (before !== undefined)
    annotations[historyAnnotation] = withRevision(existing.metadata.annotations?.[historyAnnotation], before);
  return annotations;
}

/** A comma-separated list, its oldest dropped for new ones beyond 2000 characters. */
function withRevision(history: string | undefined, revision: string): string {
  const revisions = history ? [...history.split(','), revision] : [revision];
  while (revisions.length > 1 && revisions.join(',').length > 2000) revisions.shift();
  return revisions.join(',');
}

/** By these a later sync sees that the wanted number has changed (`SetReplicasAnnotations`). */
export function sizeAnnotations(deployment: Deployment): Record<string, string> {
  const replicas = deployment.spec.replicas ?? 1;
  return {
    [desiredAnnotation]: String(replicas),
    [maxAnnotation]: String(replicas + rolloutBounds(deployment).maxSurge),
  };
}

/** True when an active ReplicaSet was sized for another number of replicas (`isScalingEvent`). */
export function isScalingEvent(deployment: Deployment, sets: readonly ReplicaSet[]): boolean {
  return sets
    .filter((set) => (set.spec.replicas ?? 0) > 0)
    .some((set) => {
      const desired = set.metadata.annotations?.[desiredAnnotation];
      return desired !== undefined && Number(desired) !== (deployment.spec.replicas ?? 1);
    });
}

/** A ReplicaSet for the present template, not yet sent. */
export function composeReplicaSet(deployment: Deployment, revision: number, replicas: number): ReplicaSet {
  const { template, selector, minReadySeconds } = deployment.spec;
  const hash = templateHash(template, deployment.status?.collisionCount);
  const labels = { ...template.metadata?.labels, [hashLabel]: hash };
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `${deployment.metadata.name.slice(0, longestName - hash.length - 1)}-${hash}`,
      namespace: deployment.metadata.namespace ?? '',
      labels,
      annotations: {
        ...copiedAnnotations(deployment),
        [revisionAnnotation]: String(revision),
        ...sizeAnnotations(deployment),
      },
      ownerReferences: [controlledBy(deployment)],
    },
    spec: {
      replicas,
      ...(minReadySeconds ? { minReadySeconds } : {}),
      selector: { ...selector, matchLabels: { ...selector.matchLabels, [hashLabel]: hash } },
      template: { ...template, metadata: { ...template.metadata, labels } },
    },
  };
}
