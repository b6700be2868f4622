import type { ClusterUnderTest } from './cluster.ts';
import { service } from './tars-parts.ts';

const labels = (slot: string) => ({ app: 'detection-api', slot });

/** One slot of the Detection API with one pod, without what it keeps: its stand-in answers and counts. */
export function slot(name: 'blue' | 'green', tag: string, spec: object = {}, container: object = {}) {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: `detection-api-${name}`, labels: labels(name) },
    spec: {
      replicas: 1,
      selector: { matchLabels: labels(name) },
      strategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
      ...spec,
      template: {
        metadata: { labels: labels(name) },
        spec: {
          terminationGracePeriodSeconds: 0,
          containers: [
            {
              name: 'detection-api',
              image: `registry.example.com/detection-api:${tag}`,
              env: [{ name: 'SLOT', value: name }],
              ports: [{ name: 'http', containerPort: 8000 }],
              readinessProbe: { httpGet: { path: '/ready', port: 8000 }, periodSeconds: 1 },
              resources: { requests: { cpu: '50m', memory: '64Mi' }, limits: { memory: '512Mi' } },
              ...container,
            },
          ],
        },
      },
    },
  };
}

/** Both slots with their Services, blue live and looked after by the autoscaler; waits until both are ready. */
export async function deploySlots(cluster: ClusterUnderTest, namespace: string, tag = '1.0.0'): Promise<void> {
  const [core, apps] = [`/api/v1/namespaces/${namespace}`, `/apis/apps/v1/namespaces/${namespace}`];
  const services = [
    service('detection-api-service', labels('blue'), 8000),
    service('detection-api-blue', labels('blue'), 8000),
    service('detection-api-green', labels('green'), 8000),
    service('detection-api-headless', { app: 'detection-api' }, 8000),
  ];
  for (const one of services) await cluster.post(`${core}/services`, one);
  for (const one of ['blue', 'green'] as const) await cluster.post(`${apps}/deployments`, slot(one, tag));
  await cluster.post(`/apis/autoscaling/v2/namespaces/${namespace}/horizontalpodautoscalers`, {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'detection-api-hpa' },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'detection-api-blue' },
      minReplicas: 1,
      maxReplicas: 2,
      metrics: [
        { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 70 } } },
      ],
    },
  });
  for (const one of ['blue', 'green'])
    await cluster.until(`${apps}/deployments/detection-api-${one}`, ({ body }) => body.status?.readyReplicas === 1, {
      withinMs: 50_000,
    });
}
