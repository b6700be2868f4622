import type { FieldFault } from '../errors.ts';
import { isObject, type Json, listAt, numberAt, objectAt, textAt } from '../json.ts';
import { address } from './addresses.ts';
import {
  all,
  between,
  type Check,
  each,
  faultsOf,
  fields,
  filled,
  given,
  isEmpty,
  named,
  needed,
  oneOf,
  textOf,
} from './checks.ts';
import { containerRestartPolicy, containerRules, hostPorts, trimmedImages } from './containers.ts';
import { duplicate, forbidden, required, unknownValue, unsupported } from './faults.ts';
import { lifeRules, noLifeRules } from './handlers.ts';
import { labelKeyFaults, labelNameFaults, searchDomainFaults, subdomainFaults } from './names.ts';
import { spreadConstraints, tolerations } from './placement.ts';
import { podSecurityContext } from './security.ts';
import { affinity, labels } from './selectors.ts';
import { checkVolumes } from './volumes.ts';

const qualified = named(labelKeyFaults);
const subdomain = filled(named(subdomainFaults));

const gates: Check = (list, path, faults, owner) => {
  const seen = new Set<string>();
  for (const [at, gate] of (Array.isArray(list) ? list : []).entries()) {
    const name = textAt(gate, 'name');
    qualified(name, `${path}[${at}]`, faults, owner);
    if (seen.has(name)) faults.push(duplicate(`${path}[${at}]`, name));
    seen.add(name);
  }
};

/** `validatePodDNSConfig` */
const nameServers: Check = (config, path, faults, spec) => {
  if (spec.dnsPolicy === 'None' && !isObject(config)) {
    faults.push(required(path, 'must provide `dnsConfig` when `dnsPolicy` is None'));
    return;
  }
  if (!isObject(config)) return;
  const servers = listAt(config, 'nameservers');
  if (spec.dnsPolicy === 'None' && servers.length === 0) {
    const why = 'must provide at least one DNS nameserver when `dnsPolicy` is None';
    faults.push(required(`${path}.nameservers`, why));
    return;
  }
  if (servers.length > 3)
    faults.push(unknownValue(`${path}.nameservers`, servers, 'must not have more than 3 nameservers'));
  const search: Check = (value, at) => {
    if (value !== '.') named(searchDomainFaults)(textOf(value).replace(/\.$/, ''), at, faults, spec);
  };
  const option: Check = (value, at) => {
    if (textAt(value, 'name') === '') faults.push(required(at, 'must not be empty'));
  };
  fields({ nameservers: each(address), searches: each(search), options: each(option) })(config, path, faults, spec);
};

const os: Check = given((value, path, faults) => {
  const name = textAt(value, 'name');
  if (name === '') faults.push(required(`${path}.name`));
  else if (name !== 'linux' && name !== 'windows') faults.push(unsupported(path, name, ['linux', 'windows']));
});

/** In the order of `ValidatePodSpec` of `pkg/apis/core/validation/validation.go`, after volumes and containers. */
const others = fields({
  restartPolicy: needed(oneOf('Always', 'OnFailure', 'Never')),
  dnsPolicy: needed(oneOf('ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None')),
  nodeSelector: labels,
  securityContext: podSecurityContext,
  affinity: given(affinity),
  dnsConfig: nameServers,
  readinessGates: each(fields({ conditionType: qualified })),
  schedulingGates: gates,
  topologySpreadConstraints: spreadConstraints,
  serviceAccountName: subdomain,
  nodeName: subdomain,
  activeDeadlineSeconds: given(between(1, 2_147_483_647)),
  hostname: filled(named(labelNameFaults)),
  subdomain: filled(named(labelNameFaults)),
  tolerations,
  hostAliases: each(fields({ ip: address, hostnames: each(named(subdomainFaults)) })),
  priorityClassName: subdomain,
  runtimeClassName: given(named(subdomainFaults)),
  preemptionPolicy: given(oneOf('PreemptLowerPriority', 'Never')),
  os,
});

/** Most pods have it: their rules are made once. */
const usualGrace = 30;
const usualLife = lifeRules(usualGrace);

const wrongPort = 'must match `containerPort` when `hostNetwork` is true';

function hostNetworkPorts(spec: Json, path: string, inTemplate: boolean, faults: FieldFault[]): void {
  if (spec.hostNetwork !== true) return;
  for (const [at, container] of listAt(spec, 'containers').entries())
    for (const [index, port] of listAt(container, 'ports').entries()) {
      const host = numberAt(port, 'hostPort') ?? 0;
      if ((inTemplate && host === 0) || host === numberAt(port, 'containerPort')) continue;
      faults.push(unknownValue(`${path}.containers[${at}].ports[${index}].hostPort`, host, wrongPort));
    }
}

/** A pod's spec, or that of a template; what is wrong with it in Kubernetes' order. */
export function podSpecFaults(spec: Json, path: string, inTemplate = true): FieldFault[] {
  const faults: FieldFault[] = [];
  const volumes = checkVolumes(spec.volumes, `${path}.volumes`, faults);
  const common = containerRules(volumes, listAt(spec, 'resourceClaims').length > 0);
  const grace = numberAt(spec, 'terminationGracePeriodSeconds') ?? usualGrace;
  const life = grace === usualGrace ? usualLife : lifeRules(grace);
  const names = new Set<string>();
  const unlikeOthers: Check = (container, at) => {
    const name = textAt(container, 'name');
    if (names.has(name)) faults.push(duplicate(`${at}.name`, name));
    if (name !== '') names.add(name);
  };
  const restart = fields({ restartPolicy: containerRestartPolicy });
  const usual = all(common, unlikeOthers, life, restart);
  if (isEmpty(spec.containers)) faults.push(required(`${path}.containers`));
  each(usual)(spec.containers, `${path}.containers`, faults, spec);
  hostPorts(spec.containers, `${path}.containers`, faults, spec);
  const first: Check = (container, at) => {
    all(common, restart, unlikeOthers)(container, at, faults, spec);
    (objectAt(container).restartPolicy === 'Always' ? life : noLifeRules)(container, at, faults, spec);
  };
  each(first)(spec.initContainers, `${path}.initContainers`, faults, spec);
  hostNetworkPorts(spec, path, inTemplate, faults);
  others(spec, path, faults, spec);
  if (!inTemplate) fields({ containers: trimmedImages, initContainers: trimmedImages })(spec, path, faults, spec);
  return faults;
}

/** A new pod (`ValidatePodCreate`). */
export function newPodFaults(spec: Json): FieldFault[] {
  const faults = podSpecFaults(spec, 'spec', false);
  if (!isEmpty(spec.ephemeralContainers)) faults.push(forbidden('spec.ephemeralContainers', 'cannot be set on create'));
  if (!isEmpty(spec.nodeName) && !isEmpty(spec.schedulingGates))
    faults.push(forbidden('spec.nodeName', 'cannot be set until all schedulingGates have been cleared'));
  return faults;
}

/** A template: its labels, then its spec (`ValidatePodTemplateSpec`). */
export function templateFaults(template: Json, path: string): FieldFault[] {
  const meta = fields({ labels, annotations: () => {} });
  return [
    ...faultsOf(meta, objectAt(template, 'metadata'), path),
    ...podSpecFaults(objectAt(template, 'spec'), `${path}.spec`),
  ];
}
