import { asPod, isPodAvailable, isPodFinished, isPodReady, type Pod } from '../../kubernetes/pod.ts';
import type { StatefulSet } from '../../kubernetes/workload.ts';
import { answered } from '../client.ts';
import { createClaims } from './claiming.ts';
import { type Controller, type ControllerContext, runController, writeStatus } from './controller.ts';
import { createExpectations } from './expectations.ts';
import { keyOf, ownerKey, partsOf } from './owners.ts';
import { createPodControl } from './pod-control.ts';
import { collectionPath } from './resource-paths.ts';
import { createRevisions, type Revision } from './revisions.ts';
import { identityOf, isHealthy, ordinalOf, revisionFor, revisionOfPod, templateOf } from './stateful-set-pods.ts';
import type { WorkQueue } from './work-queue.ts';

/** Pods with names, in order (`pkg/controller/statefulset/stateful_set_control.go`). */
export function startStatefulSetController(context: ControllerContext): Controller {
  const { client } = context;
  const sets = context.informer('statefulsets');
  const podInformer = context.informer('pods');
  const volumeClaims = context.informer('persistentvolumeclaims');
  const revisionInformer = context.informer('controllerrevisions');
  const claims = createClaims(client, 'pods', podInformer);
  const expectations = createExpectations(podInformer);
  const record = context.recorder('statefulset-controller');
  const control = createPodControl(context, record, expectations);
  const revisions = createRevisions(context);

  const sync = async (key: string, queue: WorkQueue) => {
    const { namespace, name } = partsOf(key);
    const set = sets.get(namespace, name) as StatefulSet | undefined;
    if (!set) return expectations.forget(key);
    const pods = (await claims.claim(set, set.spec.selector)).map(asPod);
    const { all, update } = await revisions.of(set);
    const current = all.find(({ metadata }) => metadata.name === set.status?.currentRevision) ?? update;
    if (!set.metadata.deletionTimestamp) {
      if (expectations.met(key)) await step(set, pods, current, update);
      else queue.addAfter(key, 1000);
    }
    await writeStatus(client, 'statefulsets', set, statusOf(set, pods, current, update));
  };

  /** One move, or as many as may be made at once: missing pods, superfluous ones, then old ones. */
  const step = async (set: StatefulSet, pods: Pod[], current: Revision, update: Revision) => {
    const start = set.spec.ordinals?.start ?? 0;
    const replicas = set.spec.replicas ?? 1;
    const inOrder = (set.spec.podManagementPolicy ?? 'OrderedReady') === 'OrderedReady';
    const byOrdinal = new Map(pods.map((pod) => [ordinalOf(set, pod) ?? -1, pod]));
    for (let ordinal = start; ordinal < start + replicas; ordinal += 1) {
      const pod = byOrdinal.get(ordinal);
      if (!pod) await make(set, ordinal, revisionFor(set, ordinal, current, update));
      else if (isPodFinished(pod) && !pod.metadata.deletionTimestamp) await control.remove(set, pod);
      else if (isHealthy(pod)) continue;
      if (inOrder) return;
    }
    const condemned = pods
      .filter((pod) => !isWanted(ordinalOf(set, pod), start, replicas))
      .sort((left, right) => (ordinalOf(set, right) ?? 0) - (ordinalOf(set, left) ?? 0));
    for (const pod of condemned) {
      if (!pod.metadata.deletionTimestamp) await control.remove(set, pod);
      if (inOrder) return;
    }
    if (condemned.length === 0) await renew(set, byOrdinal, update);
  };

  const make = async (set: StatefulSet, ordinal: number, revision: Revision) => {
    const identity = identityOf(set, ordinal, revision);
    for (const template of set.spec.volumeClaimTemplates ?? []) await makeClaim(set, template, identity.name);
    await control.create(set, templateOf(set, revision), identity);
  };

  const makeClaim = async (
    set: StatefulSet,
    template: NonNullable<StatefulSet['spec']['volumeClaimTemplates']>[number],
    pod: string,
  ) => {
    const { namespace = '' } = set.metadata;
    const name = `${template.metadata.name}-${pod}`;
    if (volumeClaims.get(namespace, name)) return;
    const labels = { ...template.metadata.labels, ...set.spec.selector.matchLabels };
    const { status: _, ...rest } = template;
    const claim = {
      ...rest,
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { ...template.metadata, name, namespace, labels },
    };
    try {
      await client.create(collectionPath('persistentvolumeclaims', namespace), claim);
      record(
        set,
        'Normal',
        'SuccessfulCreate',
        `create Claim ${name} Pod ${pod} in StatefulSet ${set.metadata.name} success`,
      );
    } catch (error) {
      if (!answered(error, 409)) throw error;
    }
  };

  /** From the highest number down, each after the one before is healthy again. */
  const renew = async (set: StatefulSet, byOrdinal: ReadonlyMap<number, Pod>, update: Revision) => {
    if (set.spec.updateStrategy?.type === 'OnDelete') return;
    const partition = (set.spec.ordinals?.start ?? 0) + (set.spec.updateStrategy?.rollingUpdate?.partition ?? 0);
    for (const [ordinal, pod] of [...byOrdinal].sort(([left], [right]) => right - left)) {
      if (ordinal < partition) return;
      if (revisionOfPod(pod) !== update.metadata.name && !pod.metadata.deletionTimestamp)
        return control.remove(set, pod);
      if (!isHealthy(pod)) return;
    }
  };

  return runController(context, {
    name: 'statefulset',
    needs: [volumeClaims, revisionInformer],
    inputs: [
      { informer: sets, keys: (set) => [keyOf(set)] },
      { informer: podInformer, keys: (pod) => ownerKey(pod, 'StatefulSet') },
    ],
    sync,
  });
}

function isWanted(ordinal: number | undefined, start: number, replicas: number): boolean {
  return ordinal !== undefined && ordinal >= start && ordinal < start + replicas;
}

function statusOf(set: StatefulSet, pods: readonly Pod[], current: Revision, update: Revision): StatefulSet['status'] {
  const living = pods.filter((pod) => !isPodFinished(pod));
  const at = (revision: Revision) =>
    living.filter((pod) => revisionOfPod(pod) === revision.metadata.name && !pod.metadata.deletionTimestamp);
  const replicas = set.spec.replicas ?? 1;
  const updated = at(update);
  const done = updated.length === replicas && living.length === replicas && updated.every(isHealthy);
  const settled = done ? update : current;
  const available = living.filter((pod) => isPodAvailable(pod, set.spec.minReadySeconds ?? 0, Date.now()));
  return {
    observedGeneration: set.metadata.generation ?? 0,
    replicas: living.length,
    readyReplicas: living.filter(isPodReady).length,
    availableReplicas: available.length,
    currentReplicas: at(settled).length,
    updatedReplicas: updated.length,
    currentRevision: settled.metadata.name,
    updateRevision: update.metadata.name,
  };
}
