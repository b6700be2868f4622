import { timestamp, withCondition } from '../../kubernetes/condition.ts';
import { asPod, isPodFinished, type Pod } from '../../kubernetes/pod.ts';
import { answered } from '../client.ts';
import { type Controller, type ControllerContext, runController } from './controller.ts';
import { indexBy, onNode } from './object-index.ts';
import { objectPath } from './resource-paths.ts';

/** A node may come back under its name; so long its pods are kept. */
const quarantineMs = 40_000;

/** Deletes the pods of nodes that are no longer there (`pkg/controller/podgc/gc_controller.go gcOrphaned`). */
export function startPodGarbageController(context: ControllerContext): Controller {
  const { client, pace } = context;
  const nodes = context.informer('nodes');
  const pods = context.informer('pods');
  const podsOn = indexBy(pods, onNode);
  /** When a node was first missed, ms. */
  const missed = new Map<string, number>();
  const isGone = async (name: string): Promise<boolean> => {
    if (nodes.get(undefined, name)) return false;
    try {
      await client.get(objectPath('nodes', { name }));
      return false;
    } catch (error) {
      if (answered(error, 404)) return true;
      throw error;
    }
  };

  const remove = async (pod: Pod) => {
    const { uid = '' } = pod.metadata;
    const target = {
      type: 'DisruptionTarget',
      status: 'True' as const,
      reason: 'DeletionByPodGC',
      message: 'PodGC: node no longer exists',
    };
    const conditions = withCondition(pod.status?.conditions, target, timestamp(Date.now()));
    try {
      if (!isPodFinished(pod))
        await client.patch(
          objectPath('pods', pod.metadata, 'status'),
          { status: { phase: 'Failed', conditions } },
          'merge',
        );
      await client.remove(objectPath('pods', pod.metadata), { gracePeriodSeconds: 0, preconditions: { uid } });
    } catch (error) {
      if (!answered(error, 404)) throw error;
    }
  };

  return runController(context, {
    name: 'pod-garbage',
    needs: [nodes],
    inputs: [
      { informer: nodes, keys: ({ metadata }, { type }) => (type === 'modified' ? [] : [metadata.name]) },
      {
        informer: pods,
        keys: (pod) => {
          const name = asPod(pod).spec.nodeName;
          return name !== undefined && !nodes.get(undefined, name) ? [name] : [];
        },
      },
    ],
    async sync(name, queue) {
      if (nodes.get(undefined, name) || podsOn.get(name).length === 0) return void missed.delete(name);
      const since = missed.get(name) ?? Date.now();
      missed.set(name, since);
      const left = since + pace.shorten(quarantineMs) - Date.now();
      if (left > 0) return queue.addAfter(name, left);
      if (await isGone(name)) for (const pod of podsOn.get(name)) await remove(asPod(pod));
      missed.delete(name);
    },
  });
}
