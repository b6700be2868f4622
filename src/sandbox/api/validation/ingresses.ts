import { isIP } from 'node:net';
import type { KubernetesObject } from '../../../kubernetes/object.ts';
import type { FieldFault } from '../errors.ts';
import { isObject, objectAt } from '../json.ts';
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
  portNumber,
  textOf,
} from './checks.ts';
import { required, unknownValue, unsupported } from './faults.ts';
import {
  domainPathFaults,
  labelNameFaults,
  portNameFaults,
  segmentFaults,
  subdomainFaults,
  wildcardFaults,
} from './names.ts';

const host: Check = filled((value, path, faults, owner) => {
  const text = textOf(value);
  if (isIP(text) !== 0) faults.push(unknownValue(path, text, 'must be a DNS name, not an IP address'));
  named(text.includes('*') ? wildcardFaults : subdomainFaults)(text, path, faults, owner);
});

const segment = needed(named(segmentFaults));
const reference = fields({ apiGroup: given(named(subdomainFaults)), kind: segment, name: segment });

/** `validateIngressBackend` of `pkg/apis/networking/validation/validation.go` */
const backend: Check = (value, path, faults, owner) => {
  const { service, resource } = objectAt(value);
  const refuse = (why: string) => faults.push(unknownValue(path, '', why));
  if (!isAbsent(service) && !isAbsent(resource)) refuse('cannot set both resource and service backends');
  else if (!isAbsent(resource)) reference(resource, `${path}.resource`, faults, owner);
  else if (isAbsent(service)) refuse('resource or service backend is required');
  else {
    fields({ name: needed(named(labelNameFaults)) })(service, `${path}.service`, faults, owner);
    const { name, number } = objectAt(service, 'port');
    const at = `${path}.service.port`;
    if (!isEmpty(name) && numberOf(number) !== 0) refuse('cannot set both port name & port number');
    else if (!isEmpty(name)) named(portNameFaults)(name, `${at}.name`, faults, owner);
    else if (numberOf(number) !== 0) portNumber(number, `${at}.number`, faults, owner);
    else faults.push(required(path, 'port name or number is required'));
  }
};

const pathTypes = ['Exact', 'ImplementationSpecific', 'Prefix'];

/** `validateHTTPIngressPath` */
const route: Check = (value, path, faults, owner) => {
  const { path: found, pathType } = objectAt(value);
  const text = textOf(found);
  const refuse = (why: string) => faults.push(unknownValue(`${path}.path`, text, why));
  if (isAbsent(pathType)) {
    faults.push(required(`${path}.pathType`, 'pathType must be specified'));
    return;
  }
  if (pathType === 'Exact' || pathType === 'Prefix') {
    if (!text.startsWith('/')) refuse('must be an absolute path');
    for (const part of ['//', '/./', '/../', '%2f', '%2F'])
      if (text.includes(part)) refuse(`must not contain '${part}'`);
    for (const end of ['/..', '/.']) if (text.endsWith(end)) refuse(`cannot end with '${end}'`);
  } else if (pathType === 'ImplementationSpecific') {
    if (text !== '' && !text.startsWith('/')) refuse('must be an absolute path');
  } else faults.push(unsupported(`${path}.pathType`, pathType, pathTypes));
  backend(objectAt(value).backend, `${path}.backend`, faults, owner);
};

const spec = fields({
  defaultBackend: given(backend),
  rules: each(fields({ host, http: given(fields({ paths: needed(each(route)) })) })),
  tls: each(fields({ hosts: each(host), secretName: filled(named(subdomainFaults)) })),
  ingressClassName: given(named(subdomainFaults)),
});

const oldClass = 'kubernetes.io/ingress.class';

/** `validateIngress`, `ValidateIngressCreate` */
export function ingressFaults(object: KubernetesObject, current?: KubernetesObject): FieldFault[] {
  const found = objectAt(object, 'spec');
  const faults = faultsOf(spec, found, 'spec');
  const why = 'either `defaultBackend` or `rules` must be specified';
  if (isEmpty(found.rules) && isAbsent(found.defaultBackend))
    faults.unshift(unknownValue('spec', found.rules ?? null, why));
  const old = object.metadata.annotations?.[oldClass];
  const own = found.ingressClassName;
  if (!current && old !== undefined && !isAbsent(own) && own !== old)
    faults.push(unknownValue(`annotations.${oldClass}`, old, 'must match `ingressClassName` when both are specified'));
  return faults;
}

const parameters: Check = given((value, path, faults, owner) => {
  reference(value, path, faults, owner);
  const { scope, namespace } = objectAt(value);
  if (isAbsent(scope)) faults.push(required(`${path}.scope`));
  else if (scope !== 'Cluster' && scope !== 'Namespace')
    faults.push(unsupported(`${path}.scope`, scope, ['Cluster', 'Namespace']));
  else if (scope === 'Namespace' && isAbsent(namespace))
    faults.push(required(`${path}.namespace`, "`parameters.scope` is set to 'Namespace'"));
});

/** `validateIngressClassSpec` */
export const ingressClassSpec: Check = (value, path, faults, owner) => {
  if (isObject(value)) fields({ controller: needed(named(domainPathFaults)), parameters })(value, path, faults, owner);
};
