import { eventsAbout } from './event.ts';
import { type Failure, isWaiting, type Readiness } from './failure.ts';
import type { KubernetesObject } from './object.ts';
import { asPod, isPodReady, type Pod } from './pod.ts';
import { podFailure } from './pod-failure.ts';
import {
  apiServiceReadiness,
  autoscalerReadiness,
  budgetReadiness,
  definitionReadiness,
  namespaceReadiness,
} from './readiness-cluster.ts';
import { certificateReadiness, customReadiness } from './readiness-custom.ts';
import { cronJobReadiness, jobReadiness } from './readiness-jobs.ts';
import {
  gatewayReadiness,
  ingressReadiness,
  routeReadiness,
  serviceReadiness,
  type WebhookBackend,
  webhooksReadiness,
} from './readiness-network.ts';
import { claimReadiness, volumeReadiness } from './readiness-storage.ts';
import {
  daemonSetReadiness,
  deploymentReadiness,
  isUnobserved,
  replicaSetReadiness,
  statefulSetReadiness,
} from './readiness-workloads.ts';
import { refusal } from './refusal.ts';

export interface ReadinessEvidence {
  /** The pods that belong to the object. */
  pods?: readonly KubernetesObject[];
  /** Events of its namespace; those that are not about it or its pods are left aside. */
  events?: readonly KubernetesObject[];
  /** `volumeBindingMode` of a claim's class. */
  bindingMode?: string | undefined;
  /** The Services behind the webhooks of a configuration, by `namespace/name`. */
  backends?: Readonly<Record<string, WebhookBackend>> | undefined;
  /** Its kind has a status, and it is not yet too late for one to come. */
  statusExpected?: boolean | undefined;
}

type Rule = (object: KubernetesObject, evidence: ReadinessEvidence) => Readiness;

const webhooks: Rule = (object, { backends }) => webhooksReadiness(object, backends);

// By group and kind: other groups have a `Service` or a `Gateway` of their own.
const rules: Record<string, Rule> = {
  'apps/Deployment': deploymentReadiness,
  'apps/ReplicaSet': replicaSetReadiness,
  'apps/StatefulSet': statefulSetReadiness,
  'apps/DaemonSet': daemonSetReadiness,
  'batch/Job': jobReadiness,
  'batch/CronJob': cronJobReadiness,
  '/Pod': podReadiness,
  '/PersistentVolumeClaim': claimReadiness,
  '/PersistentVolume': volumeReadiness,
  '/Service': serviceReadiness,
  '/Namespace': namespaceReadiness,
  'networking.k8s.io/Ingress': ingressReadiness,
  'gateway.networking.k8s.io/Gateway': gatewayReadiness,
  'gateway.networking.k8s.io/HTTPRoute': routeReadiness,
  'gateway.networking.k8s.io/GRPCRoute': routeReadiness,
  'autoscaling/HorizontalPodAutoscaler': autoscalerReadiness,
  'policy/PodDisruptionBudget': budgetReadiness,
  'apiextensions.k8s.io/CustomResourceDefinition': definitionReadiness,
  'apiregistration.k8s.io/APIService': apiServiceReadiness,
  'admissionregistration.k8s.io/ValidatingWebhookConfiguration': webhooks,
  'admissionregistration.k8s.io/MutatingWebhookConfiguration': webhooks,
  'cert-manager.io/Certificate': certificateReadiness,
};

const workloads = new Set(['apps/Deployment', 'apps/ReplicaSet', 'apps/StatefulSet', 'apps/DaemonSet', 'batch/Job']);

/** `apps/Deployment`, `/Pod`: a kind whatever its version. */
export function groupKindOf({ apiVersion, kind }: { apiVersion: string; kind: string }): string {
  return `${apiVersion.includes('/') ? apiVersion.split('/')[0] : ''}/${kind}`;
}

/**
 * Whether an object is ready, by the rule of its kind; for workloads also why it never will be, as their pods and events tell.
 * Kinds that are not known are judged by their conditions.
 */
export function readinessOf(object: KubernetesObject, evidence: ReadinessEvidence = {}): Readiness {
  const key = groupKindOf(object);
  const rule = rules[key] ?? ((one: KubernetesObject) => customReadiness(one, evidence.statusExpected));
  const found = rule(object, evidence);
  if (found.ready || !workloads.has(key)) return found;
  // What the pods say is the cause; a deadline only says that it took too long.
  const failed = found.failed && found.failed.reason !== 'ProgressDeadlineExceeded' ? found.failed : undefined;
  if (failed) return key === 'batch/Job' ? withLastPod(found, failed, evidence) : found;
  // Until then what its pods suffer is of the version that is being replaced.
  if (key !== 'batch/Job' && isUnobserved(object)) return found;
  const cause = failureOf(object, key, evidence);
  if (!cause) return found;
  const late = found.failed;
  const causeNow = late ? { ...cause, message: `${cause.message}; ${late.message}`, patience: 1 } : cause;
  return { ...found, failed: causeNow };
}

/** Of a Job that failed: how the pod that failed last ended, which says more than that there were too many. */
function withLastPod(found: Readiness, failed: Failure, { pods = [] }: ReadinessEvidence): Readiness {
  const made = (pod: KubernetesObject) => Date.parse(pod.metadata.creationTimestamp ?? '') || 0;
  const last = pods
    .filter((pod) => asPod(pod).status?.phase === 'Failed')
    .sort((a, b) => made(b) - made(a))
    .map((pod) => podFailure(pod))[0];
  if (!last) return found;
  return { ...found, failed: { ...failed, message: `${failed.message}; ${last.message}`, next: last.next ?? [] } };
}

function failureOf(object: KubernetesObject, key: string, { pods = [], events = [] }: ReadinessEvidence) {
  const failures: Failure[] = [];
  for (const pod of pods) {
    if (isReplaced(asPod(pod), key)) continue;
    const failure = podFailure(pod, events);
    if (failure) failures.push(failure);
  }
  // What is surest first.
  const [worst] = failures.sort((a, b) => (a.patience ?? 1) - (b.patience ?? 1));
  return worst ?? refusedPods(object, pods, events);
}

/** A pod that failed is replaced by its controller; a Job tries again as often as it may, also in place. */
function isReplaced(pod: Pod, key: string): boolean {
  if (pod.status?.phase === 'Failed') return true;
  if (key !== 'batch/Job') return false;
  const statuses = [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])];
  return statuses.some(({ state, lastState }) => (lastState?.terminated ?? state?.terminated) !== undefined);
}

// A quota or an admission rule forbids the pods: the workload's own status does not say so for every kind.
function refusedPods(
  object: KubernetesObject,
  pods: readonly KubernetesObject[],
  events: readonly KubernetesObject[],
): Failure | undefined {
  const refused = eventsAbout(events, object).findLast(({ reason, warning }) => reason === 'FailedCreate' && warning);
  if (!refused) return undefined;
  // Once a pod was made after it the refusal is history.
  const made = Math.max(0, ...pods.map((pod) => Date.parse(pod.metadata.creationTimestamp ?? '') || 0));
  if (pods.length > 0 && made >= refused.at) return undefined;
  return refusal(refused.message, object.metadata.namespace);
}

function podReadiness(object: KubernetesObject, { events }: ReadinessEvidence): Readiness {
  const pod = asPod(object);
  const phase = pod.status?.phase ?? 'Pending';
  if (phase === 'Succeeded') return { ready: true, message: 'completed' };
  if (pod.metadata.deletionTimestamp !== undefined) return isWaiting('is being deleted');
  if (isPodReady(pod)) return { ready: true, message: 'ready' };
  const failed = podFailure(pod, events);
  return failed ? { ready: false, message: failed.reason, failed } : { ready: false, message: phase };
}
