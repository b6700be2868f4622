import type { FieldFault } from '../errors.ts';
import { isObject, type Json, listAt, objectAt, textAt } from '../json.ts';
import { required, unknownValue } from '../validation/faults.ts';
import { additionalOf, propertyOf, type Schema } from './schema.ts';

const columnTypes = ['boolean', 'date', 'integer', 'number', 'string'];
const columnFormats = ['byte', 'date', 'date-time', 'double', 'float', 'int32', 'int64', 'password'];

/** `ValidateCustomResourceColumnDefinition` */
export function columnFaults(version: Json, path: string): FieldFault[] {
  return listAt(version, 'additionalPrinterColumns').flatMap((column, index) => {
    const at = `${path}[${index}]`;
    const [type, format, jsonPath] = [textAt(column, 'type'), textAt(column, 'format'), textAt(column, 'jsonPath')];
    const faults = textAt(column, 'name') === '' ? [required(`${at}.name`)] : [];
    const oneOf = `must be one of ${columnTypes.join(',')}`;
    if (type === '') faults.push(required(`${at}.type`, oneOf));
    else if (!columnTypes.includes(type)) faults.push(unknownValue(`${at}.type`, type, oneOf));
    if (format !== '' && !columnFormats.includes(format))
      faults.push(unknownValue(`${at}.format`, format, `must be one of ${columnFormats.join(',')}`));
    if (jsonPath === '') faults.push(required(`${at}.JSONPath`));
    else faults.push(...pathFaults(jsonPath, `${at}.JSONPath`));
    return faults;
  });
}

function pathFaults(jsonPath: string, field: string): FieldFault[] {
  return jsonPath.startsWith('.') ? [] : [unknownValue(field, jsonPath, 'must be a simple json path starting with .')];
}

/** `ValidateCustomResourceDefinitionSubresources` */
export function scalePathFaults(version: Json, path: string): FieldFault[] {
  const scale = objectAt(version, 'subresources').scale;
  if (!isObject(scale)) return [];
  const check = (name: string, below: readonly string[], where: string, needed: boolean): FieldFault[] => {
    const value = textAt(scale, name);
    const field = `${path}.scale.${name}`;
    if (value === '') return needed ? [required(field)] : [];
    const faults = pathFaults(value, field);
    if (faults.length > 0 || below.some((half) => value.startsWith(half))) return faults;
    return [unknownValue(field, value, `should be a json path under ${where}`)];
  };
  return [
    ...check('specReplicasPath', ['.spec.'], '.spec', true),
    ...check('statusReplicasPath', ['.status.'], '.status', true),
    ...check('labelSelectorPath', ['.spec.', '.status.'], 'either .spec or .status', false),
  ];
}

const mostSelectable = 8;

/** `ValidateCustomResourceSelectableFields` */
export function selectableFaults(version: Json, path: string): FieldFault[] {
  const root = objectAt(version, 'schema').openAPIV3Schema;
  const seen = new Set<string>();
  const faults = listAt(version, 'selectableFields').flatMap((one, index) => {
    const field = `${path}[${index}].jsonPath`;
    const jsonPath = textAt(one, 'jsonPath');
    if (jsonPath === '') return [required(field)];
    const found = schemaAt(isObject(root) ? root : undefined, jsonPath);
    if (typeof found === 'string') return [unknownValue(field, jsonPath, `is an invalid path: ${found}`)];
    const made: FieldFault[] = [];
    if (jsonPath.startsWith('.metadata.'))
      made.push(unknownValue(field, jsonPath, 'must not point to fields in metadata'));
    if (!['string', 'boolean', 'integer'].includes(textAt(found, 'type')))
      made.push(
        unknownValue(
          field,
          jsonPath,
          'must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.',
        ),
      );
    if (seen.has(jsonPath)) made.push({ type: 'FieldValueDuplicate', field, message: JSON.stringify(jsonPath) });
    seen.add(jsonPath);
    return made;
  });
  if (seen.size > mostSelectable)
    faults.push({ type: 'FieldValueTooMany', field: path, message: `${seen.size}: must have at most 8 items` });
  return faults;
}

/** The schema at a path, or why there is none. */
function schemaAt(root: Schema | undefined, path: string): Schema | string {
  if (!path.startsWith('.')) return `expected [ or . but got: ${path.split(/[.[\]]/)[0]}`;
  if (path.includes('[')) return 'array notation is not allowed';
  let found = root;
  for (const name of path.slice(1).split('.')) found = propertyOf(found, name) ?? additionalOf(found);
  return found ?? 'does not refer to a valid field';
}
