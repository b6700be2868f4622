import type { FieldFault } from '../errors.ts';
import { textAt } from '../json.ts';
import { required, supported, unknownValue } from '../validation/faults.ts';
import { itemsOf, propertyOf, type Schema } from './schema.ts';

/** How a list or a map is merged, as a schema declares it (`ValidateCustomResourceDefinitionOpenAPISchema`). */
export function listTypeFaults(schema: Schema, path: string): FieldFault[] {
  const [listType, mapType] = [textAt(schema, 'x-kubernetes-list-type'), textAt(schema, 'x-kubernetes-map-type')];
  const faults: FieldFault[] = [];
  if (mapType !== '') {
    faults.push(...typeFaults(schema, path, 'object', 'x-kubernetes-map-type'));
    faults.push(...supported(mapType, ['atomic', 'granular'], `${path}.x-kubernetes-map-type`));
  }
  if (listType !== '') {
    faults.push(...typeFaults(schema, path, 'array', 'x-kubernetes-list-type'));
    faults.push(...supported(listType, ['atomic', 'set', 'map'], `${path}.x-kubernetes-list-type`));
  }
  const keys = keysOf(schema);
  if (keys.length > 0 && listType !== 'map') {
    const words = 'must be map if x-kubernetes-list-map-keys is non-empty';
    const field = `${path}.x-kubernetes-list-type`;
    faults.push(listType === '' ? required(field, words) : unknownValue(field, listType, words));
  }
  return listType === 'map' ? [...faults, ...keyFaults(schema, path, keys)] : faults;
}

function typeFaults(schema: Schema, path: string, wanted: string, mark: string): FieldFault[] {
  const type = textAt(schema, 'type');
  const words = `must be ${wanted} if ${mark} is specified`;
  if (type === '') return [required(`${path}.type`, words)];
  return type === wanted ? [] : [unknownValue(`${path}.type`, type, words)];
}

function keysOf(schema: Schema): string[] {
  const keys = schema['x-kubernetes-list-map-keys'];
  return Array.isArray(keys) ? keys.map(String) : [];
}

function keyFaults(schema: Schema, path: string, keys: readonly string[]): FieldFault[] {
  const items = itemsOf(schema);
  const field = `${path}.x-kubernetes-list-map-keys`;
  const faults: FieldFault[] = [];
  if (keys.length === 0) faults.push(required(field, 'must not be empty if x-kubernetes-list-type is map'));
  if (!items) return [...faults, required(`${path}.items`, 'must have a schema if x-kubernetes-list-type is map')];
  if (items.type !== 'object') {
    const words = "must be object if parent array's x-kubernetes-list-type is map";
    return [...faults, unknownValue(`${path}.items.type`, items.type ?? '', words)];
  }
  const needed = Array.isArray(items.required) ? items.required : [];
  for (const [at, key] of keys.entries()) {
    const property = propertyOf(items, key);
    if (!property) faults.push(unknownValue(field, keys, 'entries must all be names of item properties'));
    else if (property.type === 'array' || property.type === 'object')
      faults.push(
        unknownValue(
          `${path}.items.properties[${key}].type`,
          items.type,
          "must be a scalar type if parent array's x-kubernetes-list-type is map",
        ),
      );
    if (keys.indexOf(key) < at) faults.push(unknownValue(field, keys, 'must not contain duplicate entries'));
    if (property && !needed.includes(key) && property.default === undefined)
      faults.push(
        required(
          `${path}.items.properties[${key}].default`,
          'this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property',
        ),
      );
  }
  return faults;
}
