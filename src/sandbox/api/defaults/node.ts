import { fill, isObject, type Json, objectAt } from '../json.ts';

const noInfo = Object.fromEntries(
  [
    'architecture',
    'bootID',
    'containerRuntimeVersion',
    'kernelVersion',
    'kubeProxyVersion',
    'kubeletVersion',
    'machineID',
    'operatingSystem',
    'osImage',
    'systemUUID',
  ].map((name) => [name, '']),
);

/** What can be allocated is all there is (`pkg/apis/core/v1/defaults.go SetDefaults_NodeStatus`); the pod's range is also a list. */
export function defaultNode(node: Json): void {
  const { spec } = node;
  if (isObject(spec) && typeof spec.podCIDR === 'string') fill(spec, 'podCIDRs', [spec.podCIDR]);
  fill(node, 'status', {});
  const status = objectAt(node, 'status');
  if (isObject(status.capacity)) fill(status, 'allocatable', { ...status.capacity });
  fill(status, 'daemonEndpoints', { kubeletEndpoint: { Port: 0 } });
  status.nodeInfo = { ...noInfo, ...objectAt(status, 'nodeInfo') };
}
