import { equal, isObject, type Json, listAt, objectAt } from './json.ts';

const isBalancer = (spec: Json) => spec.type === 'LoadBalancer';
const hasNodePorts = (spec: Json) => spec.type === 'NodePort' || isBalancer(spec);
const hasAddress = (spec: Json) => spec.type !== 'ExternalName';
const isReached = (spec: Json) => hasNodePorts(spec) || (hasAddress(spec) && listAt(spec, 'externalIPs').length > 0);
const hasHealthPort = (spec: Json) => isBalancer(spec) && spec.externalTrafficPolicy === 'Local';

/** What only some Services have, and the fields that go when one becomes another. */
const parts: readonly [applies: (spec: Json) => boolean, fields: readonly string[]][] = [
  [hasAddress, ['clusterIP', 'clusterIPs', 'ipFamilies', 'ipFamilyPolicy', 'internalTrafficPolicy']],
  [hasHealthPort, ['healthCheckNodePort']],
  [isBalancer, ['allocateLoadBalancerNodePorts', 'loadBalancerClass']],
  [isReached, ['externalTrafficPolicy']],
];

/**
 * Takes out of a Service that changes its type what the new type does not have, as far as the client left it as it was
 * (`pkg/registry/core/service/strategy.go dropTypeDependentFields`). Changes the object.
 */
export function dropOfOldType(service: unknown, current: unknown): void {
  const [spec, before] = [objectAt(service, 'spec'), objectAt(current, 'spec')];
  for (const [applies, fields] of parts)
    if (applies(before) && !applies(spec))
      for (const field of fields) if (equal(spec[field], before[field])) delete spec[field];
  if (!hasNodePorts(before) || hasNodePorts(spec)) return;
  const known = new Set(listAt(before, 'ports').map((port) => objectAt(port).nodePort));
  const ports = listAt(spec, 'ports').filter(isObject);
  // A port that the client chose anew stays, and is refused.
  if (ports.every(({ nodePort }) => nodePort === undefined || known.has(nodePort)))
    for (const port of ports) delete port.nodePort;
}
