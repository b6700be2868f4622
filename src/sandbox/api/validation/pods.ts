import type { FieldFault } from '../errors.ts';
import { equal, isObject, type Json, listAt, objectAt, textAt } from '../json.ts';
import { required, supported, unknownValue } from './faults.ts';
import { labelNameFaults } from './names.ts';
import { quantityFaults } from './quantities.ts';

/** What a pod's spec must have (`pkg/apis/core/validation/validation.go ValidatePodSpec`), as far as people get it wrong. */
export function podSpecFaults(spec: Json, path: string): FieldFault[] {
  const containers = listAt(spec, 'containers').filter(isObject);
  const volumes = new Set(listAt(spec, 'volumes').map((volume) => textAt(volume, 'name')));
  const faults: FieldFault[] = containers.length === 0 ? [required(`${path}.containers`)] : [];
  for (const field of ['initContainers', 'containers'])
    for (const [index, container] of listAt(spec, field).filter(isObject).entries())
      faults.push(...containerFaults(container, `${path}.${field}[${index}]`, volumes));
  faults.push(...duplicates([...listAt(spec, 'initContainers'), ...listAt(spec, 'containers')], `${path}.containers`));
  faults.push(...duplicates(listAt(spec, 'volumes'), `${path}.volumes`));
  faults.push(
    ...supported(spec.restartPolicy, ['Always', 'Never', 'OnFailure'], `${path}.restartPolicy`),
    ...supported(spec.dnsPolicy, ['ClusterFirst', 'ClusterFirstWithHostNet', 'Default', 'None'], `${path}.dnsPolicy`),
  );
  return faults;
}

function containerFaults(container: Json, path: string, volumes: ReadonlySet<string>): FieldFault[] {
  const name = textAt(container, 'name');
  const faults: FieldFault[] = [];
  if (name === '') faults.push(required(`${path}.name`));
  else faults.push(...labelNameFaults(name).map((why) => unknownValue(`${path}.name`, name, why)));
  if (textAt(container, 'image') === '') faults.push(required(`${path}.image`));
  for (const [index, port] of listAt(container, 'ports').entries()) {
    const number = objectAt(port).containerPort;
    if (typeof number !== 'number' || !Number.isInteger(number) || number < 1 || number > 65_535)
      faults.push(
        unknownValue(`${path}.ports[${index}].containerPort`, number, 'must be between 1 and 65535, inclusive'),
      );
  }
  for (const [index, mount] of listAt(container, 'volumeMounts').entries()) {
    const volume = textAt(mount, 'name');
    if (textAt(mount, 'mountPath') === '') faults.push(required(`${path}.volumeMounts[${index}].mountPath`));
    if (!volumes.has(volume))
      faults.push({ type: 'FieldValueInvalid', field: `${path}.volumeMounts[${index}].name`, message: `"${volume}"` });
  }
  return [...faults, ...quantityFaults(objectAt(container, 'resources'), `${path}.resources`)];
}

function duplicates(items: readonly unknown[], path: string): FieldFault[] {
  const seen = new Set<string>();
  return items.flatMap((item, index): FieldFault[] => {
    const name = textAt(item, 'name');
    if (name === '' || !seen.has(name)) {
      seen.add(name);
      return [];
    }
    return [{ type: 'FieldValueDuplicate', field: `${path}[${index}].name`, message: `"${name}"` }];
  });
}

/** Of a running pod only these may be changed (`ValidatePodUpdate`). */
export function podUpdateFaults(current: Json, next: Json): FieldFault[] {
  if (JSON.stringify(frozen(current)) === JSON.stringify(frozen(next))) return [];
  return [
    {
      type: 'FieldValueForbidden',
      field: 'spec',
      message:
        'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)',
    },
  ];
}

/** They may come but neither go nor change (`ValidatePodEphemeralContainersUpdate`). */
export function ephemeralFaults(current: Json, next: Json): FieldFault[] {
  const wanted = new Map(listAt(next, 'ephemeralContainers').map((one) => [textAt(one, 'name'), one]));
  const field = 'spec.ephemeralContainers';
  return listAt(current, 'ephemeralContainers').flatMap((one): FieldFault[] => {
    const name = textAt(one, 'name');
    const found = wanted.get(name);
    const what = found === undefined ? 'removed' : 'changed';
    if (found !== undefined && equal(found, one)) return [];
    return [
      {
        type: 'FieldValueForbidden',
        field,
        message: `existing ephemeral containers ${JSON.stringify(name)} may not be ${what}`,
      },
    ];
  });
}

/** The spec without what may change, its fields in one order. */
function frozen(spec: Json): Json {
  const free = ['activeDeadlineSeconds', 'tolerations', 'terminationGracePeriodSeconds', 'nodeName', 'schedulingGates'];
  const entries = Object.entries(spec).filter(([field]) => !free.includes(field));
  const withoutImages = entries.map(([field, value]) => [
    field,
    field === 'containers' || field === 'initContainers' ? listAt(spec, field).map(withoutImage) : value,
  ]);
  return sorted(Object.fromEntries(withoutImages)) as Json;
}

function withoutImage(container: unknown): unknown {
  const { image: _, ...rest } = objectAt(container);
  return rest;
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  const keys = Object.keys(value).sort();
  return Object.fromEntries(keys.map((key) => [key, sorted(value[key])]));
}
