import { type Condition, isTrue } from './condition.ts';
import type { KubernetesObject } from './object.ts';
import { milliValue } from './quantity.ts';
import type { Affinity, Toleration, TopologySpreadConstraint } from './scheduling-terms.ts';

/** Pods as far as the rules need to know them (`core/v1`). */
export interface Pod extends KubernetesObject {
  spec: PodSpec;
  status?: PodStatus;
}

export interface PodSpec {
  nodeName?: string;
  nodeSelector?: Record<string, string>;
  affinity?: Affinity;
  tolerations?: Toleration[];
  topologySpreadConstraints?: TopologySpreadConstraint[];
  containers: Container[];
  initContainers?: Container[];
  volumes?: Volume[];
  restartPolicy?: string;
  serviceAccountName?: string;
  schedulerName?: string;
  schedulingGates?: { name: string }[];
  terminationGracePeriodSeconds?: number;
  resources?: ResourceRequirements;
  overhead?: Record<string, string>;
  hostNetwork?: boolean;
  hostname?: string;
  subdomain?: string;
  readinessGates?: { conditionType: string }[];
  priority?: number;
  preemptionPolicy?: string;
  [field: string]: unknown;
}

export interface Container {
  name: string;
  image?: string;
  ports?: { name?: string; containerPort: number; hostPort?: number; protocol?: string }[];
  resources?: ResourceRequirements;
  restartPolicy?: string;
  startupProbe?: unknown;
  [field: string]: unknown;
}

interface ResourceRequirements {
  requests?: Record<string, string | number>;
  limits?: Record<string, string | number>;
}

interface Volume {
  name: string;
  persistentVolumeClaim?: { claimName: string; readOnly?: boolean };
  [source: string]: unknown;
}

export interface PodStatus {
  phase?: 'Pending' | 'Running' | 'Succeeded' | 'Failed' | 'Unknown';
  reason?: string;
  message?: string;
  podIP?: string;
  podIPs?: { ip: string }[];
  hostIP?: string;
  startTime?: string;
  qosClass?: string;
  conditions?: Condition[];
  containerStatuses?: ContainerStatus[];
  initContainerStatuses?: ContainerStatus[];
  nominatedNodeName?: string;
}

export interface ContainerStatus {
  name: string;
  ready: boolean;
  started?: boolean | null;
  restartCount: number;
  image?: string;
  state?: ContainerState;
  lastState?: ContainerState;
}

interface ContainerState {
  waiting?: { reason?: string; message?: string };
  running?: { startedAt?: string };
  terminated?: {
    exitCode: number;
    signal?: number;
    reason?: string;
    message?: string;
    startedAt?: string;
    finishedAt?: string;
  };
}

/** A copy of the reference with the pod's shape; the API's schema has already been checked by the server. */
export function asPod(object: KubernetesObject): Pod {
  return object as Pod;
}

export function isPodReady(pod: Pod): boolean {
  return isTrue(pod.status?.conditions, 'Ready');
}

/** `IsPodAvailable` (`pkg/api/v1/pod/util.go`): ready for at least `minReadySeconds`. */
export function isPodAvailable(pod: Pod, minReadySeconds: number, now: number): boolean {
  const ready = pod.status?.conditions?.find((condition) => condition.type === 'Ready');
  if (ready?.status !== 'True') return false;
  if (minReadySeconds === 0) return true;
  return Date.parse(ready.lastTransitionTime ?? '') + minReadySeconds * 1000 <= now;
}

/** Neither finished nor being deleted (`controller.IsPodActive`). */
export function isPodActive(pod: Pod): boolean {
  return !isPodFinished(pod) && pod.metadata.deletionTimestamp === undefined;
}

export function isPodFinished(pod: Pod): boolean {
  return pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
}

/** An init container that keeps running beside the others. */
export function isSidecar(container: Container): boolean {
  return container.restartPolicy === 'Always';
}

/**
 * What a pod requests of a resource, in thousandths: its containers and sidecars together, or the largest init container
 * if that is more, and the overhead (`component-helpers/resource/helpers.go PodRequests`). Pod-level requests take their place.
 */
export function podRequest(pod: Pod, resource: string): number {
  const of = (container: Container) => milliOf(container.resources?.requests?.[resource]);
  const overhead = milliOf(pod.spec.overhead?.[resource]);
  const whole = pod.spec.resources?.requests?.[resource];
  if (whole !== undefined) return milliOf(whole) + overhead;
  let sidecars = 0;
  let initial = 0;
  for (const container of pod.spec.initContainers ?? []) {
    if (isSidecar(container)) sidecars += of(container);
    initial = Math.max(initial, isSidecar(container) ? sidecars : sidecars + of(container));
  }
  const running = pod.spec.containers.reduce((sum, container) => sum + of(container), sidecars);
  return Math.max(running, initial) + overhead;
}

function milliOf(quantity: string | number | undefined): number {
  return quantity === undefined ? 0 : milliValue(quantity);
}
