import { afterAll } from 'vitest';
import { openCluster } from '../../support/cluster.ts';
import { type Fault, findFirst } from '../../support/injected-faults.ts';
import { cache, configuration, database, part, service, services, settings } from '../../support/tars-parts.ts';

const cluster = await openCluster({ speed: 20 });
afterAll(() => cluster.close());

const autoscaler = (max: number) => ({
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name: 'tars-backend' },
  spec: {
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'tars-backend' },
    minReplicas: 1,
    maxReplicas: max,
    metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 70 } } }],
  },
});
const ingress = (annotations: Record<string, string>, more: object = {}) => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: { name: 'tars-ingress', annotations },
  spec: { defaultBackend: { service: { name: 'backend-service', port: { number: 8000 } } }, ...more },
});
const nothing = part('tars-backend', { image: 'nginx:1.27' });

const faults: Fault[] = [
  {
    fault: 'a wrong password of the database',
    diagnosis: 'backend',
    first: 'database-password',
    objects: [
      ...services,
      database,
      cache,
      part('tars-backend', { container: { env: settings({ POSTGRES_PASSWORD: 'wrong-password' }) } }),
    ],
    says: /password authentication failed/,
  },
  {
    fault: 'Redis that is down',
    diagnosis: 'backend',
    first: 'redis-down',
    objects: [
      ...services,
      database,
      { ...cache, spec: { ...cache.spec, replicas: 0 } },
      part('tars-backend', { container: { env: settings() } }),
    ],
    says: /Redis connection failed/,
  },
  {
    fault: 'PostgreSQL that is down',
    diagnosis: 'backend',
    first: 'postgres-down',
    objects: [
      ...services,
      cache,
      { ...database, spec: { ...database.spec, replicas: 0 } },
      part('tars-backend', { container: { env: settings() } }),
    ],
    says: /PostgreSQL not available/,
  },
  {
    fault: 'no key for the tokens',
    diagnosis: 'backend',
    first: 'jwt-secret',
    objects: [...services, cache, database, part('tars-backend', { container: { env: settings({ JWT_SECRET: '' }) } })],
    says: /JWT_SECRET/,
  },
  {
    fault: 'a Service of Redis that leads to nobody',
    diagnosis: 'backend',
    first: 'redis-unreachable',
    objects: [
      service('postgres-service', { app: 'postgres' }, 5432),
      service('redis-service', { app: 'reddis' }, 6379),
      cache,
      database,
      part('tars-backend', { container: { env: settings() } }),
    ],
  },
  {
    fault: 'a backend that uses all of its CPU limit',
    diagnosis: 'latency',
    first: 'cpu-limit',
    objects: [
      cache,
      part('tars-backend', {
        image: 'nginx:1.27',
        annotations: { 'tars-console.dev/cpu': '200m' },
        container: { resources: { limits: { cpu: '200m' } } },
      }),
    ],
  },
  {
    fault: 'an autoscaler at its largest number',
    diagnosis: 'latency',
    first: 'autoscaler-at-max',
    objects: [
      cache,
      autoscaler(1),
      part('tars-backend', {
        image: 'nginx:1.27',
        annotations: { 'tars-console.dev/cpu': '200m' },
        container: { resources: { requests: { cpu: '100m' }, limits: { cpu: '1' } } },
      }),
    ],
  },
  {
    fault: 'an autoscaler without figures',
    diagnosis: 'latency',
    first: 'autoscaler-blind',
    objects: [cache, autoscaler(3), nothing],
    says: /does not say how much CPU/,
  },
  {
    fault: 'a cache that is off',
    diagnosis: 'latency',
    first: 'cache-off',
    objects: [configuration({ REDIS_ENABLED: 'false' }), nothing],
  },
  {
    fault: 'a cache that is down',
    diagnosis: 'latency',
    first: 'cache-down',
    objects: [configuration({ REDIS_ENABLED: 'true' }), nothing],
  },
  {
    fault: 'a limit of the backend that is too low',
    diagnosis: 'rate-limits',
    first: 'application-limit-low',
    objects: [configuration({ RATE_LIMIT_PER_MINUTE: '5' })],
    says: /5 times a minute/,
  },
  {
    fault: 'a limit of the backend that is no number',
    diagnosis: 'rate-limits',
    first: 'limit-invalid',
    objects: [configuration({ RATE_LIMIT_PER_MINUTE: 'many' })],
  },
  {
    fault: 'a limit of the Ingress that is too low',
    diagnosis: 'rate-limits',
    first: 'ingress-limit-low',
    objects: [
      configuration({ RATE_LIMIT_PER_MINUTE: '30' }),
      ingress({ 'nginx.ingress.kubernetes.io/limit-rps': '1' }),
    ],
    says: /limit-rps: 1/,
  },
];

findFirst(
  cluster,
  'Troubleshoot › Backend crashes, high latency, rate limiting: what was put into the cluster is named first',
  faults,
);
