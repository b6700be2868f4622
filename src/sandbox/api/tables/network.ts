import type { KubernetesObject } from '../../../kubernetes/object.ts';
import { isObject, listAt, numberAt, objectAt, textAt } from '../json.ts';
import { ageColumn, column, labelText, nameColumn, selectorText, text, wide } from './columns.ts';

export const serviceColumns = [
  nameColumn,
  text('Type', 'spec', 'type'),
  column('Cluster-IP', (service) => textAt(service, 'spec', 'clusterIP') || '<none>'),
  column('External-IP', externalAddress),
  column('Port(s)', (service) => {
    const ports = listAt(service, 'spec', 'ports').map((port) => {
      const node = numberAt(port, 'nodePort');
      return `${numberAt(port, 'port')}${node ? `:${node}` : ''}/${textAt(port, 'protocol')}`;
    });
    return ports.length > 0 ? ports.join(',') : '<none>';
  }),
  ageColumn,
  wide('Selector', (service) => labelText(objectAt(service, 'spec', 'selector'))),
];

function externalAddress(service: KubernetesObject): string {
  const type = textAt(service, 'spec', 'type');
  const extra = listAt(service, 'spec', 'externalIPs').map(String);
  if (type === 'ExternalName') return textAt(service, 'spec', 'externalName');
  const given = type === 'LoadBalancer' ? loadBalancerOf(service) : [];
  const all = [...given, ...extra];
  if (all.length > 0) return all.join(',');
  return type === 'LoadBalancer' ? '<pending>' : '<none>';
}

function loadBalancerOf(object: KubernetesObject): string[] {
  const entries = listAt(object, 'status', 'loadBalancer', 'ingress');
  return entries.map((one) => textAt(one, 'ip') || textAt(one, 'hostname'));
}

export const ingressColumns = [
  nameColumn,
  column('Class', (ingress) => textAt(ingress, 'spec', 'ingressClassName') || '<none>'),
  column('Hosts', (ingress) => {
    const hosts = listAt(ingress, 'spec', 'rules').map((rule) => textAt(rule, 'host') || '*');
    return hosts.length > 0 ? hosts.join(',') : '*';
  }),
  column('Address', (ingress) => loadBalancerOf(ingress).join(',')),
  column('Ports', (ingress) => (listAt(ingress, 'spec', 'tls').length > 0 ? '80, 443' : '80')),
  ageColumn,
];

export const ingressClassColumns = [
  nameColumn,
  text('Controller', 'spec', 'controller'),
  column('Parameters', (object) => textAt(object, 'spec', 'parameters', 'name') || '<none>'),
  ageColumn,
];

export const networkPolicyColumns = [
  nameColumn,
  column('Pod-Selector', (object) => selectorText(objectAt(object, 'spec', 'podSelector'))),
  ageColumn,
];

/** At most three addresses, as `formatEndpoints` does. */
export const endpointsColumns = [
  nameColumn,
  column('Endpoints', (object) => {
    const all = listAt(object, 'subsets').flatMap((subset) => {
      const addresses = listAt(subset, 'addresses').map((one) => textAt(one, 'ip'));
      const ports = listAt(subset, 'ports').map((one) => numberAt(one, 'port'));
      return ports.length === 0 ? addresses : ports.flatMap((port) => addresses.map((address) => `${address}:${port}`));
    });
    return shortened(all);
  }),
  ageColumn,
];

export const endpointSliceColumns = [
  nameColumn,
  column('AddressType', (object) => textAt(object, 'addressType')),
  column('Ports', (object) =>
    shortened(
      listAt(object, 'ports')
        .filter(isObject)
        .map((port) => String(port.port ?? '*')),
    ),
  ),
  column('Endpoints', (object) =>
    shortened(listAt(object, 'endpoints').flatMap((one) => listAt(one, 'addresses').map(String))),
  ),
  ageColumn,
];

function shortened(all: readonly string[]): string {
  if (all.length === 0) return '<none>';
  return all.length > 3 ? `${all.slice(0, 3).join(',')} + ${all.length - 3} more...` : all.join(',');
}
