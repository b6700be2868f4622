import { afterAll, expect, it } from 'vitest';
import { openCluster } from '../../support/cluster.ts';
import { diagnose } from '../../support/diagnose.ts';
import { openPlaybook } from '../../support/run-playbook.ts';
import { connectTo } from '../../support/steps.ts';

const cluster = await openCluster({ speed: 20 });
afterAll(() => cluster.close());

const all = ['pods', 'backend', 'certificate', 'latency', 'rate-limits'];

it('Troubleshoot › Everything: a healthy T.A.R.S. has no finding, and a webhook that is down is the first one', async () => {
  const namespace = await cluster.namespace();
  const connection = await connectTo(cluster, namespace);
  const deploy = await openPlaybook(connection, 'tars/configure-secrets', {});
  expect((await deploy.run(await deploy.plan())).status).toBe('done');
  const applications = await openPlaybook(connection, 'tars/deploy', {});
  expect((await applications.run(await applications.plan())).status).toBe('done');
  // Nobody issues certificates for tars.local: with one of its own it asks nobody.
  const ingress = `/apis/networking.k8s.io/v1/namespaces/${namespace}/ingresses/tars-ingress`;
  const annotations = { 'cert-manager.io/cluster-issuer': null };
  await cluster.patch(ingress, { metadata: { annotations } }, 'merge-patch+json');
  const scaler = `/apis/autoscaling/v2/namespaces/${namespace}/horizontalpodautoscalers/tars-backend`;
  const isActive = ({ type, status }: { type: string; status: string }) =>
    type === 'ScalingActive' && status === 'True';
  await cluster.until(scaler, ({ body }) => body.status?.conditions?.some(isActive), { withinMs: 120_000 });
  const found = await diagnose(connection, ...all);
  // A bare control plane gives no Ingress an address.
  expect(found.filter(({ id }) => id !== 'ingress-no-address' || cluster.on === 'sandbox')).toEqual([]);

  const path = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations';
  await cluster.post(path, {
    metadata: { name: namespace },
    webhooks: [
      {
        name: 'judge.example.com',
        clientConfig: { service: { name: 'judge', namespace } },
        rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }],
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
        sideEffects: 'None',
        admissionReviewVersions: ['v1'],
        timeoutSeconds: 1,
      },
    ],
  });
  try {
    const pods = `/api/v1/namespaces/${namespace}/pods`;
    await cluster.remove(pods, undefined, { query: { labelSelector: 'app=chromadb' } });
    const deadline = Date.now() + 60_000;
    let [first] = await diagnose(connection, ...all);
    while (first?.id !== 'webhook-silent' && Date.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 500));
      [first] = await diagnose(connection, ...all);
    }
    expect(first).toMatchObject({ id: 'webhook-silent', level: 'fatal' });
    expect(JSON.stringify(first)).toMatch(/judge\.example\.com/);
  } finally {
    await cluster.remove(`${path}/${namespace}`);
    connection.close();
  }
}, 300_000);
