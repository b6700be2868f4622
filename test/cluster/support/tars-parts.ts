/** One workload of T.A.R.S. as it is sent, with as little as a test needs: a Deployment of one pod with its Service's labels. */
export function part(
  name: string,
  more: { image?: string; container?: object; pod?: object; annotations?: Record<string, string>; spec?: object } = {},
) {
  const labels = { app: name };
  const container = name === 'tars-backend' ? 'backend' : name;
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, labels },
    spec: {
      replicas: 1,
      selector: { matchLabels: labels },
      ...more.spec,
      template: {
        metadata: { labels, annotations: more.annotations ?? {} },
        spec: {
          terminationGracePeriodSeconds: 0,
          containers: [{ name: container, image: more.image ?? images[name] ?? 'nginx:1.27', ...more.container }],
          ...more.pod,
        },
      },
    },
  };
}

const images: Record<string, string> = {
  'tars-backend': 'tars-backend:0.3.0-alpha',
  postgres: 'postgres:17.6',
  redis: 'redis:8.2.2',
};

export function service(name: string, selector: Record<string, string>, port: number) {
  return { apiVersion: 'v1', kind: 'Service', metadata: { name }, spec: { selector, ports: [{ port }] } };
}

export function configuration(data: Record<string, string> = {}) {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'tars-config' }, data };
}

export function secrets(data: Record<string, string>) {
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'tars-secrets' }, stringData: data };
}

/** The variables of the backend; its databases are found by their Services. */
export function settings(more: Record<string, string> = {}) {
  const values = { JWT_SECRET: 'x'.repeat(32), POSTGRES_PASSWORD: 'right-password', ...more };
  return Object.entries(values).map(([name, value]) => ({ name, value }));
}

export const database = part('postgres', {
  container: {
    env: [
      { name: 'POSTGRES_USER', value: 'tars_user' },
      { name: 'POSTGRES_DB', value: 'tars_analytics' },
      { name: 'POSTGRES_PASSWORD', value: 'right-password' },
    ],
    ports: [{ containerPort: 5432 }],
  },
});
export const cache = part('redis', { container: { ports: [{ containerPort: 6379 }] } });
export const services = [
  service('postgres-service', { app: 'postgres' }, 5432),
  service('redis-service', { app: 'redis' }, 6379),
];

export function claim(name: string, storageClassName?: string) {
  const spec = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } };
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name },
    spec: { ...spec, ...(storageClassName === undefined ? {} : { storageClassName }) },
  };
}

/** A pod of `workload` that uses a claim. */
export const using = (claimName: string) => ({
  pod: { volumes: [{ name: 'data', persistentVolumeClaim: { claimName } }] },
});
