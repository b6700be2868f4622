import { afterAll, describe, expect, it } from 'vitest';
import { openCluster } from '../../support/cluster.ts';
import { diagnoseFor, untilFirst } from '../../support/diagnose-for.ts';
import { put } from '../../support/injected-faults.ts';
import { slot } from '../../support/slots.ts';
import { connectTo } from '../../support/steps.ts';
import { service } from '../../support/tars-parts.ts';

const cluster = await openCluster({ speed: 20 });
afterAll(() => cluster.close());

const blue = { app: 'detection-api', slot: 'blue' };
const scaler = (name: string, cpu = true) => ({
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name: 'detection-api-hpa' },
  spec: {
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name },
    maxReplicas: 2,
    metrics: [
      {
        type: 'Resource',
        resource: { name: cpu ? 'cpu' : 'memory', target: { type: 'Utilization', averageUtilization: 70 } },
      },
    ],
  },
});
const ingress = (backend: object, ingressClassName = 'nginx') => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: { name: 'detection-api-ingress' },
  spec: {
    ingressClassName,
    rules: [{ host: 'd.local', http: { paths: [{ path: '/', pathType: 'Prefix', backend: { service: backend } }] } }],
  },
});
const own = service('detection-api-service', blue, 8000);

const faults = [
  {
    fault: 'an autoscaler whose workload does not exist',
    playbook: 'cluster/diagnose-autoscaler',
    id: 'autoscaler-target-missing',
    objects: [scaler('gone')],
    says: /Deployment\/gone/,
  },
  {
    fault: 'containers that do not say what they ask for',
    playbook: 'cluster/diagnose-autoscaler',
    id: 'requests-missing',
    objects: [slot('blue', '1.0.0', {}, { resources: {} }), scaler('detection-api-blue')],
    says: /asks for no cpu/,
  },
  {
    fault: 'a rule that leads to no Service',
    playbook: 'cluster/diagnose-ingress',
    id: 'route-service-missing',
    objects: [own, ingress({ name: 'detection-apy', port: { number: 8000 } })],
    says: /detection-apy/,
  },
  {
    fault: 'a rule that names a port which the Service does not have',
    playbook: 'cluster/diagnose-ingress',
    id: 'route-port-missing',
    objects: [own, ingress({ name: 'detection-api-service', port: { number: 80 } })],
    says: /8000/,
  },
  {
    fault: 'a class of no controller',
    playbook: 'cluster/diagnose-ingress',
    id: 'route-class-missing',
    objects: [
      slot('blue', '1.0.0'),
      own,
      ingress({ name: 'detection-api-service', port: { number: 8000 } }, 'nowhere'),
    ],
    says: /nowhere/,
  },
  {
    fault: 'an image that its registry does not have, and its own repair',
    playbook: 'cluster/diagnose-pods',
    id: 'image-missing',
    objects: [{ ...slot('blue', '1.0.0'), ...outcome('image-missing') }],
    says: /not found/,
  },
  {
    fault: 'a TAK server of which there is no Secret',
    playbook: 'detection-api/diagnose-tak',
    id: 'tak-secret-missing',
    objects: [slot('blue', '1.0.0'), own],
    says: /tak-server-credentials/,
  },
];

function outcome(name: string) {
  const { spec } = slot('blue', '1.0.0');
  const metadata = { ...spec.template.metadata, annotations: { 'tars-console.dev/outcome': name } };
  return { spec: { ...spec, template: { ...spec.template, metadata } } };
}

describe.concurrent('Troubleshoot: what was put into the cluster is named first, for any system', () => {
  for (const { fault, playbook, id, objects, says } of faults)
    it(fault, async () => {
      const namespace = await cluster.namespace();
      const connection = await connectTo(cluster, namespace);
      try {
        await put(cluster, namespace, objects);
        const found = await untilFirst(connection, { system: 'detection-api', playbook, id });
        expect(found[0]?.id, JSON.stringify(found, null, 1)).toBe(id);
        expect(JSON.stringify(found[0])).toMatch(says);
        expect(found[0]?.cause).toBeTruthy();
        expect(found[0]?.repair).toBeTruthy();
      } finally {
        connection.close();
      }
    }, 90_000);
});

it('Troubleshoot: a slot that rests beside a live one is no fault', async () => {
  const namespace = await cluster.namespace();
  const connection = await connectTo(cluster, namespace);
  const headless = service('detection-api-headless', { app: 'detection-api' }, 8000);
  await put(cluster, namespace, [own, headless, slot('blue', '1.0.0'), slot('green', '1.0.0', { replicas: 0 })]);
  await cluster.until(
    `/apis/apps/v1/namespaces/${namespace}/deployments/detection-api-blue`,
    ({ body }) => body.status?.readyReplicas === 1,
    { withinMs: 50_000 },
  );
  const found = await diagnoseFor(connection, 'detection-api', 'cluster/diagnose-pods');
  expect(found.filter(({ id }) => id !== 'not-deployed')).toEqual([]);
  connection.close();
});
