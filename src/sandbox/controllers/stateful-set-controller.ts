import { messageOf } from '../../base/errors.ts';
import { asPod, isPodAvailable, isPodReady, type Pod } from '../../kubernetes/pod.ts';
import type { StatefulSet } from '../../kubernetes/workload.ts';
import { createClaims } from './claiming.ts';
import { type Controller, type ControllerContext, runController, writeStatus } from './controller.ts';
import { createExpectations } from './expectations.ts';
import { keyOf, ownerKey, partsOf } from './owners.ts';
import { createPodControl, type PodWords } from './pod-control.ts';
import { createRevisions } from './revisions.ts';
import { createStatefulSetClaims } from './stateful-set-claims.ts';
import { type PlanInput, planStatefulSet, type Step, statefulSetStatus } from './stateful-set-plan.ts';
import { identityOf, ordinalOf, revisionOfPod, templateOf } from './stateful-set-pods.ts';
import type { WorkQueue } from './work-queue.ts';

const words: PodWords = {
  made: ({ metadata }, pod) => `Create Pod ${pod} in StatefulSet ${metadata.name} successful`,
  notMade: ({ metadata }, pod, error) =>
    `Create Pod ${pod} in StatefulSet ${metadata.name} failed error: ${messageOf(error)}`,
  removed: ({ metadata }, pod) => `Delete Pod ${pod} in StatefulSet ${metadata.name} successful`,
  notRemoved: ({ metadata }, pod, error) =>
    `Delete Pod ${pod} in StatefulSet ${metadata.name} failed error: ${messageOf(error)}`,
};

/** Pods with names, in order (`pkg/controller/statefulset`). */
export function startStatefulSetController(context: ControllerContext): Controller {
  const { client } = context;
  const sets = context.informer('statefulsets');
  const podInformer = context.informer('pods');
  const claims = createClaims(client, 'pods', podInformer);
  const expectations = createExpectations(podInformer);
  const record = context.recorder('statefulset-controller');
  const control = createPodControl(context, record, expectations, words);
  const volumes = createStatefulSetClaims(context, record);
  const revisions = createRevisions(context, 'controller.kubernetes.io/hash');

  const sync = async (key: string, queue: WorkQueue) => {
    const { namespace, name } = partsOf(key);
    const set = sets.get(namespace, name) as StatefulSet | undefined;
    if (!set) return expectations.forget(key);
    const owned = (await claims.claim(set, set.spec.selector)).map(asPod);
    const pods = owned.filter((pod) => ordinalOf(set, pod) !== undefined);
    const { all, update } = await revisions.of(set);
    const current = all.find(({ metadata }) => metadata.name === set.status?.currentRevision) ?? update;
    const input: PlanInput = { set, pods, current, update, now: Date.now() };
    let problem: unknown;
    if (!set.metadata.deletionTimestamp) {
      if (!expectations.met(key)) queue.addAfter(key, 1000);
      else problem = await carryOut(input).catch((error: unknown) => error);
    }
    await writeStatus(client, 'statefulsets', set, statefulSetStatus(input));
    const used = new Set([current, update].map(({ metadata }) => metadata.name));
    for (const pod of pods) used.add(revisionOfPod(pod) ?? '');
    await revisions.forget(set, all, used);
    if (waitsForAge(input)) queue.addAfter(key, 1000);
    if (problem) throw problem;
  };

  const carryOut = async (input: PlanInput) => {
    const { set, pods } = input;
    for (const pod of pods) await volumes.own(set, pod, !isWanted(set, pod));
    for (const step of planStatefulSet(input)) await take(set, step);
    for (const pod of pods) if (pod.status?.phase === 'Pending') await volumes.make(set, pod.metadata.name);
  };

  const take = async (set: StatefulSet, step: Step) => {
    if ('remove' in step) return control.remove(set, step.remove);
    const identity = identityOf(set, step.make, step.from);
    await volumes.make(set, identity.name);
    await control.create(set, templateOf(set, step.from), identity);
  };

  return runController(context, {
    name: 'statefulset',
    needs: [context.informer('persistentvolumeclaims'), context.informer('controllerrevisions')],
    inputs: [
      { informer: sets, keys: (set) => [keyOf(set)] },
      { informer: podInformer, keys: (pod) => ownerKey(pod, 'StatefulSet') },
    ],
    sync,
  });
}

function isWanted(set: StatefulSet, pod: Pod): boolean {
  const place = (ordinalOf(set, pod) ?? -1) - (set.spec.ordinals?.start ?? 0);
  return place >= 0 && place < (set.spec.replicas ?? 1);
}

/** True while a pod is ready, but not for long enough. */
function waitsForAge({ set, pods, now }: PlanInput): boolean {
  return pods.some((pod) => isPodReady(pod) && !isPodAvailable(pod, set.spec.minReadySeconds ?? 0, now));
}
