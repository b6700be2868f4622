import { fill, isObject, type Json, listAt } from '../json.ts';

/** `pkg/apis/core/v1/defaults.go SetDefaults_Service`; the cluster IP is allocated elsewhere. */
export function defaultService(spec: Json): void {
  fill(spec, 'type', 'ClusterIP');
  fill(spec, 'sessionAffinity', 'None');
  for (const port of listAt(spec, 'ports').filter(isObject)) {
    fill(port, 'protocol', 'TCP');
    if (!port.targetPort) port.targetPort = port.port;
  }
  if (spec.sessionAffinity === 'ClientIP')
    fill(spec, 'sessionAffinityConfig', { clientIP: { timeoutSeconds: 10_800 } });
  if (spec.type === 'ExternalName') return;
  fill(spec, 'internalTrafficPolicy', 'Cluster');
  if (spec.type === 'NodePort' || spec.type === 'LoadBalancer') fill(spec, 'externalTrafficPolicy', 'Cluster');
  if (spec.type === 'LoadBalancer') fill(spec, 'allocateLoadBalancerNodePorts', true);
}

export function defaultNetworkPolicy(spec: Json): void {
  fill(spec, 'policyTypes', spec.egress === undefined ? ['Ingress'] : ['Ingress', 'Egress']);
}
