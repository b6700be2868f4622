import { afterAll } from 'vitest';
import { openCluster } from '../../support/cluster.ts';
import { type Fault, findFirst } from '../../support/injected-faults.ts';
import { cache, claim, part, secrets, service, using } from '../../support/tars-parts.ts';

const cluster = await openCluster({ speed: 20 });
afterAll(() => cluster.close());

const outcome = (name: string) => ({ 'tars-console.dev/outcome': name });
const secretKey = {
  env: [{ name: 'JWT_SECRET', valueFrom: { secretKeyRef: { name: 'tars-secrets', key: 'JWT_SECRET' } } }],
};
const nothing = part('tars-backend', { image: 'nginx:1.27' });

const faults: Fault[] = [
  {
    fault: 'an image that its registry does not have',
    diagnosis: 'pods',
    first: 'image-missing',
    objects: [part('tars-backend', { annotations: outcome('image-missing') })],
    says: /not found/,
  },
  {
    fault: 'an image that wants credentials',
    diagnosis: 'pods',
    first: 'image-credentials',
    objects: [
      part('tars-backend', { annotations: outcome('image-denied'), pod: { imagePullSecrets: [{ name: 'gone' }] } }),
    ],
    says: /gone/,
  },
  {
    fault: 'a Secret that is missing',
    diagnosis: 'pods',
    first: 'secret-missing',
    objects: [part('tars-backend', { container: secretKey })],
  },
  {
    fault: 'a key of the Secret that is missing',
    diagnosis: 'pods',
    first: 'secret-missing',
    objects: [secrets({ OTHER: 'x' }), part('tars-backend', { container: secretKey })],
    says: /JWT_SECRET/,
  },
  {
    fault: 'a ConfigMap that is missing',
    diagnosis: 'pods',
    first: 'configuration-missing',
    objects: [part('tars-backend', { container: { envFrom: [{ configMapRef: { name: 'tars-config' } }] } })],
  },
  {
    fault: 'a claim without a class',
    diagnosis: 'pods',
    first: 'claim-without-class',
    objects: [claim('postgres-pvc', ''), part('postgres', using('postgres-pvc'))],
    says: /postgres-pvc/,
  },
  {
    fault: 'a claim of a class that nobody knows',
    diagnosis: 'pods',
    first: 'claim-class-unknown',
    objects: [claim('postgres-pvc', 'no-such-class'), part('postgres', using('postgres-pvc'))],
    says: /no-such-class/,
  },
  {
    fault: 'a selector for GPU nodes',
    diagnosis: 'pods',
    first: 'gpu-missing',
    objects: [part('ollama', { pod: { nodeSelector: { 'nvidia.com/gpu.present': 'true' } } })],
  },
  {
    fault: 'a limit of a GPU',
    diagnosis: 'pods',
    first: 'gpu-missing',
    objects: [part('ollama', { container: { resources: { limits: { 'nvidia.com/gpu': '1' } } } })],
  },
  {
    fault: 'labels that no node has',
    diagnosis: 'pods',
    first: 'node-selector',
    objects: [part('redis', { pod: { nodeSelector: { disk: 'golden' } } })],
    says: /disk=golden/,
  },
  {
    fault: 'requests that no node can hold',
    diagnosis: 'pods',
    first: 'too-large',
    objects: [part('chromadb', { container: { resources: { requests: { cpu: '900' } } } })],
    says: /900/,
  },
  {
    fault: 'a quota that is used up',
    diagnosis: 'pods',
    first: 'quota-exceeded',
    objects: [
      { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'none' }, spec: { hard: { pods: '0' } } },
      nothing,
    ],
    before: async (under, namespace) => {
      const path = `/api/v1/namespaces/${namespace}/resourcequotas`;
      await under.post(path, { metadata: { name: 'before' }, spec: { hard: { pods: '0' } } });
      await under.until(`${path}/before`, ({ body }) => body.status?.hard?.pods === '0');
    },
  },
  {
    fault: 'a LimitRange that forbids its limits',
    diagnosis: 'pods',
    first: 'limit-range',
    objects: [
      {
        apiVersion: 'v1',
        kind: 'LimitRange',
        metadata: { name: 'small' },
        spec: { limits: [{ type: 'Container', max: { cpu: '1' } }] },
      },
      part('ollama', { container: { resources: { limits: { cpu: '2' } } } }),
    ],
  },
  {
    fault: 'memory that does not suffice',
    diagnosis: 'pods',
    first: 'out-of-memory',
    objects: [
      part('tars-backend', {
        annotations: outcome('out-of-memory'),
        container: { resources: { limits: { memory: '64Mi' } } },
        spec: { minReadySeconds: 30 },
      }),
    ],
    says: /64Mi/,
  },
  {
    fault: 'a readiness probe that fails',
    diagnosis: 'pods',
    first: 'probe-failing',
    objects: [
      part('chromadb', {
        image: 'busybox:1.37',
        container: {
          command: ['sleep', '3600'],
          readinessProbe: { exec: { command: ['sh', '-c', 'echo not yet; exit 1'] }, periodSeconds: 1 },
        },
      }),
    ],
    says: /not yet/,
  },
  {
    fault: 'a program that ends again and again',
    diagnosis: 'pods',
    first: 'crash-loop',
    objects: [part('chromadb', { annotations: outcome('crash'), spec: { minReadySeconds: 30 } })],
    says: /asked to crash/,
  },
  {
    fault: 'a workload that is scaled to zero',
    diagnosis: 'pods',
    first: 'stopped',
    objects: [part('redis', { spec: { replicas: 0 } })],
    says: /tars\/deploy/,
  },
  {
    fault: 'a backend that is scaled to zero',
    diagnosis: 'pods',
    first: 'backend-stopped',
    objects: [part('tars-backend', { spec: { replicas: 0 } })],
    says: /tars\/scale --set replicas=3/,
  },
  {
    fault: 'a Service whose selector fits nobody',
    diagnosis: 'pods',
    first: 'service-without-pods',
    objects: [cache, service('redis-service', { app: 'reddis' }, 6379)],
    says: /app=reddis/,
  },
];

findFirst(cluster, 'Troubleshoot › Pods not starting: what was put into the cluster is named first', faults);
