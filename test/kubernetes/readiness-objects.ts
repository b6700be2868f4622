import type { KubernetesObject } from '../../src/kubernetes/object.ts';

const versions: Record<string, string> = {
  Deployment: 'apps/v1',
  ReplicaSet: 'apps/v1',
  StatefulSet: 'apps/v1',
  DaemonSet: 'apps/v1',
  Job: 'batch/v1',
  CronJob: 'batch/v1',
  Ingress: 'networking.k8s.io/v1',
  Gateway: 'gateway.networking.k8s.io/v1',
  HTTPRoute: 'gateway.networking.k8s.io/v1',
  HorizontalPodAutoscaler: 'autoscaling/v2',
  PodDisruptionBudget: 'policy/v1',
  CustomResourceDefinition: 'apiextensions.k8s.io/v1',
  APIService: 'apiregistration.k8s.io/v1',
  ValidatingWebhookConfiguration: 'admissionregistration.k8s.io/v1',
  Certificate: 'cert-manager.io/v1',
  Cluster: 'example.com/v1',
};

/** An object `web` of a kind in the namespace `tars`. */
export function object(kind: string, fields: object, metadata: object = {}): KubernetesObject {
  return {
    apiVersion: versions[kind] ?? 'v1',
    kind,
    metadata: { name: 'web', namespace: 'tars', ...metadata },
    ...fields,
  };
}

export const condition = (type: string, status: string, reason = '', message = '') => ({
  type,
  status,
  reason,
  message,
});

/** A pod `web-1` with one container `main`. */
export function pod(status: object, container: object = {}, metadata: object = {}): KubernetesObject {
  const spec = { nodeName: 'node-1', containers: [{ name: 'main', image: 'registry.example/web:3', ...container }] };
  return object('Pod', { spec, status }, { name: 'web-1', ...metadata });
}

/** The status of a pod whose only container is so. */
export const containers = (state: object, more: object = {}) => ({
  containerStatuses: [{ name: 'main', ready: false, restartCount: 2, state, ...more }],
});

export function event(about: KubernetesObject, reason: string, message: string, more: object = {}): KubernetesObject {
  const { name } = about.metadata;
  return object('Event', {
    type: 'Warning',
    reason,
    message,
    involvedObject: { kind: about.kind, name, fieldPath: 'spec.containers{main}' },
    lastTimestamp: '2026-01-01T00:00:05Z',
    ...more,
  });
}
