import { type Condition, conditionOf } from './condition.ts';
import { hasFailed, inNamespace, isReady, isWaiting, type Readiness } from './failure.ts';
import type { KubernetesObject } from './object.ts';
import { refusal } from './refusal.ts';
import type { DaemonSet, Deployment, ReplicaSet, StatefulSet } from './workload.ts';

/** Its controller has not yet seen the newest spec: its status and its pods speak of an older one. */
export function isUnobserved(object: KubernetesObject): boolean {
  const observed = (object.status as { observedGeneration?: number } | undefined)?.observedGeneration ?? 0;
  return observed < (object.metadata.generation ?? 0);
}

function unobserved(object: KubernetesObject): Readiness | undefined {
  return isUnobserved(object) ? isWaiting('waits for its controller to see the change') : undefined;
}

/** As `kubectl rollout status` (`kubectl/pkg/polymorphichelpers/rollout_status.go`), and available in full. */
export function deploymentReadiness(object: KubernetesObject): Readiness {
  const { spec, status = {} } = object as Deployment;
  const replicas = spec.replicas ?? 1;
  const { updatedReplicas: updated = 0, replicas: total = 0, availableReplicas: available = 0 } = status;
  const early = unobserved(object);
  if (early) return early;
  const done = updated >= replicas && total <= updated && available >= updated;
  if (done) return isReady(`${available} of ${replicas} available`);
  const message =
    updated < replicas
      ? `${updated} of ${replicas} new replicas have been made`
      : total > updated
        ? `${total - updated} old replicas are pending termination`
        : `${available} of ${replicas} available`;
  // Paused before its new pods were made: nobody makes them. One that only scales goes on.
  if (spec.paused && updated < replicas) return paused(object, message);
  return refused(object, message, status.conditions) ?? tooSlow(object, message) ?? isWaiting(message);
}

function paused({ metadata }: KubernetesObject, message: string): Readiness {
  return hasFailed(`paused: ${message}`, {
    reason: 'Paused',
    message: 'its rollout is paused, so that nothing changes until it is resumed',
    next: [`kubectl rollout resume deployment/${metadata.name}${inNamespace(metadata)}`],
  });
}

function refused({ metadata }: KubernetesObject, message: string, conditions: Condition[] | undefined) {
  const failure = conditionOf(conditions, 'ReplicaFailure');
  if (failure?.status !== 'True') return undefined;
  return hasFailed(message, refusal(failure.message ?? '', metadata.namespace, failure.reason));
}

function tooSlow(object: KubernetesObject, message: string): Readiness | undefined {
  const { spec, status = {}, metadata } = object as Deployment;
  const progressing = conditionOf(status.conditions, 'Progressing');
  if (progressing?.reason !== 'ProgressDeadlineExceeded') return undefined;
  const said = progressing.message ? ` (${progressing.message})` : '';
  return hasFailed(message, {
    reason: progressing.reason,
    message: `it made no progress within its deadline of ${spec.progressDeadlineSeconds ?? 600} s: ${message}${said}`,
    next: [
      `kubectl rollout undo deployment/${metadata.name}${inNamespace(metadata)} goes back to the version before`,
      `kubectl describe deployment ${metadata.name}${inNamespace(metadata)}`,
    ],
  });
}

export function replicaSetReadiness(object: KubernetesObject): Readiness {
  const { spec, status = {} } = object as ReplicaSet;
  const replicas = spec.replicas ?? 1;
  const available = status.availableReplicas ?? 0;
  const message = `${available} of ${replicas} available`;
  const early = unobserved(object);
  if (early) return early;
  return refused(object, message, status.conditions) ?? { ready: available >= replicas, message };
}

export function statefulSetReadiness(object: KubernetesObject): Readiness {
  const { spec, status = {} } = object as StatefulSet;
  const replicas = spec.replicas ?? 1;
  const early = unobserved(object);
  if (early) return early;
  const readyReplicas = status.readyReplicas ?? 0;
  if (readyReplicas < replicas) return isWaiting(`${readyReplicas} of ${replicas} ready`);
  // With OnDelete somebody else replaces the pods; their number is all there is to wait for.
  if (spec.updateStrategy?.type === 'OnDelete') return isReady(`${readyReplicas} of ${replicas} ready`);
  const partition = spec.updateStrategy?.rollingUpdate?.partition ?? 0;
  const toUpdate = Math.max(0, replicas - partition);
  const updated = status.updatedReplicas ?? 0;
  if (status.updateRevision !== status.currentRevision && updated < toUpdate)
    return isWaiting(`${updated} of ${toUpdate} pods have been updated`);
  if ((status.replicas ?? readyReplicas) > replicas)
    return isWaiting(`${(status.replicas ?? 0) - replicas} pods are still to go`);
  return isReady(`${readyReplicas} of ${replicas} ready`);
}

export function daemonSetReadiness(object: KubernetesObject): Readiness {
  const { spec, status = {} } = object as DaemonSet;
  const wanted = status.desiredNumberScheduled ?? 0;
  const available = status.numberAvailable ?? 0;
  const updated = status.updatedNumberScheduled ?? 0;
  const early = unobserved(object);
  if (early) return early;
  if (updated < wanted && spec?.updateStrategy?.type !== 'OnDelete')
    return isWaiting(`${updated} of ${wanted} pods have been updated`);
  return { ready: available >= wanted, message: `${available} of ${wanted} available` };
}
