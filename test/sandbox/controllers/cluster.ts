import { onTestFinished } from 'vitest';
import type { KubernetesObject } from '../../../src/kubernetes/object.ts';
import type { Delegates } from '../../../src/sandbox/api/delegates.ts';
import type { ApiClient } from '../../../src/sandbox/client.ts';
import { startControllers } from '../../../src/sandbox/controllers/start.ts';
import { startProvisioner } from '../../../src/sandbox/node/provisioner.ts';
import { createPace } from '../../../src/sandbox/pace.ts';
import { startTestApiServer } from '../../support/sandbox.ts';
import { type FakeKubelet, startFakeKubelet } from './fake-kubelet.ts';

export interface Cluster {
  client: ApiClient;
  kubelet: FakeKubelet;
  /** What controllers had to try again, conflicts left out. */
  problems: string[];
  apply(...objects: object[]): Promise<void>;
  list(path: string): Promise<KubernetesObject[]>;
  /** Events as `reason: message`. */
  events(): Promise<string[]>;
}

/** An API server with all controllers and two nodes of 4 cores; all is gone after the test. */
export async function startCluster(
  options: { speed?: number; nodes?: number; delegates?: Delegates } = {},
): Promise<Cluster> {
  const { speed = 20, nodes = 2 } = options;
  const api = await startTestApiServer(options.delegates);
  const { client } = api;
  for (let number = 1; number <= nodes; number += 1) await client.create('/api/v1/nodes', node(`node-${number}`));
  const problems: string[] = [];
  const controllers = startControllers(client, createPace(speed), (error) => problems.push(error.message));
  const kubelet = await startFakeKubelet(client);
  const provisioner = startProvisioner(client);
  await Promise.all([controllers.synced, provisioner.synced]);
  onTestFinished(async () => {
    kubelet.stop();
    provisioner.stop();
    controllers.stop();
    await api.close();
  });
  const list = async (path: string) => (await client.get<{ items: KubernetesObject[] }>(path)).items;
  return {
    client,
    kubelet,
    problems,
    list,
    async apply(...objects) {
      for (const object of objects) await client.create(collectionOf(object as KubernetesObject), object);
    },
    async events() {
      const found = await list('/api/v1/events');
      return found.map(({ reason, message }) => `${reason}: ${message}`);
    },
  };
}

function collectionOf({ apiVersion, kind, metadata }: KubernetesObject): string {
  const base = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const plural = `${kind.toLowerCase()}${kind.endsWith('s') ? 'es' : 's'}`;
  return metadata.namespace ? `${base}/namespaces/${metadata.namespace}/${plural}` : `${base}/${plural}`;
}

export function node(name: string, resources: Record<string, string> = {}): object {
  const allocatable = { cpu: '4', memory: '8Gi', pods: '110', ...resources };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: { 'kubernetes.io/hostname': name } },
    status: { allocatable, capacity: allocatable, conditions: [{ type: 'Ready', status: 'True' }] },
  };
}

export function template(app: string, image = 'web:1', cpu = '100m'): Record<string, unknown> {
  return {
    metadata: { labels: { app } },
    spec: { containers: [{ name: 'web', image, resources: { requests: { cpu } } }] },
  };
}

export function deployment(name: string, replicas: number, spec: object = {}): KubernetesObject {
  const selector = { matchLabels: { app: name } };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'default' },
    spec: { replicas, selector, template: template(name), ...spec },
  };
}
