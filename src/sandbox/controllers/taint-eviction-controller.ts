import { timestamp, withCondition } from '../../kubernetes/condition.ts';
import { asNode } from '../../kubernetes/node.ts';
import { secondsToLeave } from '../../kubernetes/node-taints.ts';
import { asPod, isPodFinished, type Pod } from '../../kubernetes/pod.ts';
import { answered } from '../client.ts';
import { type Controller, type ControllerContext, runController } from './controller.ts';
import { indexBy, onNode } from './object-index.ts';
import { keyOf, partsOf } from './owners.ts';
import { objectPath } from './resource-paths.ts';
import type { WorkQueue } from './work-queue.ts';

/** Deletes pods that do not tolerate a node's NoExecute taints, or no longer (`pkg/controller/tainteviction/taint_eviction.go`). */
export function startTaintEvictionController(context: ControllerContext): Controller {
  const { client } = context;
  const nodes = context.informer('nodes');
  const pods = context.informer('pods');
  const podsOn = indexBy(pods, onNode);
  const record = context.recorder('taint-eviction-controller');
  /** Since when a pod's time runs, by UID, ms. */
  const running = new Map<string, number>();

  const sync = async (key: string, queue: WorkQueue) => {
    const { namespace, name } = partsOf(key);
    const found = pods.get(namespace, name);
    if (!found) return;
    const pod = asPod(found);
    const { uid = '' } = pod.metadata;
    const node = nodes.get(undefined, pod.spec.nodeName ?? '');
    const seconds = node && secondsToLeave(pod.spec.tolerations, asNode(node).spec?.taints ?? []);
    if (seconds === undefined || pod.metadata.deletionTimestamp || isPodFinished(pod)) {
      if (running.delete(uid))
        record(pod, 'Normal', 'TaintManagerEviction', `Cancelling deletion of Pod ${namespace}/${name}`);
      return;
    }
    const since = running.get(uid) ?? Date.now();
    const left = since + seconds * 1000 - Date.now();
    if (left > 0) {
      running.set(uid, since);
      return queue.addAfter(key, left);
    }
    running.delete(uid);
    await evict(pod);
  };

  const evict = async (pod: Pod) => {
    const { namespace, name, uid = '' } = pod.metadata;
    record(pod, 'Normal', 'TaintManagerEviction', `Marking for deletion Pod ${namespace}/${name}`);
    const message = 'Taint manager: deleting due to NoExecute taint';
    const target = { type: 'DisruptionTarget', status: 'True' as const, reason: 'DeletionByTaintManager', message };
    const conditions = withCondition(pod.status?.conditions, target, timestamp(Date.now()));
    try {
      await client.patch(objectPath('pods', pod.metadata, 'status'), { status: { conditions } }, 'merge');
      await client.remove(objectPath('pods', pod.metadata), { preconditions: { uid } });
    } catch (error) {
      if (!answered(error, 404)) throw error;
    }
  };

  return runController(context, {
    name: 'taint-eviction',
    inputs: [
      {
        informer: nodes,
        keys: (node, { type, previous }) => {
          const taints = noExecute(node);
          if (taints === '[]' && (type === 'added' || !previous || noExecute(previous) === taints)) return [];
          return podsOn.get(node.metadata.name).map(keyOf);
        },
      },
      {
        informer: pods,
        keys: (pod, { type }) => {
          const node = nodes.get(undefined, asPod(pod).spec.nodeName ?? '');
          if (type === 'deleted') running.delete(pod.metadata.uid ?? '');
          return type !== 'deleted' && node && noExecute(node) !== '[]' ? [keyOf(pod)] : [];
        },
      },
    ],
    sync,
  });
}

function noExecute(node: Parameters<typeof asNode>[0]): string {
  return JSON.stringify((asNode(node).spec?.taints ?? []).filter(({ effect }) => effect === 'NoExecute'));
}
