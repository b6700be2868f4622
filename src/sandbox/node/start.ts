import type { KubeletApi } from '../api/delegates.ts';
import type { ApiClient } from '../client.ts';
import { createInformer } from '../informer.ts';
import type { Pace } from '../pace.ts';
import { type Folder, folder } from '../workloads/files/entries.ts';
import { createImageRules, type ImageRule } from '../workloads/image-rules.ts';
import { createAddressRange } from './addresses.ts';
import { type Balancer, createBalancer } from './balancer.ts';
import { createDelegates } from './delegates.ts';
import { createEventRecorder } from './events.ts';
import type { Host } from './host.ts';
import { createImageStore } from './images.ts';
import { type Kubelet, startKubelet } from './kubelet.ts';
import { startUsageMeter } from './metrics.ts';
import type { PodWorker } from './pod-worker.ts';
import { startProvisioner } from './provisioner.ts';
import { hostAddress, type NodeDefinition, registerNode } from './register.ts';
import { startRouter } from './router.ts';
import { createServiceTable } from './service-table.ts';

export interface NodesOptions {
  client: ApiClient;
  pace: Pace;
  /** How many nodes; 3 unless said. */
  nodes?: number;
  /** Of each node; 4 cores, 16 Gi, 100 Gi unless said. */
  cpu?: string;
  memory?: string;
  storage?: string;
  /** Images that fail. */
  images?: readonly ImageRule[] | undefined;
  /**
   * Serves the nodes' kubelet API to an API server outside of this process and returns its port on 127.0.0.1, which the
   * nodes then name as their own.
   */
  serveKubelets?: (api: KubeletApi) => Promise<number>;
}

/** How often metrics-server looks, on a cluster. */
const metricsPeriodMs = 15_000;

/**
 * The sandbox's machines: registers nodes, runs the pods that are bound to them, measures what they use, and routes Services
 * and Ingresses. All of it is a client of the API server, also of a real one. `delegates` answers what an API server
 * passes on to nodes: logs, metrics, proxies. `synced` resolves when the nodes are there and everything is being watched,
 * and rejects when the server refuses them.
 */
export function startNodes(options: NodesOptions) {
  const { client, pace } = options;
  const pods = createInformer(client, '/api/v1/pods');
  const services = createInformer(client, '/api/v1/services');
  const slices = createInformer(client, '/apis/discovery.k8s.io/v1/endpointslices');
  const ingresses = createInformer(client, '/apis/networking.k8s.io/v1/ingresses');
  const informers = [pods, services, slices, ingresses];
  const definitions = defineNodes(options);
  const kubelets: Kubelet[] = [];

  const workers = function* (): Generator<PodWorker> {
    for (const kubelet of kubelets) yield* kubelet.workers();
  };
  const table = createServiceTable(services, slices);
  const balancer = createBalancer(table, (address, port) => {
    for (const kubelet of kubelets) {
      const worker = kubelet.at(address, port);
      if (worker) return worker;
    }
    return undefined;
  });
  const storage = createStorage();
  const outcomeOf = createImageRules(options.images ?? []);
  for (const definition of definitions)
    kubelets.push(
      startKubelet(createHost(definition, { client, pace, balancer, storage: storage.folder, outcomeOf }), pods),
    );
  const stopRouter = startRouter({ client, services, ingresses, table, balancer });
  const provisioner = startProvisioner(client, (volume) => storage.forget(`volume/${volume}`));
  const windowMs = pace.shorten(metricsPeriodMs);
  const meter = startUsageMeter(workers, windowMs);
  const nodeNames = definitions.map((definition) => definition.name);
  const delegates = createDelegates({ workers, table, balancer, meter, nodeNames, windowMs });
  const port = delegates.kubelet && options.serveKubelets?.(delegates.kubelet);
  const registration = registerAll(client, definitions, port);

  return {
    delegates,
    synced: Promise.all([registration.done, provisioner.synced, ...informers.map((informer) => informer.synced)]).then(
      () => {},
    ),
    stop() {
      registration.end();
      meter.stop();
      stopRouter();
      provisioner.stop();
      table.stop();
      for (const kubelet of kubelets) kubelet.stop();
      for (const informer of informers) informer.stop();
    },
  };
}

/** What outlives a pod. */
function createStorage(): { folder: Host['storage']; forget(volume: string): void } {
  const folders = new Map<string, Folder>();
  return {
    folder(volume) {
      const found = folders.get(volume) ?? folder(0o777);
      folders.set(volume, found);
      return found;
    },
    forget: (volume) => void folders.delete(volume),
  };
}

type HostParts = Pick<Host, 'client' | 'pace' | 'storage' | 'outcomeOf'> & { balancer: Balancer };

function createHost(node: NodeDefinition, { client, pace, balancer, storage, outcomeOf }: HostParts): Host {
  const addresses = createAddressRange(node.index);
  return {
    client,
    pace,
    node: node.name,
    hostIP: hostAddress(node.index),
    images: createImageStore(pace),
    events: createEventRecorder(client, node.name),
    takeAddress: addresses.take,
    freeAddress: addresses.free,
    dial: balancer.dial,
    resolve: balancer.resolve,
    storage,
    outcomeOf,
  };
}

function registerAll(client: ApiClient, definitions: readonly NodeDefinition[], port: Promise<number> | undefined) {
  const renewals: (() => void)[] = [];
  let ended = false;
  const register = async () => {
    const kubeletPort = await port;
    for (const definition of definitions) {
      const end = await registerNode(client, { ...definition, kubeletPort });
      if (ended) end();
      else renewals.push(end);
    }
  };
  return {
    done: register(),
    end() {
      ended = true;
      for (const end of renewals) end();
    },
  };
}

function defineNodes({ nodes = 3, cpu = '4', memory = '16Gi', storage = '100Gi' }: NodesOptions): NodeDefinition[] {
  return Array.from({ length: nodes }, (_, index) => ({ name: `node-${index + 1}`, index, cpu, memory, storage }));
}
