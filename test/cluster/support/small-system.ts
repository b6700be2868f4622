import type { ClusterUnderTest } from './cluster.ts';
import { cache, configuration, database, part, service, services, settings } from './tars-parts.ts';

/** The annotation of how many requests a second one address may send through the Ingress. */
export const limitRps = 'nginx.ingress.kubernetes.io/limit-rps';

/** One pod each of backend, database and cache, with their Services and the Ingress; waits until the backend is ready. */
export async function deploySmallSystem(cluster: ClusterUnderTest, namespace: string): Promise<void> {
  const [core, apps] = [`/api/v1/namespaces/${namespace}`, `/apis/apps/v1/namespaces/${namespace}`];
  const configMapRef = { name: 'tars-config' };
  const container = { env: settings(), envFrom: [{ configMapRef }], ports: [{ containerPort: 8000 }] };
  const readinessProbe = { httpGet: { path: '/ready', port: 8000 }, periodSeconds: 1 };
  await cluster.post(`${core}/configmaps`, configuration({ RATE_LIMIT_PER_MINUTE: '30', EXTRA: 'of mine' }));
  const own = service('backend-service', { app: 'tars-backend' }, 8000);
  for (const one of [...services, own]) await cluster.post(`${core}/services`, one);
  for (const one of [database, cache, part('tars-backend', { container: { ...container, readinessProbe } })])
    await cluster.post(`${apps}/deployments`, one);
  const backend = { service: { name: 'backend-service', port: { number: 8000 } } };
  const rules = [{ host: 'tars.local', http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } }];
  const metadata = { name: 'tars-ingress', annotations: { [limitRps]: '100' } };
  const spec = { ingressClassName: 'nginx', rules };
  const ingresses = `/apis/networking.k8s.io/v1/namespaces/${namespace}/ingresses`;
  await cluster.post(ingresses, { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata, spec });
  await cluster.until(`${apps}/deployments/tars-backend`, ({ body }) => body.status?.readyReplicas === 1, {
    withinMs: 50_000,
  });
}
