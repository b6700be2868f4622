import { messageOf } from '../../base/errors.ts';
import type { KubernetesObject, OwnerReference } from '../../kubernetes/object.ts';
import type { Pod } from '../../kubernetes/pod.ts';
import type { StatefulSet } from '../../kubernetes/workload.ts';
import { answered } from '../client.ts';
import type { ControllerContext } from './controller.ts';
import type { RecordEvent } from './event-recorder.ts';
import { sameValue } from './merge-patch.ts';
import { controlledBy } from './owners.ts';
import { collectionPath, objectPath } from './resource-paths.ts';

/** The claims of a StatefulSet's pods (`pkg/controller/statefulset/stateful_pod_control.go`). */
export interface StatefulSetClaims {
  /** Makes those that the pod of this name lacks. Throws what the API answered. */
  make(set: StatefulSet, pod: string): Promise<void>;
  /** Sees to it that they go with their owner, if the set's policy says so. */
  own(set: StatefulSet, pod: Pod, isCondemned: boolean): Promise<void>;
}

export function createStatefulSetClaims(context: ControllerContext, record: RecordEvent): StatefulSetClaims {
  const { client } = context;
  const informer = context.informer('persistentvolumeclaims');
  const namesOf = (set: StatefulSet, pod: string) =>
    (set.spec.volumeClaimTemplates ?? []).map((template) => ({ template, name: `${template.metadata.name}-${pod}` }));

  return {
    async make(set, pod) {
      const { namespace = '', name: owner } = set.metadata;
      for (const { template, name } of namesOf(set, pod)) {
        if (informer.get(namespace, name)) continue;
        const labels = { ...template.metadata.labels, ...set.spec.selector.matchLabels };
        const { status: _, ...rest } = template;
        const claim: KubernetesObject = {
          ...rest,
          apiVersion: 'v1',
          kind: 'PersistentVolumeClaim',
          metadata: { ...template.metadata, name, namespace, labels },
        };
        const ownerReferences = ownersByPolicy(set, undefined, false);
        if (ownerReferences.length > 0) claim.metadata.ownerReferences = ownerReferences;
        try {
          await client.create(collectionPath('persistentvolumeclaims', namespace), claim);
          const message = `Create Claim ${name} Pod ${pod} in StatefulSet ${owner} success`;
          record(set, 'Normal', 'SuccessfulCreate', message);
        } catch (error) {
          if (answered(error, 409)) continue;
          const message = `Create Claim ${name} for Pod ${pod} in StatefulSet ${owner} failed error: ${messageOf(error)}`;
          record(set, 'Warning', 'FailedCreate', message);
          throw error;
        }
      }
    },
    async own(set, pod, isCondemned) {
      for (const { name } of namesOf(set, pod.metadata.name)) {
        const claim = informer.get(set.metadata.namespace, name);
        if (!claim || claim.metadata.deletionTimestamp) continue;
        const before = claim.metadata.ownerReferences ?? [];
        // One of a former set or pod of this name is none of ours.
        const ours = new Set([set.metadata.uid, pod.metadata.uid]);
        if (before.some(({ uid, controller }) => controller && !ours.has(uid))) continue;
        const others = before.filter(({ uid }) => !ours.has(uid));
        const after = [...others, ...ownersByPolicy(set, pod, isCondemned)];
        if (sameValue(before, after)) continue;
        const { uid, resourceVersion } = claim.metadata;
        const metadata = { uid, resourceVersion, ownerReferences: after.length > 0 ? after : null };
        await client.patch(objectPath('persistentvolumeclaims', claim.metadata), { metadata }, 'merge');
      }
    },
  };
}

/** With whom a claim is deleted: a pod beyond the wanted number, the set, or nobody (`updateClaimOwnerRefForSetAndPod`). */
function ownersByPolicy(set: StatefulSet, pod: Pod | undefined, isCondemned: boolean): OwnerReference[] {
  const { whenDeleted, whenScaled } = set.spec.persistentVolumeClaimRetentionPolicy ?? {};
  if (isCondemned && whenScaled === 'Delete')
    return pod ? [controlledBy({ ...pod, apiVersion: 'v1', kind: 'Pod' })] : [];
  return whenDeleted === 'Delete' ? [controlledBy({ ...set, apiVersion: 'apps/v1', kind: 'StatefulSet' })] : [];
}
