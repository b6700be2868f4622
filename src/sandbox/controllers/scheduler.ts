import { asNode } from '../../kubernetes/node.ts';
import { asPod, isPodFinished, type Pod } from '../../kubernetes/pod.ts';
import { placePod } from '../../kubernetes/scheduling.ts';
import type { ObjectChange } from '../informer.ts';
import type { Controller, ControllerContext } from './controller.ts';
import { indexBy } from './object-index.ts';
import { keyOf, partsOf } from './owners.ts';
import { createSchedulerCache } from './scheduler-cache.ts';
import { createClaimReader } from './scheduler-claims.ts';
import { createSchedulerOutcome } from './scheduler-outcome.ts';
import { createSchedulingQueue } from './scheduling-queue.ts';
import { claimKeys } from './storage-terms.ts';

/** Gives pods a node (`pkg/scheduler`): one pod after the other, so that each sees what the one before took. */
export function startScheduler(context: ControllerContext): Controller {
  const pods = context.informer('pods');
  const nodes = context.informer('nodes');
  const cache = createSchedulerCache(pods, nodes);
  const claims = createClaimReader(context);
  const outcome = createSchedulerOutcome(context);
  const waiting = indexBy(pods, (pod) => (asPod(pod).spec.nodeName ? [] : claimKeys(pod)));
  const podOf = (key: string) => {
    const { namespace, name } = partsOf(key);
    return pods.get(namespace, name) as Pod | undefined;
  };

  const place = async (key: string) => {
    const pod = podOf(key);
    if (!pod || !isToBePlaced(pod) || cache.isAssumed(pod)) return;
    if (pod.spec.schedulingGates?.length) return outcome.gate(pod);
    const { obstacle, volumeProblem, unbound } = claims.read(pod);
    const usages = cache.usages();
    const placement = placePod(pod, usages, { obstacle, volumeProblem });
    if ('message' in placement) {
      queue.park(key);
      const { message, preemption } = placement;
      await outcome.refuse(pod, message, preemption?.node);
      return preemption && outcome.evict(pod, preemption);
    }
    const usage = usages.find(({ node }) => node.metadata.name === placement.node);
    // Volumes are made where the pod will be: it comes back when its claims are bound.
    if (usage && unbound.length > 0) for (const claim of unbound) await claims.claimAt(claim, usage);
    else await bind(pod, placement.node);
  };

  const bind = async (pod: Pod, node: string) => {
    cache.assume(pod, node);
    let bound = false;
    try {
      bound = await outcome.bind(pod, node);
    } finally {
      if (!bound) cache.forget(pod);
    }
  };

  const queue = createSchedulingQueue({
    place,
    priorityOf: (key) => podOf(key)?.spec.priority ?? 0,
    onError: (key, error) => context.onError('scheduler', key, error),
  });
  const endings = [
    pods.on(({ type, object }) => {
      const pod = asPod(object);
      if (type !== 'deleted' && isToBePlaced(pod)) return queue.push(keyOf(pod));
      queue.forget(keyOf(pod));
      // Room has come: all that found none may try again.
      if (pod.spec.nodeName && (type === 'deleted' || isPodFinished(pod))) queue.wake();
    }),
    nodes.on((change) => {
      if (!isMerelyAlive(change)) queue.wake();
    }),
    ...claims.changes((claim) => {
      for (const pod of waiting.get(keyOf(claim))) queue.push(keyOf(pod));
    }),
  ];
  const needed = [pods, nodes, ...claims.informers];
  return {
    synced: Promise.all(needed.map((informer) => informer.synced)).then(() => queue.start()),
    stop() {
      for (const end of endings) end();
      cache.stop();
      queue.stop();
    },
  };
}

function isToBePlaced(pod: Pod): boolean {
  const ours = (pod.spec.schedulerName ?? 'default-scheduler') === 'default-scheduler';
  return ours && pod.spec.nodeName === undefined && !pod.metadata.deletionTimestamp && !isPodFinished(pod);
}

/** A node that says only that it still lives has no more room than before. */
function isMerelyAlive({ type, object, previous }: ObjectChange): boolean {
  if (type !== 'modified' || !previous) return false;
  const shape = (node: ObjectChange['object']) => {
    const { spec, status, metadata } = asNode(node);
    return JSON.stringify([spec, status?.allocatable, metadata.labels]);
  };
  return shape(object) === shape(previous);
}
