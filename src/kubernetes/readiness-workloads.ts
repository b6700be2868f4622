import { conditionOf } from './condition.ts';
import type { KubernetesObject } from './object.ts';
import type { Readiness } from './pod-failure.ts';
import type { DaemonSet, Deployment, Job, ReplicaSet, StatefulSet } from './workload.ts';

const ready = (message: string): Readiness => ({ ready: true, message });
const waiting = (message: string): Readiness => ({ ready: false, message });

/** The server's controller has not yet seen the newest spec: its status speaks of an older one. */
function unobserved(object: KubernetesObject): Readiness | undefined {
  const observed = (object.status as { observedGeneration?: number } | undefined)?.observedGeneration ?? 0;
  return observed < (object.metadata.generation ?? 0)
    ? waiting('waits for its controller to see the change')
    : undefined;
}

/** As `kubectl rollout status` (`kubectl/pkg/polymorphichelpers/rollout_status.go`), and available in full. */
export function deploymentReadiness(object: KubernetesObject): Readiness {
  const { spec, status = {} } = object as Deployment;
  const replicas = spec.replicas ?? 1;
  const { updatedReplicas: updated = 0, replicas: total = 0, availableReplicas: available = 0 } = status;
  const early = unobserved(object);
  if (early) return early;
  const progressing = conditionOf(status.conditions, 'Progressing');
  const failure = conditionOf(status.conditions, 'ReplicaFailure');
  const done = updated >= replicas && total <= updated && available >= updated;
  if (done) return ready(`${available} of ${replicas} available`);
  const message =
    updated < replicas
      ? `${updated} of ${replicas} new replicas have been made`
      : total > updated
        ? `${total - updated} old replicas are pending termination`
        : `${available} of ${replicas} available`;
  if (failure?.status === 'True')
    return {
      ready: false,
      message,
      failed: { reason: failure.reason ?? 'FailedCreate', message: failure.message ?? '' },
    };
  if (progressing?.reason === 'ProgressDeadlineExceeded')
    return { ready: false, message, failed: { reason: progressing.reason, message: progressing.message ?? message } };
  return waiting(spec.paused ? `paused: ${message}` : message);
}

export function replicaSetReadiness(object: KubernetesObject): Readiness {
  const { spec, status = {} } = object as ReplicaSet;
  const replicas = spec.replicas ?? 1;
  const message = `${status.availableReplicas ?? 0} of ${replicas} available`;
  const failure = conditionOf(status.conditions, 'ReplicaFailure');
  if (failure?.status === 'True')
    return {
      ready: false,
      message,
      failed: { reason: failure.reason ?? 'FailedCreate', message: failure.message ?? '' },
    };
  return unobserved(object) ?? { ready: (status.availableReplicas ?? 0) >= replicas, message };
}

export function statefulSetReadiness(object: KubernetesObject): Readiness {
  const { spec, status = {} } = object as StatefulSet;
  const replicas = spec.replicas ?? 1;
  const early = unobserved(object);
  if (early) return early;
  const readyReplicas = status.readyReplicas ?? 0;
  if (readyReplicas < replicas) return waiting(`${readyReplicas} of ${replicas} ready`);
  // With OnDelete somebody else replaces the pods; their number is all there is to wait for.
  if (spec.updateStrategy?.type === 'OnDelete') return ready(`${readyReplicas} of ${replicas} ready`);
  const partition = spec.updateStrategy?.rollingUpdate?.partition ?? 0;
  const toUpdate = Math.max(0, replicas - partition);
  const updated = status.updatedReplicas ?? 0;
  if (status.updateRevision !== status.currentRevision && updated < toUpdate)
    return waiting(`${updated} of ${toUpdate} pods have been updated`);
  return ready(`${readyReplicas} of ${replicas} ready`);
}

export function daemonSetReadiness(object: KubernetesObject): Readiness {
  const { status = {} } = object as DaemonSet;
  const wanted = status.desiredNumberScheduled ?? 0;
  const available = status.numberAvailable ?? 0;
  const updated = status.updatedNumberScheduled ?? 0;
  const early = unobserved(object);
  if (early) return early;
  if (updated < wanted) return waiting(`${updated} of ${wanted} pods have been updated`);
  return { ready: available >= wanted, message: `${available} of ${wanted} available` };
}

/** A Job is ready when it is done; a running one is not. */
export function jobReadiness(object: KubernetesObject): Readiness {
  const { spec, status = {} } = object as Job;
  const failed = conditionOf(status.conditions, 'Failed');
  if (failed?.status === 'True') {
    const failure = { reason: failed.reason ?? 'Failed', message: failed.message ?? 'the Job failed' };
    return { ready: false, message: 'failed', failed: failure };
  }
  const wanted = spec.completions ?? spec.parallelism ?? 1;
  const message = `${status.succeeded ?? 0} of ${wanted} completed`;
  if (conditionOf(status.conditions, 'Complete')?.status === 'True') return ready(message);
  return waiting(spec.suspend ? `suspended: ${message}` : message);
}
