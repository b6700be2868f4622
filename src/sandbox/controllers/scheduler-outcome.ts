import { type Condition, conditionOf, timestamp, withCondition } from '../../kubernetes/condition.ts';
import type { Pod } from '../../kubernetes/pod.ts';
import type { Preemption } from '../../kubernetes/preemption.ts';
import { answered } from '../client.ts';
import type { ControllerContext } from './controller.ts';
import { objectPath } from './resource-paths.ts';

/** What the scheduler writes about pods: bindings, refusals, gates, and who has to go for another (`schedule_one.go`). */
export function createSchedulerOutcome({ client, recorder }: ControllerContext) {
  const record = recorder('default-scheduler');

  const setCondition = async (pod: Pod, condition: Omit<Condition, 'lastTransitionTime'>, more: object = {}) => {
    const conditions = withCondition(
      pod.status?.conditions,
      { lastProbeTime: null, ...condition },
      timestamp(Date.now()),
    );
    const path = objectPath('pods', pod.metadata, 'status');
    await quietly(() => client.patch(path, { status: { conditions, ...more } }, 'merge'));
  };

  return {
    /** Returns whether the server took it. */
    async bind(pod: Pod, node: string): Promise<boolean> {
      const { name, namespace, uid = '' } = pod.metadata;
      const target = { apiVersion: 'v1', kind: 'Node', name: node };
      const binding = { apiVersion: 'v1', kind: 'Binding', metadata: { name, namespace, uid }, target };
      const bound = await quietly(() => client.create(objectPath('pods', pod.metadata, 'binding'), binding));
      const message = `Successfully assigned ${namespace}/${name} to ${node}`;
      if (bound) record(pod, 'Normal', 'Scheduled', message, 'Binding');
      return bound;
    },

    async refuse(pod: Pod, message: string, nominatedNodeName?: string): Promise<void> {
      const before = conditionOf(pod.status?.conditions, 'PodScheduled');
      if (before?.status === 'False' && before.message === message && !nominatedNodeName) return;
      record(pod, 'Warning', 'FailedScheduling', message, 'Scheduling');
      const condition = { type: 'PodScheduled', status: 'False' as const, reason: 'Unschedulable', message };
      await setCondition(pod, condition, nominatedNodeName ? { nominatedNodeName } : {});
    },

    async gate(pod: Pod): Promise<void> {
      if (conditionOf(pod.status?.conditions, 'PodScheduled')?.reason === 'SchedulingGated') return;
      const message = 'Scheduling is blocked due to non-empty scheduling gates';
      await setCondition(pod, { type: 'PodScheduled', status: 'False', reason: 'SchedulingGated', message });
    },

    async evict(pod: Pod, { node, victims }: Preemption): Promise<void> {
      for (const victim of victims) {
        if (victim.metadata.deletionTimestamp) continue;
        record(victim, 'Normal', 'Preempted', `Preempted by pod ${pod.metadata.uid} on node ${node}`, 'Preempting');
        const message = 'default-scheduler: preempting to accommodate a higher priority pod';
        await setCondition(victim, {
          type: 'DisruptionTarget',
          status: 'True',
          reason: 'PreemptionByScheduler',
          message,
        });
        const { uid = '' } = victim.metadata;
        await quietly(() => client.remove(objectPath('pods', victim.metadata), { preconditions: { uid } }));
      }
    },
  };
}

/** Whether it was done; what is gone, or was changed meanwhile, comes back as a change. */
async function quietly(act: () => Promise<unknown>): Promise<boolean> {
  try {
    await act();
    return true;
  } catch (error) {
    if (!answered(error, 404) && !answered(error, 409)) throw error;
    return false;
  }
}
