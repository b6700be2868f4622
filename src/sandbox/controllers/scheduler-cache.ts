import { asNode } from '../../kubernetes/node.ts';
import { emptyUsage, type NodeUsage, placeOn, removeFrom } from '../../kubernetes/node-usage.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import { asPod, isPodFinished, type Pod } from '../../kubernetes/pod.ts';
import type { Informer } from '../informer.ts';
import { sameValue } from './merge-patch.ts';

/** Nodes with what runs on them, kept current change by change (`pkg/scheduler/backend/cache`). */
export interface SchedulerCache {
  usages(): NodeUsage[];
  /** Counts a pod where it is about to be bound, until the server's word for it comes. */
  assume(pod: Pod, node: string): void;
  isAssumed(pod: Pod): boolean;
  /** The binding failed. */
  forget(pod: Pod): void;
  stop(): void;
}

export function createSchedulerCache(pods: Informer, nodes: Informer): SchedulerCache {
  const usages = new Map<string, NodeUsage>();
  /** What is counted, by UID: the pod as it was counted and its node. */
  const counted = new Map<string, { pod: Pod; node: string }>();
  const assumed = new Set<string>();
  const uidOf = (pod: KubernetesObject) => pod.metadata.uid ?? '';

  const drop = (uid: string) => {
    const entry = counted.get(uid);
    if (!entry) return;
    counted.delete(uid);
    const usage = usages.get(entry.node);
    if (usage) removeFrom(usage, entry.pod);
  };
  const count = (pod: Pod, node: string) => {
    drop(uidOf(pod));
    counted.set(uidOf(pod), { pod, node });
    const usage = usages.get(node);
    if (usage) placeOn(usage, pod);
  };

  const endings = [
    nodes.on(({ type, object }) => {
      const { name } = object.metadata;
      if (type === 'deleted') return void usages.delete(name);
      const before = usages.get(name);
      const fresh = emptyUsage(asNode(object));
      if (before) {
        const { pods: placed, exclusive, siblings, requested } = before;
        usages.set(name, { ...fresh, pods: placed, exclusive, siblings, requested });
        return;
      }
      usages.set(name, fresh);
      for (const { pod, node } of counted.values()) if (node === name) placeOn(fresh, pod);
    }),
    pods.on(({ type, object }) => {
      const pod = asPod(object);
      const { nodeName } = pod.spec;
      if (type === 'deleted' || isPodFinished(pod)) {
        assumed.delete(uidOf(pod));
        return drop(uidOf(pod));
      }
      if (nodeName === undefined) return;
      assumed.delete(uidOf(pod));
      const known = counted.get(uidOf(pod));
      // Most changes are of the status: what a pod takes does not move with it.
      if (known?.node === nodeName && known.pod.metadata.generation === pod.metadata.generation) {
        if (sameValue(known.pod.metadata.labels, pod.metadata.labels)) return;
      }
      count(pod, nodeName);
    }),
  ];
  return {
    usages: () => [...usages.values()],
    isAssumed: (pod) => assumed.has(uidOf(pod)),
    assume(pod, node) {
      assumed.add(uidOf(pod));
      count(pod, node);
    },
    forget(pod) {
      if (assumed.delete(uidOf(pod))) drop(uidOf(pod));
    },
    stop() {
      for (const end of endings) end();
    },
  };
}
