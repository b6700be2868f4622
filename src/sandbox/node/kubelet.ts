import type { Informer, ObjectChange } from '../informer.ts';
import type { Host } from './host.ts';
import type { Pod } from './pod.ts';
import { type PodWorker, startPod } from './pod-worker.ts';

export interface Kubelet {
  /** Every pod that runs on this node. */
  workers(): Iterable<PodWorker>;
  stop(): void;
}

/** Runs what is bound to its node, until the object is gone. */
export function startKubelet(host: Host, pods: Informer): Kubelet {
  const workers = new Map<string, PodWorker>();
  const drop = (uid: string) => {
    workers.get(uid)?.kill();
    workers.delete(uid);
  };
  const onChange = ({ type, object }: ObjectChange) => {
    const pod = object as Pod;
    const uid = pod.metadata.uid ?? '';
    if (type === 'deleted') return drop(uid);
    if (pod.spec.nodeName !== host.node) return;
    const worker = workers.get(uid);
    if (worker) worker.update(pod);
    else if (pod.status?.phase !== 'Succeeded' && pod.status?.phase !== 'Failed') workers.set(uid, startPod(host, pod));
  };
  const off = pods.on(onChange);
  return {
    workers: () => workers.values(),
    stop() {
      off();
      for (const uid of [...workers.keys()]) drop(uid);
    },
  };
}
