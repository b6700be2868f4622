import type { KubernetesObject } from '../../../kubernetes/object.ts';
import type { FieldFault } from '../errors.ts';
import { isObject, type Json } from '../json.ts';
import type { Resource } from '../resources.ts';
import { hasExpressions, judgeInTime } from './judge-in-time.ts';
import { duplicateFaults } from './list-faults.ts';
import { ruleFaults } from './rule-faults.ts';
import { scaleSpecFaults, scaleStatusFaults } from './scale-faults.ts';
import { propertyOf, type Schema } from './schema.ts';
import { valueFaults } from './value-faults.ts';

/**
 * Everything that is wrong with a custom resource; with `subresource: 'status'` only its status is looked at
 * (`apiextensions-apiserver/pkg/registry/customresource/{strategy,status_strategy}.go`). The object has to be in the version of
 * the resource.
 */
export function customFaults(
  resource: Resource,
  object: KubernetesObject,
  current: KubernetesObject | undefined,
  subresource: string,
): FieldFault[] {
  const judge = () => faultsOf(resource, object, current, subresource);
  return hasExpressions(resource.custom?.schema) ? judgeInTime(judge) : judge();
}

function faultsOf(
  { custom }: Resource,
  object: KubernetesObject,
  current: KubernetesObject | undefined,
  subresource: string,
): FieldFault[] {
  const schema = custom?.schema;
  const [value, old] = [object as unknown as Json, current as unknown as Json | undefined];
  const faults =
    subresource === 'status'
      ? [...statusFaults(value, schema, old), ...scaleStatusFaults(value, custom?.scale)]
      : [...wholeFaults(value, schema, old), ...scaleSpecFaults(value, custom?.scale)];
  const before = duplicateFaults(old ?? {}, schema);
  if (before.length === 0) faults.push(...duplicateFaults(value, schema));
  if (faults.some(({ type }) => blocking.has(type))) return [...faults, unchecked];
  return [...faults, ...ruleFaults(value, schema, '', old)];
}

function wholeFaults(object: Json, schema: Schema | undefined, old: Json | undefined): FieldFault[] {
  if (!schema) return [];
  // Whose object it is has been judged before; the schema may restrict the name at most.
  const { metadata, ...rest } = object;
  const name = isObject(metadata) ? metadata.name : undefined;
  return valueFaults({ ...rest, metadata: { name } }, schema, '', old && { ...old, metadata: { name } });
}

function statusFaults(object: Json, schema: Schema | undefined, old: Json | undefined): FieldFault[] {
  const status = propertyOf(schema, 'status');
  return status && object.status !== undefined ? valueFaults(object.status, status, 'status', old?.status) : [];
}

/** Faults after which rules are not asked any more (`hasBlockingErr`). */
const blocking = new Set<FieldFault['type']>([
  'FieldValueNotSupported',
  'FieldValueRequired',
  'FieldValueTooLong',
  'FieldValueTooMany',
  'FieldValueTypeInvalid',
]);

const unchecked: FieldFault = {
  type: 'FieldValueInvalid',
  field: '<nil>',
  message:
    'null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation',
};
