import { asNode } from '../../kubernetes/node.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import { asPod, isPodAvailable, isPodReady, type Pod } from '../../kubernetes/pod.ts';
import type { DaemonSet } from '../../kubernetes/workload.ts';
import type { ObjectChange } from '../informer.ts';
import { createClaims } from './claiming.ts';
import { type Controller, type ControllerContext, runController, writeStatus } from './controller.ts';
import { createFailedPodBackoff } from './daemon-set-backoff.ts';
import { nodeOf, placementOn } from './daemon-set-nodes.ts';
import { type DaemonInput, type DaemonPlan, daemonSetStatus, planPlaces, planRenewal } from './daemon-set-plan.ts';
import { createExpectations } from './expectations.ts';
import { sameValue } from './merge-patch.ts';
import { keyOf, ownerKey, partsOf } from './owners.ts';
import { createPodControl, isNamespaceEnding } from './pod-control.ts';
import { createRevisions, revisionLabel } from './revisions.ts';
import type { WorkQueue } from './work-queue.ts';

const generationAnnotation = 'deprecated.daemonset.template.generation';
const generationLabel = 'pod-template-generation';

/** One pod on each node that takes it (`pkg/controller/daemon`). */
export function startDaemonSetController(context: ControllerContext): Controller {
  const { client } = context;
  const sets = context.informer('daemonsets');
  const nodes = context.informer('nodes');
  const podInformer = context.informer('pods');
  const claims = createClaims(client, 'pods', podInformer);
  const expectations = createExpectations(podInformer);
  const record = context.recorder('daemonset-controller');
  const control = createPodControl(context, record, expectations);
  const revisions = createRevisions(context, revisionLabel);
  const backoff = createFailedPodBackoff();

  const sync = async (key: string, queue: WorkQueue) => {
    const { namespace, name } = partsOf(key);
    const set = sets.get(namespace, name) as DaemonSet | undefined;
    if (!set) return expectations.forget(key);
    if (set.metadata.deletionTimestamp) return;
    const pods = (await claims.claim(set, set.spec.selector)).map(asPod);
    const { all, update } = await revisions.of(set);
    const hash = update.metadata.labels?.[revisionLabel] ?? '';
    const input: DaemonInput = { set, pods, nodes: nodes.list().map(asNode), hash, now: Date.now() };
    let problem: unknown;
    if (!expectations.met(key)) queue.addAfter(key, 1000);
    else {
      const { plan, waitMs } = withoutRecent(input, planPlaces(input));
      if (waitMs > 0) queue.addAfter(key, waitMs);
      problem = await carryOut(input, plan);
      if (!problem && expectations.met(key) && isRolling(set)) problem = await carryOut(input, planRenewal(input));
      const used = new Set(pods.map(({ metadata }) => `${name}-${metadata.labels?.[revisionLabel]}`));
      await revisions.forget(set, all, used.add(update.metadata.name));
    }
    await writeStatus(client, 'daemonsets', set, daemonSetStatus(input));
    if (waitsForAge(input)) queue.addAfter(key, (set.spec.minReadySeconds ?? 0) * 1000);
    if (problem && !isNamespaceEnding(problem)) throw problem;
  };

  /** A pod that fails again and again is not made anew each time at once. */
  const withoutRecent = ({ set, now }: DaemonInput, plan: DaemonPlan): { plan: DaemonPlan; waitMs: number } => {
    const waits = plan.remove.map((pod) => (pod.status?.phase === 'Failed' ? backoff.wait(set, nodeOf(pod), now) : 0));
    const remove = plan.remove.filter((_, number) => waits[number] === 0);
    return { plan: { ...plan, remove }, waitMs: Math.max(0, ...waits) };
  };

  const carryOut = async ({ set, hash }: DaemonInput, { make, remove }: DaemonPlan): Promise<unknown> => {
    const generation = set.metadata.annotations?.[generationAnnotation];
    const labels = { [revisionLabel]: hash, ...(generation ? { [generationLabel]: generation } : {}) };
    const parts = make.map((node) => ({ labels, spec: placementOn(set, node) }));
    const { problem } = await control.createAll(set, set.spec.template, parts);
    for (const pod of remove) {
      sayEnded(set, pod);
      await control.remove(set, pod);
    }
    return problem;
  };

  const sayEnded = (set: DaemonSet, pod: Pod) => {
    const where = `${pod.metadata.namespace}/${pod.metadata.name} on node ${nodeOf(pod)}`;
    if (pod.status?.phase === 'Failed')
      record(set, 'Warning', 'FailedDaemonPod', `Found failed daemon pod ${where}, will try to kill it`);
    if (pod.status?.phase === 'Succeeded')
      record(set, 'Normal', 'SucceededDaemonPod', `Found succeeded daemon pod ${where}, will try to delete it`);
  };

  return runController(context, {
    name: 'daemonset',
    needs: [context.informer('controllerrevisions')],
    inputs: [
      { informer: sets, keys: (set) => [keyOf(set)] },
      { informer: podInformer, keys: (pod) => ownerKey(pod, 'DaemonSet') },
      { informer: nodes, keys: (_, change) => (isSamePlace(change) ? [] : sets.list().map(keyOf)) },
    ],
    sync,
  });
}

function isRolling({ spec }: DaemonSet): boolean {
  return (spec.updateStrategy?.type ?? 'RollingUpdate') === 'RollingUpdate';
}

/** A node that says only how it is takes the same pods as before. */
function isSamePlace({ type, object, previous }: ObjectChange): boolean {
  if (type !== 'modified' || !previous) return false;
  const place = (node: KubernetesObject) => [node.metadata.labels, asNode(node).spec?.taints];
  return sameValue(place(object), place(previous));
}

function waitsForAge({ set, pods, now }: DaemonInput): boolean {
  const { minReadySeconds = 0 } = set.spec;
  return pods.some((pod) => isPodReady(pod) && !isPodAvailable(pod, minReadySeconds, now));
}
