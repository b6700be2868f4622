import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Problem } from '../../../src/base/errors.ts';
import type { Connection } from '../../../src/cluster/connection.ts';
import { waitReady } from '../../../src/cluster/readiness/wait-ready.ts';
import type { KubernetesObject } from '../../../src/kubernetes/object.ts';
import { openCluster } from '../support/cluster.ts';
import { connectTo } from '../support/steps.ts';
import { webDeployment } from '../support/workloads.ts';

const cluster = await openCluster();
let connection: Connection;
let namespace = '';
const webhooks = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations';
const services = '/apis/apiregistration.k8s.io/v1/apiservices';
beforeAll(async () => {
  connection = await connectTo(cluster, await cluster.namespace());
  namespace = connection.info.namespace;
});
afterAll(async () => {
  if (cluster.ours) await cluster.remove(`${webhooks}/${namespace}`);
  connection.close();
  await cluster.close();
});

async function ending(object: KubernetesObject): Promise<Problem | 'ready'> {
  return waitReady(connection, [object], { graceMs: 100, timeoutMs: 30_000 }).then(
    () => 'ready' as const,
    (error: Problem) => error,
  );
}

/** It asks about nothing that there is: what is looked at is whether it could be asked. */
const webhook = (service: string, caBundle?: string) => ({
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'ValidatingWebhookConfiguration',
  metadata: { name: namespace },
  webhooks: [
    {
      name: 'check.example.com',
      rules: [
        { apiGroups: ['nothing.example.com'], apiVersions: ['v1'], operations: ['CREATE'], resources: ['things'] },
      ],
      clientConfig: { service: { name: service, namespace, port: 80 }, ...(caBundle ? { caBundle } : {}) },
      failurePolicy: 'Ignore',
      sideEffects: 'None',
      admissionReviewVersions: ['v1'],
    },
  ],
});

it.runIf(cluster.ours)(
  'a webhook says what it lacks: trust, its Service, endpoints; and is ready when it answers',
  async () => {
    const { body } = await cluster.post(webhooks, webhook('absent'));
    expect(await ending(body as KubernetesObject)).toMatchObject({ message: expect.stringContaining('no `caBundle`') });
    const put = async (service: string) => {
      const { webhooks: wanted } = webhook(service, Buffer.from(cluster.access.ca ?? '').toString('base64'));
      const {
        body: changed,
        text,
        status,
      } = await cluster.patch(`${webhooks}/${namespace}`, { webhooks: wanted }, 'merge-patch+json');
      expect(status, text).toBe(200);
      return ending(changed as KubernetesObject);
    };
    expect(await put('absent')).toMatchObject({
      message: expect.stringContaining(`its Service ${namespace}/absent does not exist`),
    });
    await cluster.post(`/api/v1/namespaces/${namespace}/services`, {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'door' },
      spec: { selector: { app: 'door' }, ports: [{ port: 80 }] },
    });
    expect(await put('door')).toMatchObject({
      message: expect.stringContaining(`no endpoint of its Service ${namespace}/door is ready`),
    });
    const made = await cluster.post(`/apis/apps/v1/namespaces/${namespace}/deployments`, webDeployment('door'));
    await waitReady(connection, [made.body as KubernetesObject], { timeoutMs: 30_000 });
    await expect.poll(() => put('door'), { timeout: 20_000 }).toBe('ready');
  },
);

// The sandbox serves nobody else's API, and looks at none.
it.runIf(cluster.on === 'real')(
  'an aggregated API that nobody serves is told with what the server says of it',
  async () => {
    const name = `v1.${namespace}.example.com`;
    const { body, text, status } = await cluster.post(services, {
      apiVersion: 'apiregistration.k8s.io/v1',
      kind: 'APIService',
      metadata: { name },
      spec: {
        group: `${namespace}.example.com`,
        version: 'v1',
        groupPriorityMinimum: 100,
        versionPriority: 10,
        insecureSkipTLSVerify: true,
        service: { name: 'absent', namespace },
      },
    });
    expect(status, text).toBe(201);
    try {
      expect(await ending(body as KubernetesObject)).toMatchObject({
        message: expect.stringMatching(/its API is not served: .*absent/),
      });
    } finally {
      // A dead one holds every namespace that is being deleted.
      await cluster.remove(`${services}/${name}`);
    }
  },
);
