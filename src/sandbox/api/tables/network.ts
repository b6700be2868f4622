import type { KubernetesObject } from '../../../kubernetes/object.ts';
import { isObject, listAt, numberAt, objectAt, textAt } from '../json.ts';
import { type Cells, labelText, selectorText, shortened, text, textOr } from './cells.ts';

export const serviceCells: Cells = {
  Type: text('spec', 'type'),
  'Cluster-IP': (service) => String(listAt(service, 'spec', 'clusterIPs')[0] ?? '<none>'),
  'External-IP': externalAddress,
  'Port(s)': (service) => {
    const ports = listAt(service, 'spec', 'ports').map((port) => {
      const node = numberAt(port, 'nodePort');
      return `${numberAt(port, 'port')}${node ? `:${node}` : ''}/${textAt(port, 'protocol')}`;
    });
    return ports.length > 0 ? ports.join(',') : '<none>';
  },
  Selector: (service) => labelText(objectAt(service, 'spec', 'selector')),
};

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
  return [...new Set(entries.map((one) => textAt(one, 'ip') || textAt(one, 'hostname')))].filter(Boolean).sort();
}

export const ingressCells: Cells = {
  Class: textOr('<none>', 'spec', 'ingressClassName'),
  Hosts: hostsOf,
  Address: (ingress) => loadBalancerOf(ingress).join(','),
  Ports: (ingress) => (listAt(ingress, 'spec', 'tls').length > 0 ? '80, 443' : '80'),
};

/** `formatHosts`: three named ones; what is more is counted in rules. */
function hostsOf(ingress: KubernetesObject): string {
  const named: string[] = [];
  let more = false;
  const rules = listAt(ingress, 'spec', 'rules');
  for (const rule of rules) {
    more ||= named.length === 3;
    const host = textAt(rule, 'host');
    if (!more && host !== '') named.push(host);
  }
  if (named.length === 0) return '*';
  return more ? `${named.join(',')} + ${rules.length - 3} more...` : named.join(',');
}

export const ingressClassCells: Cells = {
  Name: ({ metadata }) =>
    metadata.annotations?.['ingressclass.kubernetes.io/is-default-class'] === 'true'
      ? `${metadata.name} (default)`
      : metadata.name,
  Controller: text('spec', 'controller'),
  Parameters: (object) => {
    const parameters = objectAt(object, 'spec').parameters;
    if (!isObject(parameters)) return '<none>';
    const group = textAt(parameters, 'apiGroup');
    return `${textAt(parameters, 'kind')}${group === '' ? '' : `.${group}`}/${textAt(parameters, 'name')}`;
  },
};

export const networkPolicyCells: Cells = {
  'Pod-Selector': (object) => selectorText(objectAt(object, 'spec', 'podSelector')),
};

export const endpointsCells: Cells = {
  Endpoints: (object) => {
    const all = listAt(object, 'subsets').flatMap((subset) => {
      const addresses = listAt(subset, 'addresses').map((one) => textAt(one, 'ip'));
      const ports = listAt(subset, 'ports').map((one) => numberAt(one, 'port'));
      const host = (address: string) => (address.includes(':') ? `[${address}]` : address);
      if (ports.length === 0) return addresses;
      return ports.flatMap((port) => addresses.map((address) => `${host(address)}:${port}`));
    });
    return shortened(all, listAt(object, 'subsets').length === 0 ? '<none>' : '');
  },
};

export const endpointSliceCells: Cells = {
  AddressType: text('addressType'),
  Ports: (object) => {
    const ports = listAt(object, 'ports').filter(isObject);
    return shortened(
      ports.map((port) => String(port.port ?? port.name ?? '*')),
      '<unset>',
    );
  },
  Endpoints: (object) => {
    const all = listAt(object, 'endpoints').flatMap((one) => listAt(one, 'addresses').map(String));
    return shortened(all, '<unset>');
  },
};

export const serviceRangeCells: Cells = { CIDRs: (object) => listAt(object, 'spec', 'cidrs').join(',') };

export const addressCells: Cells = {
  ParentRef: (object) => {
    const parent = objectAt(object, 'spec').parentRef;
    if (!isObject(parent)) return '<none>';
    const [group, namespace] = [textAt(parent, 'group'), textAt(parent, 'namespace')];
    const resource = `${textAt(parent, 'resource')}${group === '' ? '' : `.${group}`}`.toLowerCase();
    return `${resource}${namespace === '' ? '' : `/${namespace}`}/${textAt(parent, 'name')}`;
  },
};
