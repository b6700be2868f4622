import { timestamp } from '../../../src/kubernetes/condition.ts';
import type { KubernetesObject } from '../../../src/kubernetes/object.ts';
import { asPod, type Pod } from '../../../src/kubernetes/pod.ts';
import { type ApiClient, answered } from '../../../src/sandbox/client.ts';
import { createInformer } from '../../../src/sandbox/informer.ts';

export interface FakeKubelet {
  /** What becomes of a pod that was given a node; ready at once unless said otherwise. */
  fate: (pod: Pod) => 'ready' | 'unready' | 'Succeeded' | 'Failed';
  stop(): void;
}

/** Every scheduled pod runs, and every pod that is to go goes: a node in a few lines. */
export async function startFakeKubelet(client: ApiClient): Promise<FakeKubelet> {
  const informer = createInformer(client, '/api/v1/pods');
  let stopped = false;
  const kubelet: FakeKubelet = {
    fate: () => 'ready',
    stop() {
      stopped = true;
      informer.stop();
    },
  };
  const path = ({ metadata }: KubernetesObject) => `/api/v1/namespaces/${metadata.namespace}/pods/${metadata.name}`;
  let next = 1;
  const act = async (pod: Pod) => {
    if (!pod.spec.nodeName) return;
    if (pod.metadata.deletionTimestamp) {
      await client.remove(path(pod), { gracePeriodSeconds: 0, preconditions: { uid: pod.metadata.uid ?? '' } });
      return;
    }
    const fate = kubelet.fate(pod);
    const phase = fate === 'ready' || fate === 'unready' ? 'Running' : fate;
    const isReady = pod.status?.conditions?.find(({ type }) => type === 'Ready')?.status === 'True';
    if (pod.status?.phase === phase && isReady === (fate === 'ready')) return;
    const now = timestamp(Date.now());
    const ready = { type: 'Ready', status: fate === 'ready' ? 'True' : 'False', lastTransitionTime: now };
    const others = (pod.status?.conditions ?? []).filter(({ type }) => type !== 'Ready');
    const podIP = pod.status?.podIP ?? `10.244.0.${next++}`;
    const status = {
      phase,
      podIP,
      podIPs: [{ ip: podIP }],
      startTime: pod.status?.startTime ?? now,
      conditions: [...others, ready],
    };
    await client.patch(`${path(pod)}/status`, { status }, 'merge');
  };
  informer.on(({ type, object }) => {
    if (type === 'deleted') return;
    act(asPod(object)).catch((error) => {
      if (!stopped && !answered(error, 404) && !answered(error, 409)) throw error;
    });
  });
  await informer.synced;
  return kubelet;
}
