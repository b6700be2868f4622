import type { KubernetesObject } from '../../../kubernetes/object.ts';
import type { FieldFault } from '../errors.ts';
import { isObject, listAt, objectAt, textAt } from '../json.ts';
import { required, supported, unknownValue } from './faults.ts';

/** `pkg/apis/core/validation/validation.go ValidateService` */
export function serviceFaults(object: KubernetesObject, current?: KubernetesObject): FieldFault[] {
  const spec = objectAt(object, 'spec');
  const ports = listAt(spec, 'ports').filter(isObject);
  const headless = spec.clusterIP === 'None' || spec.type === 'ExternalName';
  const faults: FieldFault[] = [];
  if (ports.length === 0 && !headless) faults.push(required('spec.ports'));
  faults.push(...supported(spec.type, ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'], 'spec.type'));
  faults.push(...supported(spec.sessionAffinity, ['ClientIP', 'None'], 'spec.sessionAffinity'));
  for (const [index, port] of ports.entries()) {
    const number = port.port;
    if (typeof number !== 'number' || !Number.isInteger(number) || number < 1 || number > 65_535)
      faults.push(unknownValue(`spec.ports[${index}].port`, number, 'must be between 1 and 65535, inclusive'));
    if (ports.length > 1 && textAt(port, 'name') === '') faults.push(required(`spec.ports[${index}].name`));
    faults.push(...supported(port.protocol, ['SCTP', 'TCP', 'UDP'], `spec.ports[${index}].protocol`));
  }
  const before = textAt(current, 'spec', 'clusterIP');
  const moved = before !== '' && spec.type !== 'ExternalName' && spec.clusterIP !== before;
  if (moved) faults.push(unknownValue('spec.clusterIPs[0]', [spec.clusterIP], 'may not change once set'));
  return faults;
}

/** `pkg/apis/networking/validation/validation.go ValidateIngressSpec` */
export function ingressFaults(object: KubernetesObject): FieldFault[] {
  const spec = objectAt(object, 'spec');
  const rules = listAt(spec, 'rules');
  if (rules.length === 0 && !isObject(spec.defaultBackend))
    return [
      { type: 'FieldValueInvalid', field: 'spec', message: 'either `defaultBackend` or `rules` must be specified' },
    ];
  return rules.flatMap((rule, at) =>
    listAt(rule, 'http', 'paths').flatMap((path, index): FieldFault[] => {
      const field = `spec.rules[${at}].http.paths[${index}]`;
      const type = objectAt(path).pathType;
      const missing = type === undefined ? [required(`${field}.pathType`, 'pathType must be specified')] : [];
      return [...missing, ...supported(type, ['Exact', 'ImplementationSpecific', 'Prefix'], `${field}.pathType`)];
    }),
  );
}

/** `ValidateConfigMap`, `ValidateSecret`: keys are file names, data is text. */
export function dataFaults(object: KubernetesObject): FieldFault[] {
  return Object.entries(objectAt(object, 'data')).flatMap(([key, value]): FieldFault[] => {
    const faults: FieldFault[] = [];
    if (!/^[-._a-zA-Z0-9]{1,253}$/.test(key))
      faults.push(
        unknownValue(
          `data[${key}]`,
          key,
          "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')",
        ),
      );
    if (typeof value !== 'string') faults.push(unknownValue(`data[${key}]`, value, 'must be a string'));
    return faults;
  });
}
