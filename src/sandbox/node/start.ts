import type { ApiClient } from '../client.ts';
import { createInformer } from '../informer.ts';
import type { Pace } from '../pace.ts';
import { createAddressRange } from './addresses.ts';
import { createDelegates } from './delegates.ts';
import { createEventRecorder } from './events.ts';
import { createImageStore } from './images.ts';
import { type Kubelet, startKubelet } from './kubelet.ts';
import { startUsageMeter } from './metrics.ts';
import type { PodWorker } from './pod-worker.ts';
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
}

/** How often metrics-server looks, on a cluster. */
const metricsPeriodMs = 15_000;

/**
 * The sandbox's machines: registers nodes, runs the pods that are bound to them, measures what they use, and routes Services
 * and Ingresses. All of it is a client of the API server, also of a real one. `delegates` answers what an API server
 * passes on to nodes: logs, exec, metrics, proxies.
 */
export function startNodes(options: NodesOptions) {
  const { client, pace } = options;
  const pods = createInformer(client, '/api/v1/pods');
  const services = createInformer(client, '/api/v1/services');
  const slices = createInformer(client, '/apis/discovery.k8s.io/v1/endpointslices');
  const ingresses = createInformer(client, '/apis/networking.k8s.io/v1/ingresses');
  const definitions = defineNodes(options);
  const kubelets: Kubelet[] = [];
  const stops: (() => void)[] = [];
  let stopped = false;

  const workers = function* (): Generator<PodWorker> {
    for (const kubelet of kubelets) yield* kubelet.workers();
  };
  const podAt = (address: string) => {
    for (const kubelet of kubelets) {
      const worker = kubelet.at(address);
      if (worker) return worker;
    }
    return undefined;
  };
  const table = createServiceTable(services, slices);
  const router = startRouter({ client, services, ingresses, table, podAt });
  for (const { name, index } of definitions) {
    const addresses = createAddressRange(index);
    const host = {
      client,
      pace,
      node: name,
      hostIP: hostAddress(index),
      images: createImageStore(pace),
      events: createEventRecorder(client, name),
      takeAddress: addresses.take,
      freeAddress: addresses.free,
      dial: router.dial,
    };
    kubelets.push(startKubelet(host, pods));
  }
  const meter = startUsageMeter(workers, pace.shorten(metricsPeriodMs));

  const register = async () => {
    for (const definition of definitions) {
      const end = await registerNode(client, definition);
      if (stopped) end();
      else stops.push(end);
    }
  };
  const synced = Promise.all([register(), pods.synced, services.synced, slices.synced, ingresses.synced]).then(
    () => {},
  );
  const nodeNames = definitions.map((definition) => definition.name);
  const windowMs = pace.shorten(metricsPeriodMs);

  return {
    delegates: createDelegates({ workers, table, router, meter, nodeNames, windowMs }),
    /** Resolves when the nodes are there and everything is being watched. Rejects when the server refuses them. */
    synced,
    stop() {
      stopped = true;
      for (const end of stops) end();
      meter.stop();
      router.stop();
      table.stop();
      for (const kubelet of kubelets) kubelet.stop();
      for (const informer of [pods, services, slices, ingresses]) informer.stop();
    },
  };
}

function defineNodes({ nodes = 3, cpu = '4', memory = '16Gi', storage = '100Gi' }: NodesOptions): NodeDefinition[] {
  return Array.from({ length: nodes }, (_, index) => ({ name: `node-${index + 1}`, index, cpu, memory, storage }));
}
