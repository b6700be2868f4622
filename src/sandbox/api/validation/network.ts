import { isIP } from 'node:net';
import type { KubernetesObject } from '../../../kubernetes/object.ts';
import type { FieldFault } from '../errors.ts';
import { equal, isObject, objectAt, textAt } from '../json.ts';
import { address, addressRange, isInside, ordinaryAddress } from './addresses.ts';
import {
  type Check,
  each,
  faultsOf,
  fields,
  filled,
  given,
  isAbsent,
  isEmpty,
  named,
  needed,
  numberOf,
  oneOf,
  portNumber,
  textOf,
} from './checks.ts';
import { duplicate, forbidden, required, unknownValue, unsupported } from './faults.ts';
import { labelNameFaults, portNameFaults, subdomainFaults } from './names.ts';
import { labelSelector } from './selectors.ts';
import { endpointPorts } from './services.ts';

const port: Check = (value, path, faults, owner) => {
  const one = objectAt(value);
  const end = `${path}.endPort`;
  given(oneOf('TCP', 'UDP', 'SCTP'))(one.protocol, `${path}.protocol`, faults, owner);
  const refuse = (found: unknown, why: string) => faults.push(unknownValue(end, found, why));
  const hasEnd = !isAbsent(one.endPort);
  if (isAbsent(one.port)) {
    if (hasEnd) refuse(one.endPort, 'may not be specified when `port` is not specified');
  } else if (typeof one.port === 'string') {
    if (hasEnd) refuse(one.endPort, 'may not be specified when `port` is non-numeric');
    named(portNameFaults)(one.port, `${path}.port`, faults, owner);
  } else {
    portNumber(one.port, `${path}.port`, faults, owner);
    if (hasEnd && numberOf(one.endPort) < numberOf(one.port))
      refuse(one.port, 'must be greater than or equal to `port`');
    if (hasEnd) portNumber(one.endPort, end, faults, owner);
  }
};

const block: Check = (value, path, faults, owner) => {
  const cidr = textAt(value, 'cidr');
  if (cidr === '') {
    faults.push(required(`${path}.cidr`));
    return;
  }
  const before = faults.length;
  addressRange(cidr, `${path}.cidr`, faults, owner);
  if (faults.length > before) return;
  const except: Check = (inner, at) => {
    const valid = faults.length;
    addressRange(inner, at, faults, owner);
    if (faults.length === valid && !isInside(textOf(inner), cidr))
      faults.push(unknownValue(at, inner, 'must be a strict subset of `cidr`'));
  };
  each(except)(objectAt(value).except, `${path}.except`, faults, owner);
};

const peer: Check = (value, path, faults, owner) => {
  const one = objectAt(value);
  const found = ['podSelector', 'namespaceSelector', 'ipBlock'].filter((field) => !isAbsent(one[field]));
  const selector = given(labelSelector);
  fields({ podSelector: selector, namespaceSelector: selector, ipBlock: given(block) })(one, path, faults, owner);
  if (found.length === 0) faults.push(required(path, 'must specify a peer'));
  else if (found.length > 1 && found.includes('ipBlock'))
    faults.push(forbidden(path, 'may not specify both ipBlock and another peer'));
};

const policyTypes: Check = (value, path, faults) => {
  const list = Array.isArray(value) ? value : [];
  if (list.length > 2) faults.push(unknownValue(path, list, 'may not specify more than two policyTypes'));
  else
    for (const [at, type] of list.entries())
      if (type !== 'Ingress' && type !== 'Egress')
        faults.push(unsupported(`${path}[${at}]`, type, ['Ingress', 'Egress']));
};

/** `pkg/apis/networking/validation/validation.go ValidateNetworkPolicySpec` */
export const networkPolicySpec: Check = fields({
  podSelector: labelSelector,
  ingress: each(fields({ ports: each(port), from: each(peer) })),
  egress: each(fields({ ports: each(port), to: each(peer) })),
  policyTypes,
});

const endpointAddress: Check = fields({
  ip: (value, path, faults, owner) => {
    address(value, path, faults, owner);
    if (isIP(textOf(value)) === 0) faults.push(unknownValue(path, textOf(value), 'must be a valid IP address'));
    else ordinaryAddress(value, path, faults, owner);
  },
  hostname: filled(named(labelNameFaults)),
  nodeName: given(named(subdomainFaults)),
});

const subset: Check = (value, path, faults, owner) => {
  const { addresses, notReadyAddresses } = objectAt(value);
  if (isEmpty(addresses) && isEmpty(notReadyAddresses))
    faults.push(required(path, 'must specify `addresses` or `notReadyAddresses`'));
  const list = each(endpointAddress);
  fields({ addresses: list, notReadyAddresses: list, ports: endpointPorts })(value, path, faults, owner);
};

/** `pkg/apis/core/validation/validation.go validateEndpointSubsets` */
export const endpoints: Check = fields({ subsets: each(subset) });

const slicePorts: Check = (list, path, faults, owner) => {
  const names = new Set<string>();
  const name: Check = (value, at) => {
    const text = textOf(value);
    filled(named(labelNameFaults))(text, at, faults, owner);
    if (names.has(text)) faults.push(duplicate(at, text));
    names.add(text);
  };
  each(fields({ name, protocol: needed(oneOf('SCTP', 'TCP', 'UDP')) }))(list, path, faults, owner);
};

function sliceAddress(family: string): Check {
  return (value, path, faults, owner) => {
    const before = faults.length;
    address(value, path, faults, owner);
    if (faults.length > before) return;
    const whole = path.replace(/\[\d+\]$/, '');
    if (isIP(textOf(value)) !== Number(family.slice(-1)))
      faults.push(unknownValue(whole, value, `must be an ${family} address`));
    ordinaryAddress(value, path, faults, owner);
  };
}

/** `pkg/apis/discovery/validation/validation.go ValidateEndpointSlice` */
export function endpointSliceFaults(object: KubernetesObject, current?: KubernetesObject): FieldFault[] {
  const type = textOf(object.addressType);
  const addresses = type === 'IPv4' || type === 'IPv6' ? each(sliceAddress(type)) : undefined;
  const point = fields({
    addresses: needed(addresses, 'must contain at least 1 address'),
    nodeName: given(named(subdomainFaults)),
    hostname: given(named(labelNameFaults)),
  });
  const rules = fields({ addressType: needed(oneOf('FQDN', 'IPv4', 'IPv6')), ports: slicePorts });
  const changed = !current || !equal(current.endpoints, object.endpoints);
  const moved = current && isObject(object) && current.addressType !== object.addressType;
  return [
    ...faultsOf(rules, object),
    ...(changed ? faultsOf(fields({ endpoints: each(point) }), object) : []),
    ...(moved ? [unknownValue('addressType', object.addressType, 'field is immutable')] : []),
  ];
}
