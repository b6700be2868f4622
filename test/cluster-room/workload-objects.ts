import type { KubernetesObject } from '../../src/kubernetes/object.ts';

/** A Deployment of one label, with the status that it would have at so many ready pods. */
export function deployment(name: string, wanted: number, ready: number, generation = 1): KubernetesObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'tars', uid: `uid-${name}`, generation },
    spec: { replicas: wanted, selector: { matchLabels: { app: name } }, template: { spec: { containers: [] } } },
    status: {
      observedGeneration: generation,
      replicas: wanted,
      updatedReplicas: wanted,
      readyReplicas: ready,
      availableReplicas: ready,
    },
  };
}

export function pod(name: string, app: string, problem?: { reason: string; message: string }): KubernetesObject {
  const state = problem ? { waiting: problem } : { running: { startedAt: '2026-01-01T00:00:00Z' } };
  const ready = problem === undefined;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: 'tars',
      labels: { app, hash: name.split('-')[1] ?? '' },
      creationTimestamp: '2026-01-01T00:00:00Z',
    },
    spec: { nodeName: 'node-1', containers: [{ name: 'main', image: 'registry/app:1' }] },
    status: {
      phase: problem ? 'Pending' : 'Running',
      podIP: '10.0.0.1',
      conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }],
      containerStatuses: [{ name: 'main', ready, restartCount: problem ? 4 : 0, state }],
    },
  };
}

export function replicaSet(name: string, app: string, revision: number): KubernetesObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name,
      namespace: 'tars',
      labels: { app },
      annotations: { 'deployment.kubernetes.io/revision': String(revision) },
      ownerReferences: [{ apiVersion: 'apps/v1', kind: 'Deployment', name: app, uid: `uid-${app}`, controller: true }],
    },
    spec: { selector: { matchLabels: { app, hash: name.split('-')[1] ?? '' } } },
  };
}

export function autoscaler(name: string, current: number, wanted: number, utilization: number): KubernetesObject {
  return {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name, namespace: 'tars' },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name },
      minReplicas: 3,
      maxReplicas: 10,
      metrics: [
        { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 70 } } },
      ],
    },
    status: {
      currentReplicas: current,
      desiredReplicas: wanted,
      currentMetrics: [{ type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: utilization } } }],
      conditions: [
        { type: 'AbleToScale', status: 'True', reason: 'SucceededRescale' },
        { type: 'ScalingActive', status: 'True', reason: 'ValidMetricFound' },
        { type: 'ScalingLimited', status: 'False', reason: 'DesiredWithinRange' },
      ],
    },
  };
}

export function event(about: KubernetesObject, reason: string, message: string): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: `${about.metadata.name}.${reason}`, namespace: 'tars' },
    involvedObject: { kind: about.kind, name: about.metadata.name },
    type: 'Warning',
    reason,
    message,
    count: 3,
    lastTimestamp: '2026-01-01T00:00:05Z',
  };
}
