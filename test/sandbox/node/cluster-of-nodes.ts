import { afterEach } from 'vitest';
import type { KubernetesObject } from '../../../src/kubernetes/object.ts';
import type { ContainerSpec, Pod, PodSpec } from '../../../src/sandbox/node/pod.ts';
import { startNodes } from '../../../src/sandbox/node/start.ts';
import { createPace } from '../../../src/sandbox/pace.ts';
import type { ImageRule } from '../../../src/sandbox/workloads/image-rules.ts';
import { createMemoryApi } from './memory-api.ts';

let stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops) stop();
  stops = [];
});

/** Nodes on an API in memory; pods are bound by hand, EndpointSlices are written by hand. */
export async function startTestNodes(speed = 100, images: readonly ImageRule[] = []) {
  const api = createMemoryApi();
  const nodes = startNodes({ client: api.client, pace: createPace(speed), nodes: 2, images });
  stops.push(nodes.stop);
  await nodes.synced;
  const path = (name: string) => `/api/v1/namespaces/tars/pods/${name}`;
  return {
    api,
    nodes,
    path,
    pod: (name: string) => api.get<Pod>(path(name)),
    async addPod(name: string, container: Partial<ContainerSpec>, spec: Partial<PodSpec> = {}, annotations = {}) {
      await api.client.create('/api/v1/namespaces/tars/pods', {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name, namespace: 'tars', labels: { app: name }, annotations },
        spec: { nodeName: 'node-1', containers: [{ name: 'main', image: 'web:1', ...container }], ...spec },
        status: { phase: 'Pending', conditions: [{ type: 'PodScheduled', status: 'True' }] },
      });
    },
    /** A Service with these pods behind it. */
    addService(name: string, port: number, targets: { ip: string; port: number; ready?: boolean }[]) {
      api.put(`/api/v1/namespaces/tars/services/${name}`, {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name, namespace: 'tars' },
        spec: { selector: { app: name }, clusterIP: '10.96.0.9', ports: [{ port }] },
      });
      setEndpoints(api, name, targets);
    },
    setEndpoints: (name: string, targets: { ip: string; port: number; ready?: boolean }[]) =>
      setEndpoints(api, name, targets),
    events: (reason?: string) =>
      api
        .list<KubernetesObject & { reason: string; message: string; count: number; type: string }>('/api/v1/events')
        .filter((event) => reason === undefined || event.reason === reason),
  };
}

function setEndpoints(
  api: ReturnType<typeof createMemoryApi>,
  name: string,
  targets: { ip: string; port: number; ready?: boolean }[],
): void {
  const [first] = targets;
  api.put(`/apis/discovery.k8s.io/v1/namespaces/tars/endpointslices/${name}-1`, {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: `${name}-1`, namespace: 'tars', labels: { 'kubernetes.io/service-name': name } },
    ports: [{ port: first?.port ?? 80 }],
    endpoints: targets.map(({ ip, ready = true }) => ({ addresses: [ip], conditions: { ready } })),
  });
}
