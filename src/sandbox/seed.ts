import type { ApiClient } from './client.ts';

const namespaces = ['default', 'kube-system', 'kube-public', 'kube-node-lease'];

/**
 * What every cluster has before anybody deploys: namespaces, the API's Service on its port, priority classes
 * (`pkg/controlplane/{instance,controller/kubernetesservice}`), a default StorageClass, an ingress class.
 */
export async function seedCluster(client: ApiClient, port: number): Promise<void> {
  await Promise.all(namespaces.map((name) => client.create('/api/v1/namespaces', { metadata: { name } })));
  await Promise.all([apiService(port), ...seeds].map(({ path, object }) => client.create(path, object)));
}

interface Seed {
  path: string;
  object: unknown;
}

function apiService(port: number): Seed {
  return {
    path: '/api/v1/namespaces/default/services',
    object: {
      metadata: { name: 'kubernetes', labels: { component: 'apiserver', provider: 'kubernetes' } },
      spec: { clusterIP: '10.96.0.1', ports: [{ name: 'https', port: 443, targetPort: port }] },
    },
  };
}

/** What volumes and Ingresses are served by where they do not say so: the nodes' own provisioner and router. */
export const defaultClasses: readonly Seed[] = [
  {
    path: '/apis/storage.k8s.io/v1/storageclasses',
    object: {
      metadata: { name: 'standard', annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
      provisioner: 'tars-console.dev/sandbox',
      reclaimPolicy: 'Delete',
      volumeBindingMode: 'WaitForFirstConsumer',
      allowVolumeExpansion: true,
    },
  },
  {
    path: '/apis/networking.k8s.io/v1/ingressclasses',
    object: {
      metadata: { name: 'nginx', annotations: { 'ingressclass.kubernetes.io/is-default-class': 'true' } },
      spec: { controller: 'k8s.io/ingress-nginx' },
    },
  },
];

const seeds: Seed[] = [
  ...defaultClasses,
  {
    path: '/apis/apiregistration.k8s.io/v1/apiservices',
    object: {
      metadata: { name: 'v1beta1.metrics.k8s.io' },
      spec: {
        group: 'metrics.k8s.io',
        version: 'v1beta1',
        groupPriorityMinimum: 100,
        versionPriority: 100,
        service: { namespace: 'kube-system', name: 'metrics-server', port: 443 },
      },
    },
  },
  ...[
    {
      name: 'system-cluster-critical',
      value: 2_000_000_000,
      description:
        'Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.',
    },
    {
      name: 'system-node-critical',
      value: 2_000_001_000,
      description: 'Used for system critical pods that must not be moved from their current node.',
    },
  ].map(({ name, ...rest }) => ({
    path: '/apis/scheduling.k8s.io/v1/priorityclasses',
    object: { metadata: { name }, ...rest, preemptionPolicy: 'PreemptLowerPriority' },
  })),
];

const metricsService = '/apis/apiregistration.k8s.io/v1/apiservices/v1beta1.metrics.k8s.io/status';

/** Says that the metrics API is there, as the aggregator does once it answers. */
export async function announceMetrics(client: ApiClient): Promise<void> {
  const condition = {
    type: 'Available',
    status: 'True',
    reason: 'Passed',
    message: 'all checks passed',
    lastTransitionTime: new Date().toISOString().replace(/\.\d+Z$/, 'Z'),
  };
  await client.patch(metricsService, { status: { conditions: [condition] } }, 'merge');
}
