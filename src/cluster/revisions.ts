import { isDeepStrictEqual } from 'node:util';
import { Problem } from '../base/errors.ts';
import { type KubernetesObject, nameOf } from '../kubernetes/object.ts';
import type { PodTemplate } from '../kubernetes/workload.ts';
import type { Connection } from './connection.ts';
import { listObjects } from './objects.ts';
import { podSelectorOf, replicaSetsOf, revisionOf } from './workload-pods.ts';

/** A version that a workload has had, with what brings it back. */
export interface Revision {
  number: number;
  /** Name of the ReplicaSet or ControllerRevision that holds it: it stays when the number changes. */
  name: string;
  images: string[];
  /** `kubernetes.io/change-cause`, where somebody wrote it. */
  cause: string | undefined;
  template: PodTemplate;
}

const causeKey = 'kubernetes.io/change-cause';

/** The versions that are kept of a Deployment, StatefulSet or DaemonSet, the newest first. Throws `Problem` for other kinds. */
export async function listRevisions(
  connection: Connection,
  workload: KubernetesObject,
  signal?: AbortSignal,
): Promise<Revision[]> {
  if (workload.kind === 'Deployment') {
    const sets = await replicaSetsOf(connection, workload, signal);
    return sets.map((set) =>
      toRevision(set, revisionOf(set), withoutHash((set.spec as { template: PodTemplate }).template)),
    );
  }
  if (workload.kind !== 'StatefulSet' && workload.kind !== 'DaemonSet')
    throw new Problem(`${nameOf(workload)} has no rollouts`, {
      next: ['Deployments, StatefulSets and DaemonSets have them'],
    });
  const { namespace, uid } = workload.metadata;
  const query = {
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    namespace,
    labelSelector: podSelectorOf(workload),
  };
  const all = await listObjects(connection, query, signal);
  return all
    .filter(({ metadata }) => metadata.ownerReferences?.some((owner) => owner.uid === uid))
    .map((one) => toRevision(one, Number(one.revision) || 0, templateIn(one)))
    .sort((a, b) => b.number - a.number);
}

function toRevision(holder: KubernetesObject, number: number, template: PodTemplate): Revision {
  const images = [...(template.spec.initContainers ?? []), ...template.spec.containers].map(({ image = '?' }) => image);
  return { number, name: holder.metadata.name, images, cause: holder.metadata.annotations?.[causeKey], template };
}

/** A ReplicaSet's template without the label that its Deployment's controller adds. */
function withoutHash(template: PodTemplate): PodTemplate {
  const { 'pod-template-hash': _, ...labels } = template.metadata?.labels ?? {};
  return { ...template, metadata: { ...template.metadata, labels } };
}

/** The controllers keep a strategic patch of the workload: `{spec: {template: {$patch: replace, …}}}`. */
function templateIn(revision: KubernetesObject): PodTemplate {
  const { spec } = revision.data as { spec: { template: PodTemplate & { $patch?: string } } };
  const { $patch: _, ...template } = spec.template;
  return template;
}

/** The revision that the workload's template is now: of several the newest. Undefined until its controller has seen it. */
export function currentRevision(workload: KubernetesObject, revisions: readonly Revision[]): Revision | undefined {
  const { status, spec } = workload as {
    status?: { updateRevision?: string };
    spec?: { template?: PodTemplate };
  };
  const byName = revisions.find(({ name }) => name === status?.updateRevision);
  if (byName) return byName;
  return revisions.find(({ template }) => sameTemplate(template, spec?.template));
}

/** Whether two templates make the same pods. */
function sameTemplate(one: PodTemplate | undefined, other: PodTemplate | undefined): boolean {
  return isDeepStrictEqual(comparable(one), comparable(other));
}

// What a server writes as null is as if it were not there.
function comparable(template: PodTemplate | undefined): unknown {
  const { creationTimestamp: _, ...metadata } = (template?.metadata ?? {}) as Record<string, unknown>;
  return { metadata, spec: template?.spec };
}
