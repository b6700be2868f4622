import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { AggregatedApi } from '../../../src/sandbox/api/delegates.ts';
import { createApiClient } from '../../../src/sandbox/client.ts';
import { serveKubeletApi } from '../../../src/sandbox/node/kubelet-api/serve.ts';
import { startNodes } from '../../../src/sandbox/node/start.ts';
import { createPace } from '../../../src/sandbox/pace.ts';
import { defaultClasses } from '../../../src/sandbox/seed.ts';
import type { ControlPlane } from './start.ts';

/** The same speed on both servers, so that pods start equally fast. */
const nodeSpeed = 5;

const metricsGroup = 'metrics.k8s.io/v1beta1';

/**
 * Joins the sandbox's nodes to a real control plane, with a storage class, an ingress class and the metrics API through the
 * aggregation layer: what a cluster has besides its control plane.
 */
export async function joinNodes(plane: ControlPlane): Promise<() => Promise<void>> {
  const client = createApiClient({ server: plane.server, ca: plane.ca, token: plane.token, userAgent: 'kubelet' });
  const read = (name: string) => readFileSync(join(plane.folder, name));
  let kubelets: { port: number; close(): void } | undefined;
  const nodes = startNodes({
    client,
    pace: createPace(nodeSpeed),
    nodes: 3,
    cpu: '8',
    memory: '16Gi',
    storage: '100Gi',
    serveKubelets: async (api) => {
      kubelets = await serveKubeletApi(api, {
        cert: read('server.crt'),
        key: read('server.key'),
        ca: read('ca.crt'),
        client: 'admin',
      });
      return kubelets.port;
    },
  });
  const metrics = nodes.delegates.aggregated?.[metricsGroup];
  if (!metrics) throw new Error('the nodes serve no metrics');
  const server = await serveMetrics(plane, metrics);
  const { port } = server.address() as AddressInfo;
  for (const { path, object } of furniture(port)) await client.create(path, object);
  await nodes.synced;
  return async () => {
    nodes.stop();
    kubelets?.close();
    client.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
}

function serveMetrics(plane: ControlPlane, metrics: AggregatedApi): Promise<Server> {
  const read = (name: string) => readFileSync(join(plane.folder, name));
  const root = `/apis/${metricsGroup}`;
  const server = createServer({ cert: read('server.crt'), key: read('server.key') }, async (request, response) => {
    const url = new URL(request.url ?? '/', 'https://metrics');
    const answer = url.pathname.startsWith(`${root}/`)
      ? await metrics.get(url.pathname.slice(root.length), url.searchParams)
      : { status: 200, body: resourceList(metrics) };
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(JSON.stringify(answer.body));
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

function resourceList(metrics: AggregatedApi) {
  const resources = metrics.resources.map(({ plural, singular, ...resource }) => ({
    ...resource,
    name: plural,
    singularName: singular,
  }));
  return { kind: 'APIResourceList', apiVersion: 'v1', groupVersion: metricsGroup, resources };
}

function furniture(metricsPort: number): { path: string; object: unknown }[] {
  return [
    ...defaultClasses,
    {
      path: '/api/v1/namespaces/kube-system/services',
      object: {
        metadata: { name: 'metrics-server' },
        spec: { type: 'ExternalName', externalName: 'localhost', ports: [{ port: metricsPort }] },
      },
    },
    {
      path: '/apis/apiregistration.k8s.io/v1/apiservices',
      object: {
        metadata: { name: 'v1beta1.metrics.k8s.io' },
        spec: {
          group: 'metrics.k8s.io',
          version: 'v1beta1',
          groupPriorityMinimum: 100,
          versionPriority: 100,
          insecureSkipTLSVerify: true,
          service: { namespace: 'kube-system', name: 'metrics-server', port: metricsPort },
        },
      },
    },
  ];
}
