import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCluster } from '../../support/cluster.ts';

const cluster = await openCluster();
let namespace = '';
beforeAll(async () => {
  namespace = await cluster.namespace();
});
afterAll(() => cluster.close());

const apply = 'apply-patch+yaml';
const labels = { app: 'web' };
const container = {
  name: 'web',
  image: 'nginx:1.29',
  args: ['a', 'b'],
  ports: [{ containerPort: 80 }, { containerPort: 53, protocol: 'UDP', name: 'dns' }],
  env: [
    { name: 'A', value: '1' },
    { name: 'B', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
    { name: 'C', valueFrom: { configMapKeyRef: { name: 'c', key: 'k', optional: true } } },
  ],
  envFrom: [{ configMapRef: { name: 'c', optional: true } }],
  resources: { requests: { cpu: '10m', memory: '1Mi' } },
  volumeMounts: [{ name: 'data', mountPath: '/data' }],
  readinessProbe: { httpGet: { path: '/', port: 80 }, periodSeconds: 5 },
  securityContext: { runAsUser: 1, capabilities: { drop: ['ALL'] } },
};
const podSpec = {
  containers: [container],
  volumes: [{ name: 'data', emptyDir: {} }],
  nodeSelector: { disk: 'ssd' },
  tolerations: [{ key: 'a', operator: 'Exists' }],
  imagePullSecrets: [{ name: 's' }],
  terminationGracePeriodSeconds: 1,
};

interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: { name: string; [field: string]: unknown };
  [field: string]: unknown;
}

const manifests: [string, Manifest][] = [
  [
    'configmaps',
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'm', labels }, data: { a: '1', 'b.txt': '2' } },
  ],
  ['configmaps', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'empty' } }],
  ['secrets', { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, stringData: { a: '1' }, type: 'Opaque' }],
  [
    'serviceaccounts',
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'a' }, imagePullSecrets: [{ name: 's' }] },
  ],
  [
    'services',
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'svc', labels },
      spec: {
        selector: labels,
        ports: [
          { port: 80, targetPort: 'http', name: 'http' },
          { port: 80, protocol: 'UDP', name: 'udp' },
        ],
      },
    },
  ],
  [
    'deployments',
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web', labels, finalizers: ['example.com/a'] },
      spec: {
        replicas: 0,
        selector: { matchLabels: labels },
        strategy: { rollingUpdate: { maxSurge: '50%' } },
        template: { metadata: { labels, annotations: { a: 'b' } }, spec: podSpec },
      },
    },
  ],
  [
    'statefulsets',
    {
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata: { name: 'db' },
      spec: {
        replicas: 0,
        serviceName: 'db',
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers: [{ name: 'db', image: 'postgres:17' }] } },
        volumeClaimTemplates: [
          {
            metadata: { name: 'data' },
            spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
          },
        ],
      },
    },
  ],
  [
    'horizontalpodautoscalers',
    {
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata: { name: 'web' },
      spec: {
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'none' },
        maxReplicas: 3,
        metrics: [
          { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } } },
        ],
        behavior: { scaleDown: { stabilizationWindowSeconds: 0 } },
      },
    },
  ],
  [
    'ingresses',
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      metadata: { name: 'web' },
      spec: {
        ingressClassName: 'none',
        rules: [
          {
            host: 'a.example',
            http: {
              paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: 'svc', port: { number: 80 } } } }],
            },
          },
        ],
      },
    },
  ],
  [
    'rolebindings',
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: { name: 'view' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' },
      subjects: [{ kind: 'ServiceAccount', name: 'a', namespace: 'default' }],
    },
  ],
  [
    'roles',
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'Role',
      metadata: { name: 'reader' },
      rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }],
    },
  ],
  [
    'networkpolicies',
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: 'deny' },
      spec: { podSelector: {}, policyTypes: ['Ingress'], ingress: [{ ports: [{ port: 80 }] }] },
    },
  ],
  [
    'poddisruptionbudgets',
    {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: { name: 'web' },
      spec: { minAvailable: 1, selector: { matchLabels: labels } },
    },
  ],
  [
    'cronjobs',
    {
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      metadata: { name: 'night' },
      spec: {
        schedule: '0 3 * * *',
        suspend: true,
        jobTemplate: {
          spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'busybox:1' }] } } },
        },
      },
    },
  ],
  [
    'persistentvolumeclaims',
    {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'data' },
      spec: { storageClassName: 'none', accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
    },
  ],
  [
    'resourcequotas',
    { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'q' }, spec: { hard: { 'count/foos.x': '5' } } },
  ],
  [
    'limitranges',
    {
      apiVersion: 'v1',
      kind: 'LimitRange',
      metadata: { name: 'l' },
      spec: { limits: [{ type: 'PersistentVolumeClaim', max: { storage: '5Gi' } }] },
    },
  ],
];

const pathOf = (plural: string, { apiVersion }: Manifest) =>
  `${apiVersion === 'v1' ? '/api/v1' : `/apis/${apiVersion}`}/namespaces/${namespace}/${plural}`;

interface Entry {
  manager: string;
  operation: string;
  time?: string;
  fieldsV1: unknown;
}

/** The entry of a manager, its time aside. */
function entryOf(body: { metadata: { managedFields?: Entry[] } }, manager: string) {
  const found = body.metadata.managedFields?.find((entry) => entry.manager === manager);
  return found && { ...found, time: found.time?.replace(/\d/g, '0') };
}

describe('who applies a manifest, and who creates it', () => {
  it.each(manifests.map((one): [string, string, Manifest] => [one[0], one[1].metadata.name, one[1]]))(
    'owns of %s %s what a real server says',
    async (plural, _, manifest) => {
      const path = pathOf(plural, manifest);
      const { name } = manifest.metadata;
      const applied = await cluster.patch(`${path}/${name}`, manifest, apply, { query: { fieldManager: 'one' } });
      expect(applied.status, applied.text).toBe(201);
      expect(entryOf(applied.body, 'one')).toMatchSnapshot('applied');
      await cluster.patch(`${path}/${name}`, { metadata: { finalizers: null } }, 'merge-patch+json');
      await cluster.remove(`${path}/${name}`);
      await cluster.until(`${path}/${name}`, ({ status }) => status === 404);
      const created = await cluster.post(path, manifest, { query: { fieldManager: 'two' } });
      expect(created.status, created.text).toBe(201);
      expect(entryOf(created.body, 'two')).toMatchSnapshot('created');
      await cluster.patch(`${path}/${name}`, { metadata: { finalizers: null } }, 'merge-patch+json');
      await cluster.remove(`${path}/${name}`);
    },
  );
});
