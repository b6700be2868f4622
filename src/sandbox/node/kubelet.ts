import type { Informer, ObjectChange } from '../informer.ts';
import { listener } from './addresses.ts';
import type { Host } from './host.ts';
import type { Pod } from './pod.ts';
import { type PodWorker, startPod } from './pod-worker.ts';

export interface Kubelet {
  /** Every pod that runs on this node. */
  workers(): Iterable<PodWorker>;
  /** The pod that has this address; of those on the node's own network the one that listens on the port. */
  at(address: string, port: number): PodWorker | undefined;
  stop(): void;
}

/** Runs what is bound to its node, until the object is gone. */
export function startKubelet(host: Host, pods: Informer): Kubelet {
  const workers = new Map<string, PodWorker>();
  const byAddress = new Map<string, PodWorker>();
  const drop = (uid: string) => {
    workers.get(uid)?.kill();
    workers.delete(uid);
  };
  const start = (uid: string, pod: Pod) => {
    const hostOfPod: Host = {
      ...host,
      takeAddress() {
        const address = host.takeAddress();
        // The pod asks for it later than its worker is there.
        const worker = workers.get(uid);
        if (worker) byAddress.set(address, worker);
        return address;
      },
      freeAddress(address) {
        byAddress.delete(address);
        host.freeAddress(address);
      },
    };
    workers.set(uid, startPod(hostOfPod, pod));
  };
  const off = pods.on(({ type, object }: ObjectChange) => {
    const pod = object as Pod;
    const uid = pod.metadata.uid ?? '';
    if (type === 'deleted') return drop(uid);
    if (pod.spec.nodeName !== host.node) return;
    const worker = workers.get(uid);
    if (worker) worker.update(pod);
    else if (pod.status?.phase !== 'Succeeded' && pod.status?.phase !== 'Failed') start(uid, pod);
  });
  return {
    workers: () => workers.values(),
    at(address, port) {
      if (address !== host.hostIP) return byAddress.get(address);
      for (const worker of workers.values()) if (worker.podIP === address && listener(worker, port)) return worker;
      return undefined;
    },
    stop() {
      off();
      for (const uid of [...workers.keys()]) drop(uid);
    },
  };
}
