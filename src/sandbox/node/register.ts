import type { KubernetesObject } from '../../kubernetes/object.ts';
import { type ApiClient, answered } from '../client.ts';
import { kubernetesVersion } from '../version.ts';
import { timestamp } from './pod.ts';

export interface NodeDefinition {
  name: string;
  /** From 0; decides the addresses. */
  index: number;
  cpu: string;
  memory: string;
  storage: string;
  /** Where its kubelet API can be reached; nobody can without one. */
  kubeletPort?: number | undefined;
}

export const hostAddress = (index: number) => `172.18.0.${index + 2}`;

/** How often the Lease is renewed: the control plane calls a node lost 40 s after the last time. */
const renewMs = 20_000;

/** Puts the Node there, Ready, and keeps its Lease. Returns what ends the renewals. */
export async function registerNode(client: ApiClient, node: NodeDefinition): Promise<() => void> {
  const object = nodeObject(node);
  try {
    await client.create('/api/v1/nodes', object);
  } catch (error) {
    if (!answered(error, 409)) throw error;
  }
  await client.patch(`/api/v1/nodes/${node.name}/status`, { status: nodeStatus(node) }, 'strategic');
  await renewLease(client, node.name).catch(() => {});
  const timer = setInterval(() => void renewLease(client, node.name).catch(() => {}), renewMs);
  return () => clearInterval(timer);
}

function nodeObject(node: NodeDefinition): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name: node.name,
      labels: {
        'kubernetes.io/hostname': node.name,
        'kubernetes.io/os': 'linux',
        'kubernetes.io/arch': 'amd64',
        'beta.kubernetes.io/os': 'linux',
        'beta.kubernetes.io/arch': 'amd64',
        ...(node.index === 0 ? { 'node-role.kubernetes.io/control-plane': '' } : {}),
      },
      annotations: { 'tars-console.dev/sandbox': 'true' },
    },
    spec: { podCIDR: `10.244.${node.index}.0/24`, podCIDRs: [`10.244.${node.index}.0/24`] },
  };
}

function nodeStatus(node: NodeDefinition): Record<string, unknown> {
  const resources = { cpu: node.cpu, memory: node.memory, 'ephemeral-storage': node.storage, pods: '110' };
  const now = timestamp(Date.now());
  const condition = (type: string, status: string, reason: string, message: string) => ({
    type,
    status,
    reason,
    message,
    lastHeartbeatTime: now,
    lastTransitionTime: now,
  });
  return {
    capacity: resources,
    allocatable: resources,
    addresses: [
      { type: 'InternalIP', address: node.kubeletPort ? '127.0.0.1' : hostAddress(node.index) },
      { type: 'Hostname', address: node.name },
    ],
    conditions: [
      condition('MemoryPressure', 'False', 'KubeletHasSufficientMemory', 'kubelet has sufficient memory available'),
      condition('DiskPressure', 'False', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'),
      condition('PIDPressure', 'False', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'),
      condition('Ready', 'True', 'KubeletReady', 'kubelet is posting ready status'),
    ],
    nodeInfo: {
      architecture: 'amd64',
      operatingSystem: 'linux',
      osImage: 'tars-console sandbox',
      kernelVersion: 'embedded',
      containerRuntimeVersion: 'containerd://2.0.0-sandbox',
      kubeletVersion: kubernetesVersion,
      kubeProxyVersion: '',
      machineID: node.name,
      systemUUID: node.name,
      bootID: node.name,
    },
    daemonEndpoints: { kubeletEndpoint: { Port: node.kubeletPort ?? 10250 } },
    // The API server then passes WebSockets on as they are, and does not turn them into SPDY (`pkg/registry/core/pod/rest/subresources.go`).
    declaredFeatures: ['ExtendWebSocketsToKubelet'],
  };
}

async function renewLease(client: ApiClient, name: string): Promise<void> {
  const base = '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases';
  const renewTime = new Date().toISOString().replace('Z', '000Z');
  const spec = { holderIdentity: name, leaseDurationSeconds: 40, renewTime };
  try {
    await client.patch(`${base}/${name}`, { spec }, 'merge');
  } catch (error) {
    if (!answered(error, 404)) throw error;
    const lease = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name }, spec };
    await client.create(base, lease);
  }
}
