import { Problem } from '../../base/errors.ts';
import { formatSelector } from '../../kubernetes/labels.ts';
import { type KubernetesObject, nameOf } from '../../kubernetes/object.ts';
import type { Connection } from '../connection.ts';
import { getObject, listObjects } from '../objects.ts';
import type { ObjectRef } from '../resources.ts';
import { podsOf } from '../workload-pods.ts';

const defaultContainer = 'kubectl.kubernetes.io/default-container';

interface PodSpec {
  containers?: { name: string; ports?: { name?: string; containerPort: number; protocol?: string }[] }[];
  initContainers?: { name: string }[];
}

/**
 * One pod of a workload, a Service or a Pod itself: ready, not being deleted, the newest of them. Throws `Problem` when the
 * object does not exist or none of its pods is ready, with what they are instead.
 */
export async function readyPodOf(
  connection: Connection,
  ref: ObjectRef,
  signal?: AbortSignal,
): Promise<KubernetesObject> {
  const namespace = ref.namespace ?? connection.info.namespace;
  const object = await getObject(connection, ref, signal);
  if (!object)
    throw new Problem(`There is no ${ref.kind}/${ref.name} in the namespace ${namespace}`, {
      next: [`kubectl get ${ref.kind.toLowerCase()} -n ${namespace}`],
    });
  const pods =
    object.kind === 'Service'
      ? await podsOfService(connection, object, signal)
      : await podsOf(connection, object, signal);
  const isUsable = object.kind === 'Pod' ? isRunning : isReady;
  const usable = pods.filter((pod) => isUsable(pod) && pod.metadata.deletionTimestamp === undefined);
  const newest = usable.sort((a, b) => createdAt(b).localeCompare(createdAt(a)))[0];
  if (newest) return newest;
  throw new Problem(pods.length === 0 ? `${nameOf(object)} has no pods` : `No pod of ${nameOf(object)} is ready`, {
    where: `namespace ${namespace}`,
    evidence: pods.slice(0, 5).map((pod) => `${pod.metadata.name}: ${phaseOf(pod)}`),
    next: [`kubectl get pods -n ${namespace}`],
  });
}

/** The container that is meant: the one that is named, the pod's default one, else its first. Throws `Problem`. */
export function containerOf(pod: KubernetesObject, wanted: string | undefined): string {
  const { containers = [], initContainers = [] } = (pod.spec ?? {}) as PodSpec;
  const names = [...containers, ...initContainers].map(({ name }) => name);
  const chosen = wanted ?? pod.metadata.annotations?.[defaultContainer] ?? names[0];
  if (chosen !== undefined && names.includes(chosen)) return chosen;
  throw new Problem(`Pod/${pod.metadata.name} has no container ${chosen ?? ''}`, {
    next: [`It has ${names.join(', ')}`],
  });
}

/** The number of a container's port: itself, or by its name in the pod. Throws `Problem` for a name that is not there. */
export function containerPortOf(pod: KubernetesObject, port: number | string): number {
  if (typeof port === 'number') return port;
  const { containers = [] } = (pod.spec ?? {}) as PodSpec;
  const found = containers.flatMap(({ ports = [] }) => ports).find(({ name }) => name === port);
  if (found) return found.containerPort;
  throw new Problem(`Pod/${pod.metadata.name} has no port named ${port}`);
}

/** The port of a pod that a Service's port leads to: a number, or the name of one. Throws `Problem`. */
export function targetPortOf(service: KubernetesObject, port: number | string): number | string {
  const { ports = [] } = (service.spec ?? {}) as {
    ports?: { name?: string; port: number; targetPort?: number | string; protocol?: string }[];
  };
  const found = ports.find((one) => one.port === port || one.name === port);
  if (found?.protocol !== undefined && found.protocol !== 'TCP')
    throw new Problem(`Port ${port} of Service/${service.metadata.name} is ${found.protocol}; only TCP is forwarded`);
  if (found) return found.targetPort ?? found.port;
  throw new Problem(`Service/${service.metadata.name} has no port ${port}`, {
    next: [`It has ${ports.map((one) => (one.name ? `${one.port} (${one.name})` : one.port)).join(', ') || 'none'}`],
  });
}

async function podsOfService(connection: Connection, service: KubernetesObject, signal?: AbortSignal) {
  const { selector } = (service.spec ?? {}) as { selector?: Record<string, string> };
  if (!selector || Object.keys(selector).length === 0)
    throw new Problem(`Service/${service.metadata.name} selects no pods by labels`, {
      next: ['Name a pod or a workload in its place'],
    });
  const labelSelector = formatSelector({ matchLabels: selector });
  return listObjects(
    connection,
    { apiVersion: 'v1', kind: 'Pod', namespace: service.metadata.namespace, labelSelector },
    signal,
  );
}

function isReady(pod: KubernetesObject): boolean {
  const { conditions = [] } = (pod.status ?? {}) as { conditions?: { type: string; status: string }[] };
  return conditions.some(({ type, status }) => type === 'Ready' && status === 'True');
}

function isRunning(pod: KubernetesObject): boolean {
  return (pod.status as { phase?: string } | undefined)?.phase === 'Running';
}

function phaseOf(pod: KubernetesObject): string {
  if (pod.metadata.deletionTimestamp !== undefined) return 'is being deleted';
  const { phase = 'Unknown' } = (pod.status ?? {}) as { phase?: string };
  return phase === 'Running' ? 'Running, not ready' : phase;
}

function createdAt(pod: KubernetesObject): string {
  return String(pod.metadata.creationTimestamp ?? '');
}
