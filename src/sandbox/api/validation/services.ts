import type { KubernetesObject } from '../../../kubernetes/object.ts';
import type { FieldFault } from '../errors.ts';
import { equal, isObject, type Json, listAt, numberAt, objectAt, textAt } from '../json.ts';
import { address, addressRange, ordinaryAddress } from './addresses.ts';
import {
  type Check,
  each,
  faultsOf,
  fields,
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
import { portOrName } from './handlers.ts';
import { labelKeyFaults, labelNameFaults, subdomainFaults } from './names.ts';
import { labels } from './selectors.ts';

const qualified = named(labelKeyFaults);
const protocol = oneOf('SCTP', 'TCP', 'UDP');

/** Ports of a Service or of Endpoints: with names of their own if there are several. */
function namedPorts(rest: Readonly<Record<string, Check>>): Check {
  return (list, path, faults, owner) => {
    const ports = Array.isArray(list) ? list : [];
    const names = new Set<string>();
    const name: Check = (value, at) => {
      const text = textOf(value);
      if (text === '') {
        if (ports.length > 1) faults.push(required(at));
        return;
      }
      named(labelNameFaults)(text, at, faults, owner);
      if (names.has(text)) faults.push(duplicate(at, text));
      names.add(text);
    };
    each(fields({ name, ...rest }))(ports, path, faults, owner);
  };
}

const ports = namedPorts({ port: portNumber, protocol, targetPort: portOrName, appProtocol: given(qualified) });
export const endpointPorts = namedPorts({ port: portNumber, protocol, appProtocol: given(qualified) });

const clientTimeout: Check = (value, path, faults, spec) => {
  if (spec.sessionAffinity !== 'ClientIP') {
    const why = 'must not be set when session affinity is None';
    if (spec.sessionAffinity === 'None' && isObject(value)) faults.push(forbidden(path, why));
    return;
  }
  const seconds = numberAt(value, 'clientIP', 'timeoutSeconds') ?? 0;
  if (seconds <= 0 || seconds > 86_400)
    faults.push(unknownValue(`${path}.clientIP.timeoutSeconds`, seconds, 'must be greater than 0 and less than 86400'));
};

const families = each(oneOf('IPv4', 'IPv6'));
const policies = ['PreferDualStack', 'RequireDualStack', 'SingleStack'];

/** `ValidateServiceClusterIPsRelatedFields` */
const clusterAddresses: Check = (_, path, faults, spec) => {
  if (spec.type === 'ExternalName') return;
  const first = textOf(spec.clusterIP);
  const list = addressesOf(spec);
  const at = `${path}clusterIPs`;
  if (first !== '' && list[0] !== first) faults.push(unknownValue(at, list, 'first value must match `clusterIP`'));
  families(spec.ipFamilies, `${path}ipFamilies`, faults, spec);
  if (!isAbsent(spec.ipFamilyPolicy) && !policies.includes(textOf(spec.ipFamilyPolicy)))
    faults.push(unsupported(`${path}ipFamilyPolicy`, spec.ipFamilyPolicy, policies));
  for (const [index, one] of list.entries())
    if (index > 0 || one !== 'None') address(one, `${at}[${index}]`, faults, spec);
};

/** The list follows the single one where only that is given (`NormalizeClusterIPs` of `pkg/registry/core/service`). */
function addressesOf(spec: Json): unknown[] {
  const list = listAt(spec, 'clusterIPs');
  return list.length > 0 || isEmpty(spec.clusterIP) ? list : [spec.clusterIP];
}

const isHeadless = (spec: Json) => addressesOf(spec).length === 1 && addressesOf(spec)[0] === 'None';

function typeFaults(spec: Json): FieldFault[] {
  const type = textOf(spec.type);
  if ((type === 'NodePort' || type === 'LoadBalancer') && isHeadless(spec))
    return [unknownValue('spec.clusterIPs[0]', 'None', `may not be set to 'None' for ${type} services`)];
  if (type !== 'ExternalName') return [];
  const never = 'may not be set for ExternalName services';
  const faults: FieldFault[] = [];
  if (addressesOf(spec).length > 0) faults.push(forbidden('spec.clusterIPs', never));
  if (!isEmpty(spec.ipFamilies)) faults.push(forbidden('spec.ipFamilies', never));
  if (!isAbsent(spec.ipFamilyPolicy)) faults.push(forbidden('spec.ipFamilyPolicy', never));
  const external = textOf(spec.externalName).replace(/\.$/, '');
  return [...faults, ...faultsOf(needed(named(subdomainFaults)), external, 'spec.externalName')];
}

function portPairs(spec: Json): FieldFault[] {
  const list = listAt(spec, 'ports').map((port) => objectAt(port));
  const faults: FieldFault[] = [];
  for (const [at, port] of list.entries())
    if (spec.type === 'ClusterIP' && numberOf(port.nodePort) !== 0)
      faults.push(forbidden(`spec.ports[${at}].nodePort`, "may not be used when `type` is 'ClusterIP'"));
  const isTaken = (field: string, at: number) =>
    list.slice(0, at).some((one) => one[field] === list[at]?.[field] && one.protocol === list[at]?.protocol);
  for (const [at, port] of list.entries())
    if (isTaken('port', at)) {
      const none = {
        Name: '',
        Protocol: port.protocol,
        AppProtocol: null,
        Port: port.port,
        TargetPort: 0,
        NodePort: 0,
      };
      faults.push(duplicate(`spec.ports[${at}]`, none));
    }
  return faults;
}

const balancerOnly = "may only be used when `type` is 'LoadBalancer'";

function balancerFaults(spec: Json): FieldFault[] {
  const isBalancer = spec.type === 'LoadBalancer';
  const faults: FieldFault[] = [];
  const ranges = 'spec.LoadBalancerSourceRanges';
  if (!isEmpty(spec.loadBalancerSourceRanges)) {
    if (!isBalancer) faults.push(forbidden(ranges, balancerOnly));
    const trimmed = listAt(spec, 'loadBalancerSourceRanges').map((one) => textOf(one).trim());
    faults.push(...faultsOf(each(addressRange), trimmed, ranges));
  }
  if (!isAbsent(spec.allocateLoadBalancerNodePorts) && !isBalancer)
    faults.push(forbidden('spec.allocateLoadBalancerNodePorts', balancerOnly));
  if (!isAbsent(spec.loadBalancerClass))
    faults.push(
      ...(isBalancer
        ? faultsOf(qualified, spec.loadBalancerClass, 'spec.loadBalancerClass')
        : [forbidden('spec.loadBalancerClass', balancerOnly)]),
    );
  return faults;
}

function trafficFaults(spec: Json): FieldFault[] {
  const faults: FieldFault[] = [];
  const outside =
    spec.type === 'NodePort' ||
    spec.type === 'LoadBalancer' ||
    (spec.type === 'ClusterIP' && !isEmpty(spec.externalIPs));
  const external = textOf(spec.externalTrafficPolicy);
  const at = 'spec.externalTrafficPolicy';
  if (!outside && external !== '')
    faults.push(unknownValue(at, external, 'may only be set for externally-accessible services'));
  if (outside && external !== '' && external !== 'Cluster' && external !== 'Local')
    faults.push(unsupported(at, external, ['Cluster', 'Local']));
  const checked = spec.type === 'LoadBalancer' && external === 'Local';
  const health = numberOf(spec.healthCheckNodePort);
  const why = "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'";
  if (!checked && health !== 0) faults.push(unknownValue('spec.healthCheckNodePort', health, why));
  const rest = fields({
    internalTrafficPolicy: given(oneOf('Cluster', 'Local')),
    trafficDistribution: given(oneOf('PreferClose', 'PreferSameZone', 'PreferSameNode')),
  });
  return [...faults, ...faultsOf(rest, spec, 'spec')];
}

const middle = fields({
  ports,
  selector: labels,
  sessionAffinity: needed(oneOf('ClientIP', 'None')),
  sessionAffinityConfig: clientTimeout,
  clusterIPs: (value, path, faults, spec) => clusterAddresses(value, path.replace(/clusterIPs$/, ''), faults, spec),
  externalIPs: each((value, path, faults, owner) => {
    const before = faults.length;
    address(value, path, faults, owner);
    if (faults.length === before) ordinaryAddress(value, path, faults, owner);
  }),
  type: needed(oneOf('ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort')),
});

/** `pkg/apis/core/validation/validation.go validateService`, `ValidateServiceUpdate` */
export function serviceFaults(object: KubernetesObject, current?: KubernetesObject): FieldFault[] {
  const spec = objectAt(object, 'spec');
  const none = isEmpty(spec.ports) && !isHeadless(spec) && spec.type !== 'ExternalName';
  // Without a spec only what it must have is missed; all else has defaults.
  const rest = isObject(object.spec)
    ? [
        ...typeFaults(spec),
        ...faultsOf(middle, spec, 'spec'),
        ...portPairs(spec),
        ...balancerFaults(spec),
        ...trafficFaults(spec),
      ]
    : [];
  return [...movedAddress(spec, current), ...(none ? [required('spec.ports')] : []), ...rest];
}

/** `validateUpgradeDowngradeClusterIPs` */
function movedAddress(spec: Json, current: KubernetesObject | undefined): FieldFault[] {
  const before = objectAt(current, 'spec');
  if (!current || spec.type === 'ExternalName' || before.type === 'ExternalName') return [];
  const first = textAt(before, 'clusterIP');
  if (first === '' || equal(first, addressesOf(spec)[0])) return [];
  return [unknownValue('spec.clusterIPs[0]', addressesOf(spec), 'may not change once set')];
}
