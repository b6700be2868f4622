import type { KubernetesObject, ObjectMeta } from '../../../kubernetes/object.ts';
import type { FieldFault } from '../errors.ts';
import { equal, isObject, type Json } from '../json.ts';
import type { Resource } from '../resources.ts';
import { unknownValue } from './faults.ts';
import { labelFaults, labelKeyFaults, nameFaults } from './names.ts';

const largestAnnotations = 256 * 1024;

/** Metadata of a new object (`apimachinery/pkg/api/validation/objectmeta.go ValidateObjectMetaAccessor`). */
export function newMetaFaults(resource: Resource, { metadata }: KubernetesObject): FieldFault[] {
  const base = metadata.generateName;
  // A trailing dash is allowed there, as something follows it.
  const baseFaults = base
    ? nameFaults(resource.kind, base.replace(/-$/, 'a'), 'metadata.generateName').map((fault) => ({
        ...fault,
        message: fault.message.replace(/^"(?:[^"\\]|\\.)*"/, JSON.stringify(base)),
      }))
    : [];
  return [...baseFaults, ...nameFaults(resource.kind, metadata.name), ...commonFaults(metadata)];
}

function commonFaults(metadata: ObjectMeta): FieldFault[] {
  return [
    ...labelFaults((metadata.labels ?? {}) as Json, 'metadata.labels'),
    ...annotationFaults((metadata.annotations ?? {}) as Json),
    ...ownerFaults(metadata),
    ...finalizerFaults(metadata.finalizers ?? []),
  ];
}

function annotationFaults(annotations: Json, field = 'metadata.annotations'): FieldFault[] {
  const faults = Object.keys(annotations).flatMap((key) =>
    labelKeyFaults(key.toLowerCase()).map((why) => unknownValue(field, key, why)),
  );
  let size = 0;
  for (const [key, value] of Object.entries(annotations))
    size += Buffer.byteLength(key) + Buffer.byteLength(String(value));
  if (size > largestAnnotations)
    faults.push({ type: 'FieldValueTooLong', field, message: `may not be more than ${largestAnnotations} bytes` });
  return faults;
}

function ownerFaults(metadata: ObjectMeta): FieldFault[] {
  const field = 'metadata.ownerReferences';
  const owners: unknown[] = metadata.ownerReferences ?? [];
  const faults = owners
    .filter(isObject)
    .flatMap((owner): FieldFault[] => [
      ...(owner.kind === 'Event' && ['v1', 'events.k8s.io/v1'].includes(String(owner.apiVersion))
        ? [unknownValue(field, owner, `/${String(owner.apiVersion)}, Kind=Event is disallowed from being an owner`)]
        : []),
      ...(owner.apiVersion ? [] : [unknownValue(`${field}.apiVersion`, '', 'version must not be empty')]),
      ...['kind', 'name', 'uid']
        .filter((one) => !owner[one])
        .map((one) => unknownValue(`${field}.${one}`, '', 'must not be empty')),
    ]);
  const [first, second] = owners.filter(isObject).filter((owner) => owner.controller === true);
  if (!first || !second) return faults;
  const name = (owner: Json) => `${String(owner.kind)}/${String(owner.name)}`;
  const why = `Only one reference can have Controller set to true. Found "true" in references for ${name(first)} and ${name(second)}`;
  return [...faults, unknownValue(field, owners, why)];
}

/** Known without a domain; all others need one (`pkg/apis/core/validation ValidateFinalizerName`). */
const standardFinalizers = new Set(['orphan', 'foregroundDeletion', 'kubernetes']);

function finalizerFaults(finalizers: readonly string[]): FieldFault[] {
  const shape = finalizers.flatMap((one) =>
    labelKeyFaults(one).map((why) => unknownValue('metadata.finalizers', one, why)),
  );
  if (shape.length > 0) return shape;
  return finalizers.flatMap((one, index) =>
    one.includes('/') || standardFinalizers.has(one)
      ? []
      : [
          unknownValue(
            `metadata.finalizers[${index}]`,
            one,
            'name is neither a standard finalizer name nor is it fully qualified',
          ),
        ],
  );
}

/** Kinds of which an update validates the whole object again, metadata included (`ValidateUpdate` of `pkg/registry/<group>/<kind>/strategy.go`). */
const wholeAgain = new Set([
  'ConfigMap',
  'Secret',
  'ServiceAccount',
  'Pod',
  'Endpoints',
  'PersistentVolumeClaim',
  'PersistentVolume',
  'StorageClass',
  'Job',
  'Ingress',
  'IngressClass',
  'Role',
  'ClusterRole',
  'RoleBinding',
  'ClusterRoleBinding',
]);

/**
 * Metadata of a changed object (`ValidateObjectMetaAccessorUpdate`). The generic registry and each kind's strategy both ask for
 * it, so a real server says each cause several times.
 */
export function changedMetaFaults(resource: Resource, next: KubernetesObject, current: KubernetesObject): FieldFault[] {
  const own: FieldFault[] = [];
  const before = current.metadata.finalizers ?? [];
  const added = (next.metadata.finalizers ?? []).filter((one) => !before.includes(one)).sort();
  if (current.metadata.deletionTimestamp !== undefined && added.length > 0)
    own.push({
      type: 'FieldValueForbidden',
      field: 'metadata.finalizers',
      message: `no new finalizers can be added if the object is being deleted, found new finalizers []string{${added.map((one) => JSON.stringify(one)).join(', ')}}`,
    });
  const metadata = next.metadata;
  const shared = [
    ...(equal(metadata.labels, current.metadata.labels)
      ? []
      : labelFaults((metadata.labels ?? {}) as Json, 'metadata.labels')),
    ...(equal(metadata.annotations, current.metadata.annotations)
      ? []
      : annotationFaults((metadata.annotations ?? {}) as Json)),
    ...ownerFaults(metadata),
  ];
  const once = [...own, ...shared];
  if (resource.custom || resource.kind === 'Event') return [...once, ...once];
  return [...once, ...once, ...shared, ...(wholeAgain.has(resource.kind) ? shared : [])];
}

/** What a client may not set otherwise than it is; `undefined` is what it left out. */
export function immutableMetaFaults(sent: ObjectMeta, current: ObjectMeta): FieldFault[] {
  const fields = ['uid', 'deletionTimestamp', 'deletionGracePeriodSeconds'] as const;
  const faults = fields
    .filter((field) => sent[field] !== undefined && sent[field] !== null && sent[field] !== '')
    .filter((field) => !equal(sent[field], current[field]))
    .map((field) => unknownValue(`metadata.${field}`, sent[field], 'field is immutable'));
  return [...faults, ...faults];
}
