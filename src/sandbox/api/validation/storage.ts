import type { KubernetesObject } from '../../../kubernetes/object.ts';
import { parseQuantity } from '../../../kubernetes/quantity.ts';
import type { FieldFault } from '../errors.ts';
import { equal, isObject, type Json, objectAt, textAt } from '../json.ts';
import {
  all,
  type Check,
  each,
  faultsOf,
  fields,
  filled,
  given,
  isAbsent,
  named,
  needed,
  oneOf,
  textOf,
} from './checks.ts';
import { accessModes, claimSpec, volumeMode } from './claims.ts';
import { forbidden, required, unknownValue, unsupported } from './faults.ts';
import { labelKeyFaults, subdomainFaults } from './names.ts';
import { nodeSelector } from './selectors.ts';
import { hostPath, networkFiles } from './volumes.ts';

const immutable = (field: string, value: unknown) => unknownValue(field, value ?? null, 'field is immutable');

const fixedClaim =
  'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims';

/** `pkg/apis/core/validation/validation.go ValidatePersistentVolumeClaim`, `ValidatePersistentVolumeClaimUpdate` */
export function claimFaults(object: KubernetesObject, current?: KubernetesObject): FieldFault[] {
  const spec = objectAt(object, 'spec');
  const faults = faultsOf(claimSpec, spec, 'spec');
  if (!current) return faults;
  const before = objectAt(current, 'spec');
  const isBound = textAt(object, 'status', 'phase') === 'Bound';
  const seen = { ...spec };
  if (textAt(before, 'volumeName') === '') seen.volumeName = before.volumeName;
  // A claim that never named a class may be given one.
  if (isAbsent(before.storageClassName)) seen.storageClassName = before.storageClassName;
  if (isBound) {
    seen.resources = before.resources;
    seen.volumeAttributesClassName = before.volumeAttributesClassName;
  }
  if (!equal(seen, before)) faults.push(forbidden('spec', fixedClaim));
  const [size, old] = [storageOf(spec), storageOf(before)];
  const least = parseQuantity(textAt(current, 'status', 'capacity', 'storage') || '0');
  if (size < old && size <= least)
    faults.push(forbidden('spec.resources.requests.storage', 'field can not be less than status.capacity'));
  if (!equal(spec.volumeMode, before.volumeMode)) faults.push(immutable('volumeMode', spec.volumeMode));
  return faults;
}

function storageOf(spec: Json): number {
  return parseQuantity(textAt(spec, 'resources', 'requests', 'storage') || '0');
}

const capacity: Check = (value, path, faults) => {
  const amounts = isObject(value) ? value : {};
  const names = Object.keys(amounts).sort();
  if (names.length === 0) faults.push(required(path));
  const shown = names.length === 0 ? null : Object.fromEntries(names.map((name) => [name, amounts[name]]));
  if (amounts.storage === undefined || names.length > 1) faults.push(unsupported(path, shown, ['storage']));
  for (const name of names)
    if (parseQuantity(amounts[name] as string) <= 0)
      faults.push(unknownValue(`${path}[${name}]`, amounts[name], 'must be greater than zero'));
};

/** Of two sources the second is one too many; the fields of those that are not named here are not looked at. */
const sources: Readonly<Record<string, Check>> = {
  hostPath,
  nfs: networkFiles,
  local: fields({ path: needed() }),
  csi: fields({ driver: needed(named(subdomainFaults)), volumeHandle: needed() }),
};
const beside = new Set([
  'capacity',
  'accessModes',
  'claimRef',
  'persistentVolumeReclaimPolicy',
  'storageClassName',
  'mountOptions',
  'volumeMode',
  'nodeAffinity',
  'volumeAttributesClassName',
]);

const sourcesOf = (spec: Json) => Object.keys(spec).filter((field) => !beside.has(field) && !isAbsent(spec[field]));

const source: Check = (value, path, faults, owner) => {
  const spec = isObject(value) ? value : {};
  const names = [...Object.keys(sources), ...sourcesOf(spec)].filter((name, at, list) => list.indexOf(name) === at);
  let count = 0;
  for (const name of names) {
    if (isAbsent(spec[name])) continue;
    if (count > 0) faults.push(forbidden(`${path}.${name}`, 'may not specify more than 1 volume type'));
    else sources[name]?.(spec[name], `${path}.${name}`, faults, owner);
    count += 1;
  }
  if (!isAbsent(spec.local) && isAbsent(spec.nodeAffinity))
    faults.push(required(`${path}.nodeAffinity`, 'Local volume requires node affinity'));
  if (count === 0) faults.push(required(path, 'must specify a volume type'));
  if (textAt(spec, 'hostPath', 'path') === '/' && spec.persistentVolumeReclaimPolicy === 'Recycle')
    faults.push(forbidden(`${path}.persistentVolumeReclaimPolicy`, "may not be 'recycle' for a hostPath mount of '/'"));
};

const volumeSpec = all(
  fields({
    accessModes: all(needed(), accessModes),
    capacity,
    persistentVolumeReclaimPolicy: filled(oneOf('Delete', 'Recycle', 'Retain')),
    nodeAffinity: given(
      fields({
        required: (value, path, faults, owner) => {
          if (isAbsent(value)) faults.push(required(path, 'must specify required node constraints'));
          else nodeSelector(value, path, faults, owner);
        },
      }),
    ),
  }),
  source,
  fields({ storageClassName: filled(named(subdomainFaults)), volumeMode }),
);

/** `ValidatePersistentVolume`, `ValidatePersistentVolumeUpdate` */
export function volumeFaults(object: KubernetesObject, current?: KubernetesObject): FieldFault[] {
  const spec = objectAt(object, 'spec');
  const faults = faultsOf(volumeSpec, spec, 'spec');
  if (!current) return faults;
  const before = objectAt(current, 'spec');
  const names = [...sourcesOf(spec), ...sourcesOf(before)];
  const at = 'spec.persistentvolumesource';
  if (names.some((name) => !equal(spec[name], before[name])))
    faults.push(forbidden(at, 'spec.persistentvolumesource is immutable after creation'));
  if (!equal(spec.volumeMode, before.volumeMode)) faults.push(immutable('volumeMode', spec.volumeMode));
  return faults;
}

const classRules = fields({
  provisioner: needed((value, path, faults, owner) =>
    named(labelKeyFaults)(textOf(value).toLowerCase(), path, faults, owner),
  ),
  parameters: given((value, path, faults) => {
    if (isObject(value) && '' in value) faults.push(unknownValue(path, '', 'field can not be empty.'));
  }),
  reclaimPolicy: filled(oneOf('Delete', 'Retain')),
  volumeBindingMode: needed(oneOf('Immediate', 'WaitForFirstConsumer')),
  allowedTopologies: each(
    fields({ matchLabelExpressions: each(fields({ values: needed(), key: named(labelKeyFaults) })) }),
  ),
});

/** `pkg/apis/storage/validation/validation.go ValidateStorageClass`, `ValidateStorageClassUpdate` */
export function storageClassFaults(object: KubernetesObject, current?: KubernetesObject): FieldFault[] {
  const fixed = current
    ? ['parameters', 'provisioner', 'reclaimPolicy', 'volumeBindingMode'].filter(
        (field) => !equal(current[field], object[field]),
      )
    : [];
  return [...faultsOf(classRules, object), ...fixed.map((field) => immutable(field, object[field]))];
}
