import type { KubernetesObject } from './object.ts';

/** What has to be there before what: Helm's order, with PriorityClass first and webhooks last. */
const order: readonly string[] = [
  'PriorityClass',
  'Namespace',
  'NetworkPolicy',
  'ResourceQuota',
  'LimitRange',
  'PodDisruptionBudget',
  'ServiceAccount',
  'Secret',
  'ConfigMap',
  'StorageClass',
  'PersistentVolume',
  'PersistentVolumeClaim',
  'CustomResourceDefinition',
  'ClusterRole',
  'ClusterRoleBinding',
  'Role',
  'RoleBinding',
  'Service',
  'DaemonSet',
  'Pod',
  'ReplicationController',
  'ReplicaSet',
  'Deployment',
  'StatefulSet',
  'Job',
  'CronJob',
  'HorizontalPodAutoscaler',
  'IngressClass',
  'Ingress',
  'APIService',
];
const webhooks = ['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration'];

function rankOf(kind: string): number {
  const rank = order.indexOf(kind);
  if (rank >= 0) return rank;
  // Kinds of the user's own need their definition and may be needed by nobody: after all that is known, before webhooks.
  return webhooks.includes(kind) ? order.length + 1 : order.length;
}

/** The objects in the order in which they are to be applied; within a kind the given order stays. */
export function inApplyOrder<T extends Pick<KubernetesObject, 'kind'>>(objects: readonly T[]): T[] {
  return [...objects].sort((left, right) => rankOf(left.kind) - rankOf(right.kind));
}

/** The order in which they are to be deleted: what is applied last goes first. */
export function inDeleteOrder<T extends Pick<KubernetesObject, 'kind'>>(objects: readonly T[]): T[] {
  return inApplyOrder(objects).reverse();
}
