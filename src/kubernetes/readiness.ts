import { type Condition, conditionOf, isTrue } from './condition.ts';
import type { KubernetesObject } from './object.ts';
import { asPod, isPodReady } from './pod.ts';
import { type Failure, podFailure, type Readiness } from './pod-failure.ts';

import {
  daemonSetReadiness,
  deploymentReadiness,
  jobReadiness,
  replicaSetReadiness,
  statefulSetReadiness,
} from './readiness-workloads.ts';

export type { Readiness };

export interface ReadinessEvidence {
  /** The pods that belong to the object. */
  pods?: readonly KubernetesObject[];
  /** Events about the object or what it owns, newest last. */
  events?: readonly KubernetesObject[];
  /** `volumeBindingMode` of a claim's class. */
  bindingMode?: string | undefined;
}

const rules: Record<string, (object: KubernetesObject, evidence: ReadinessEvidence) => Readiness> = {
  Deployment: deploymentReadiness,
  ReplicaSet: replicaSetReadiness,
  StatefulSet: statefulSetReadiness,
  DaemonSet: daemonSetReadiness,
  Job: jobReadiness,
  Pod: podReadiness,
  PersistentVolumeClaim: claimReadiness,
  Service: serviceReadiness,
  Ingress: ingressReadiness,
  HorizontalPodAutoscaler: autoscalerReadiness,
  CustomResourceDefinition: definitionReadiness,
  APIService: (object) => byCondition(object, 'Available'),
  Namespace: namespaceReadiness,
};
const workloads = new Set(['Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet', 'Job']);

/**
 * Whether an object is ready, by the rule of its kind; for workloads also why it never will be, as their pods and events tell.
 * Kinds that are not known are judged by their conditions.
 */
export function readinessOf(object: KubernetesObject, evidence: ReadinessEvidence = {}): Readiness {
  const found = (rules[object.kind] ?? unknownReadiness)(object, evidence);
  if (found.ready || found.failed || !workloads.has(object.kind)) return found;
  const failed = failureOf(evidence);
  return failed ? { ...found, failed } : found;
}

function failureOf({ pods = [], events = [] }: ReadinessEvidence): Failure | undefined {
  for (const pod of pods) {
    const failure = podFailure(pod);
    if (failure) return failure;
  }
  // A quota or an admission rule forbids the pods: the workload's own status does not say so for every kind.
  const refused = [...events].reverse().find(({ reason, type }) => reason === 'FailedCreate' && type === 'Warning');
  // Once a pod was made the refusal is history.
  if (!refused || pods.length > 0) return undefined;
  return { reason: 'FailedCreate', message: String(refused.message ?? '') };
}

function podReadiness(object: KubernetesObject): Readiness {
  const pod = asPod(object);
  const phase = pod.status?.phase ?? 'Pending';
  if (phase === 'Succeeded') return { ready: true, message: 'completed' };
  if (isPodReady(pod)) return { ready: true, message: 'ready' };
  const failed = podFailure(pod);
  const message = failed?.reason ?? phase;
  return failed ? { ready: false, message, failed } : { ready: false, message };
}

/** A claim whose volume is made for its first pod rightly waits for that pod. */
function claimReadiness(object: KubernetesObject, { bindingMode, events = [] }: ReadinessEvidence): Readiness {
  const phase = phaseOf(object) ?? 'Pending';
  if (phase === 'Bound') return { ready: true, message: 'bound' };
  if (phase === 'Lost')
    return { ready: false, message: 'lost', failed: { reason: 'Lost', message: 'its volume is gone' } };
  const late = bindingMode === 'WaitForFirstConsumer' || events.some(({ reason }) => reason === 'WaitForFirstConsumer');
  if (late) return { ready: true, message: 'waits for its first pod' };
  const refused = [...events].reverse().find(({ reason }) => reason === 'ProvisioningFailed');
  const failed = refused && { reason: 'ProvisioningFailed', message: String(refused.message ?? '') };
  return failed ? { ready: false, message: 'pending', failed } : { ready: false, message: 'pending' };
}

function phaseOf(object: KubernetesObject): string | undefined {
  return (object.status as { phase?: string } | undefined)?.phase;
}

interface WithAddresses {
  spec?: { type?: string; clusterIP?: string };
  status?: { loadBalancer?: { ingress?: { ip?: string; hostname?: string }[] } };
}

function addressOf(object: KubernetesObject): string | undefined {
  const [first] = (object as WithAddresses).status?.loadBalancer?.ingress ?? [];
  return first?.ip ?? first?.hostname;
}

function serviceReadiness(object: KubernetesObject): Readiness {
  const { spec } = object as WithAddresses;
  if (spec?.type !== 'LoadBalancer') return { ready: true, message: spec?.clusterIP ?? 'made' };
  const address = addressOf(object);
  return { ready: address !== undefined, message: address ?? 'waits for the address of its load balancer' };
}

function ingressReadiness(object: KubernetesObject): Readiness {
  const address = addressOf(object);
  return { ready: address !== undefined, message: address ?? 'waits for an address from its ingress controller' };
}

/** Ready when it reads its target and its metrics; a switched-off one has nothing to read. */
function autoscalerReadiness(object: KubernetesObject): Readiness {
  const conditions = conditionsOf(object);
  const able = conditionOf(conditions, 'AbleToScale');
  const active = conditionOf(conditions, 'ScalingActive');
  if (able?.status === 'False') return { ready: false, message: able.message ?? able.reason ?? 'cannot scale' };
  if (active?.status === 'True') return { ready: true, message: 'active' };
  if (active?.reason === 'ScalingDisabled') return { ready: true, message: 'off: the target is scaled to 0' };
  return { ready: false, message: active?.message ?? 'not looked at yet' };
}

function definitionReadiness(object: KubernetesObject): Readiness {
  const conditions = conditionsOf(object);
  const names = conditionOf(conditions, 'NamesAccepted');
  if (names?.status === 'False') {
    const failed = { reason: names.reason ?? 'NamesNotAccepted', message: names.message ?? 'its names are taken' };
    return { ready: false, message: 'its names are taken', failed };
  }
  const established = isTrue(conditions, 'Established') && names?.status === 'True';
  return { ready: established, message: established ? 'established' : 'waits to be established' };
}

function namespaceReadiness(object: KubernetesObject): Readiness {
  const phase = object.metadata.deletionTimestamp === undefined ? (phaseOf(object) ?? 'Active') : 'Terminating';
  return { ready: phase === 'Active', message: phase.toLowerCase() };
}

function conditionsOf(object: KubernetesObject): Condition[] | undefined {
  return (object.status as { conditions?: Condition[] } | undefined)?.conditions;
}

function byCondition(object: KubernetesObject, type: string): Readiness {
  const condition = conditionOf(conditionsOf(object), type);
  const message = condition?.message || condition?.reason || `${type}: ${condition?.status ?? 'not yet'}`;
  return { ready: condition?.status === 'True', message };
}

/**
 * Kinds of operators: observed, and Ready or Available if they have such a condition; `Failed` or `Stalled` speak against. One
 * with a spec but no status at all is taken to be ready: many kinds never get one.
 */
function unknownReadiness(object: KubernetesObject): Readiness {
  const status = object.status as { observedGeneration?: number; conditions?: Condition[] } | undefined;
  if (object.metadata.deletionTimestamp !== undefined) return { ready: false, message: 'is being deleted' };
  if (!status) return { ready: true, message: 'made' };
  if (status.observedGeneration !== undefined && status.observedGeneration < (object.metadata.generation ?? 0))
    return { ready: false, message: 'waits for its controller to see the change' };
  const stuck = ['Failed', 'Stalled']
    .map((type) => conditionOf(status.conditions, type))
    .find((one) => one?.status === 'True');
  if (stuck) {
    const failed = { reason: stuck.reason ?? stuck.type, message: stuck.message ?? stuck.type };
    return { ready: false, message: stuck.type.toLowerCase(), failed };
  }
  const decisive = ['Ready', 'Available', 'Succeeded'].find((type) => conditionOf(status.conditions, type));
  return decisive ? byCondition(object, decisive) : { ready: true, message: 'made' };
}
