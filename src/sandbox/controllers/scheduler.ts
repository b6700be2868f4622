import { conditionOf, timestamp, withCondition } from '../../kubernetes/condition.ts';
import { asNode } from '../../kubernetes/node.ts';
import { nodeUsages } from '../../kubernetes/node-usage.ts';
import { asPod, isPodFinished, type Pod } from '../../kubernetes/pod.ts';
import { placePod } from '../../kubernetes/scheduling.ts';
import { answered } from '../client.ts';
import { type Controller, type ControllerContext, runController } from './controller.ts';
import { keyOf, partsOf } from './owners.ts';
import { objectPath } from './resource-paths.ts';
import { readClaims } from './scheduler-claims.ts';

/** Gives pods a node (`pkg/scheduler`): one pod after the other, so that each sees what the one before took. */
export function startScheduler(context: ControllerContext): Controller {
  const { client } = context;
  const pods = context.informer('pods');
  const nodes = context.informer('nodes');
  const claims = context.informer('persistentvolumeclaims');
  const classes = context.informer('storageclasses');
  const record = context.recorder('default-scheduler');
  /** Bound, but not yet seen in the cache: pod UID → node. */
  const assumed = new Map<string, string>();
  const unschedulable = new Set<string>();

  const usages = () => {
    const placed = (pods.list() as Pod[]).flatMap((pod) => {
      const { uid = '' } = pod.metadata;
      if (pod.spec.nodeName) assumed.delete(uid);
      const nodeName = pod.spec.nodeName ?? assumed.get(uid);
      return nodeName ? [{ ...pod, spec: { ...pod.spec, nodeName } }] : [];
    });
    return nodeUsages(nodes.list().map(asNode), placed);
  };

  const sync = async (key: string) => {
    const { namespace, name } = partsOf(key);
    const found = pods.get(namespace, name);
    const pod = found && asPod(found);
    if (!pod || pod.spec.nodeName || pod.metadata.deletionTimestamp || isPodFinished(pod)) {
      unschedulable.delete(key);
      return;
    }
    if (assumed.has(pod.metadata.uid ?? '')) return;
    if ((pod.spec.schedulerName ?? 'default-scheduler') !== 'default-scheduler') return;
    if (pod.spec.schedulingGates?.length) return;
    const { obstacle, unbound } = readClaims(pod, claims, classes);
    const placement = placePod(pod, usages(), obstacle);
    if ('message' in placement) {
      unschedulable.add(key);
      return refuse(pod, placement.message);
    }
    unschedulable.delete(key);
    // Volumes are made where the pod will be: the node is written onto the claims, and the pod comes back when they are bound.
    if (unbound.length > 0) {
      for (const claim of unbound)
        await client.patch(
          objectPath('persistentvolumeclaims', claim.metadata),
          claim.patchFor(placement.node),
          'merge',
        );
      return;
    }
    await bind(pod, placement.node);
  };

  const bind = async (pod: Pod, node: string) => {
    const { name, namespace, uid = '' } = pod.metadata;
    const target = { apiVersion: 'v1', kind: 'Node', name: node };
    const binding = { apiVersion: 'v1', kind: 'Binding', metadata: { name, namespace, uid }, target };
    assumed.set(uid, node);
    try {
      await client.create(objectPath('pods', pod.metadata, 'binding'), binding);
      record(pod, 'Normal', 'Scheduled', `Successfully assigned ${namespace}/${name} to ${node}`);
    } catch (error) {
      assumed.delete(uid);
      if (!answered(error, 404) && !answered(error, 409)) throw error;
    }
  };

  const refuse = async (pod: Pod, message: string) => {
    const before = conditionOf(pod.status?.conditions, 'PodScheduled');
    if (before?.status === 'False' && before.message === message) return;
    record(pod, 'Warning', 'FailedScheduling', message);
    const condition = { type: 'PodScheduled', status: 'False' as const, reason: 'Unschedulable', message };
    const conditions = withCondition(pod.status?.conditions, condition, timestamp(Date.now()));
    await client.patch(objectPath('pods', pod.metadata, 'status'), { status: { conditions } }, 'merge');
  };

  return runController(context, {
    name: 'scheduler',
    workers: 1,
    needs: [classes],
    inputs: [
      {
        informer: pods,
        keys: (object, { type }) => {
          const pod = asPod(object);
          // Room has come: all that found none may try again.
          if (type === 'deleted' || (isPodFinished(pod) && pod.spec.nodeName)) {
            assumed.delete(pod.metadata.uid ?? '');
            return [...unschedulable];
          }
          return pod.spec.nodeName ? [] : [keyOf(pod)];
        },
      },
      { informer: nodes, keys: (_, change) => (isMerelyAlive(change) ? [] : [...unschedulable]) },
      {
        informer: claims,
        keys: (claim) => waitingFor(claim.metadata.namespace ?? '', pods.list(claim.metadata.namespace) as Pod[]),
      },
    ],
    sync,
  });
}

function waitingFor(namespace: string, pods: readonly Pod[]): string[] {
  return pods
    .filter((pod) => !pod.spec.nodeName && pod.metadata.namespace === namespace)
    .filter((pod) =>
      pod.spec.volumes?.some(({ persistentVolumeClaim, ephemeral }) => persistentVolumeClaim || ephemeral),
    )
    .map(keyOf);
}

/** A node that says only that it still lives has no more room than before. */
function isMerelyAlive({
  type,
  object,
  previous,
}: {
  type: string;
  object: object;
  previous?: object | undefined;
}): boolean {
  if (type !== 'modified' || !previous) return false;
  const shape = (node: object) => {
    const { spec, status, metadata } = asNode(node as Parameters<typeof asNode>[0]);
    return JSON.stringify([spec, status?.allocatable, metadata.labels]);
  };
  return shape(object) === shape(previous);
}
