import { timestamp, withCondition } from '../../kubernetes/condition.ts';
import { asNode, type Node } from '../../kubernetes/node.ts';
import { taintsByConditions } from '../../kubernetes/node-taints.ts';
import { asPod, isPodReady } from '../../kubernetes/pod.ts';
import { type Controller, type ControllerContext, runController } from './controller.ts';
import { indexBy, onNode } from './object-index.ts';
import { objectPath } from './resource-paths.ts';

const leasesPath = '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases';
/** A node that was silent for longer is lost; how often that is looked at. No request is sent for it. */
const graceMs = 50_000;
const lookMs = 5_000;

/**
 * Taints nodes by their conditions and their cordon, and gives up on those whose Lease is not renewed
 * (`pkg/controller/nodelifecycle/node_lifecycle_controller.go`). A node that never had a Lease is left alone.
 */
export function startNodeLifecycleController(context: ControllerContext): Controller {
  const { client } = context;
  const nodes = context.informer('nodes');
  const leases = context.informerAt(leasesPath);
  const pods = context.informer('pods');
  const podsOn = indexBy(pods, onNode);
  const record = context.recorder('node-controller');
  const heard = new Map<string, number>();

  const sync = async (name: string) => {
    const found = nodes.get(undefined, name);
    if (!found) return void heard.delete(name);
    const node = asNode(found);
    if (isSilent(name) && readyOf(node) !== 'Unknown') return giveUp(node);
    const taints = taintsByConditions(node, timestamp(Date.now()));
    if (!taints) return;
    const { resourceVersion } = node.metadata;
    await client.patch(
      objectPath('nodes', node.metadata),
      { metadata: { resourceVersion }, spec: { taints } },
      'merge',
    );
  };

  const isSilent = (name: string) => {
    const last = heard.get(name);
    return last !== undefined && performance.now() - last > graceMs;
  };

  const giveUp = async (node: Node) => {
    const { name } = node.metadata;
    const now = timestamp(Date.now());
    const lost = {
      status: 'Unknown' as const,
      reason: 'NodeStatusUnknown',
      message: 'Kubelet stopped posting node status.',
    };
    const types = ['Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure'];
    const conditions = types.reduce(
      (list, type) => withCondition(list, { type, ...lost }, now),
      node.status?.conditions ?? [],
    );
    await client.patch(objectPath('nodes', node.metadata, 'status'), { status: { conditions } }, 'merge');
    record(node, 'Normal', 'NodeNotReady', `Node ${name} status is now: NodeNotReady`);
    for (const pod of podsOn.get(name).map(asPod).filter(isPodReady)) {
      const unready = withCondition(pod.status?.conditions, { type: 'Ready', status: 'False' }, now);
      await client.patch(objectPath('pods', pod.metadata, 'status'), { status: { conditions: unready } }, 'merge');
      record(pod, 'Warning', 'NodeNotReady', 'Node is not ready');
    }
  };

  const controller = runController(context, {
    name: 'node-lifecycle',
    inputs: [
      { informer: nodes, keys: ({ metadata }) => [metadata.name] },
      {
        informer: leases,
        keys: ({ metadata }, { type }) => {
          if (type === 'deleted') heard.delete(metadata.name);
          else heard.set(metadata.name, performance.now());
          return [];
        },
      },
    ],
    sync,
  });
  const timer = setInterval(() => {
    for (const name of heard.keys())
      if (isSilent(name)) void sync(name).catch((error) => context.onError('node-lifecycle', name, error));
  }, lookMs);
  return {
    synced: controller.synced,
    stop() {
      clearInterval(timer);
      controller.stop();
    },
  };
}

function readyOf(node: Node): string | undefined {
  return node.status?.conditions?.find(({ type }) => type === 'Ready')?.status;
}
