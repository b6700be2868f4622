import type { FieldFault } from '../errors.ts';
import { copy, isObject, textAt } from '../json.ts';
import { required, unknownValue } from '../validation/faults.ts';
import { hasExpressions, judgeInTime } from './judge-in-time.ts';
import { pruneCustom } from './pruning.ts';
import {
  isEmbedded,
  isIntOrString,
  itemsOf,
  preservesUnknown,
  propertiesOf,
  propertyOf,
  type Schema,
  schemasIn,
} from './schema.ts';
import { valueFaults } from './value-faults.ts';

type Level = 'root' | 'item' | 'field';

const emptyType: Record<Level, string> = {
  root: 'must not be empty at the root',
  item: 'must not be empty for specified array items',
  field: 'must not be empty for specified object fields',
};

/**
 * Whether a schema is structural, and its defaults fit it (`apiextensions-apiserver/pkg/apiserver/schema/{validation,complete}.go`,
 * `defaulting/validation.go`). Sorted by what is said, as there.
 */
export function structureFaults(schema: Schema, path: string): FieldFault[] {
  const faults = [...invariantFaults(schema, path, 'root'), ...completenessFaults(schema, schema, path, path)];
  if (faults.length === 0) return defaultFaults(schema, path);
  const textOf = ({ field, type, message }: FieldFault) => `${field}: ${type} ${message}`;
  return faults.sort((left, right) => (textOf(left) < textOf(right) ? -1 : 1));
}

function invariantFaults(schema: Schema, path: string, level: Level): FieldFault[] {
  const faults: FieldFault[] = [];
  const items = itemsOf(schema);
  const type = textAt(schema, 'type');
  if (type === 'array' && !items) faults.push(required(`${path}.items`, 'must be specified'));
  if (items) faults.push(...invariantFaults(items, `${path}.items`, 'item'));
  for (const [name, below] of Object.entries(propertiesOf(schema)))
    faults.push(...invariantFaults(below, `${path}.properties[${name}]`, 'field'));
  if (schema.additionalProperties !== undefined && level === 'root')
    faults.push(forbidden(`${path}.additionalProperties`, 'must not be used at the root'));
  if (isObject(schema.additionalProperties))
    faults.push(...invariantFaults(schema.additionalProperties, `${path}.additionalProperties`, 'field'));
  faults.push(...junctorFaults(schema, path));
  if (isEmbedded(schema) && type !== 'object')
    faults.push(required(`${path}.type`, 'must be object if x-kubernetes-embedded-resource is true'));
  else if (type === '' && !isIntOrString(schema) && !preservesUnknown(schema))
    faults.push(required(`${path}.type`, emptyType[level]));
  if (level === 'root' && type !== '' && type !== 'object')
    faults.push(unknownValue(`${path}.type`, type, 'must be object at the root'));
  if (level === 'root') faults.push(...metadataFaults(schema, path));
  if (isEmbedded(schema) && !preservesUnknown(schema) && Object.keys(propertiesOf(schema)).length === 0)
    faults.push(
      required(
        `${path}.properties`,
        'must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields',
      ),
    );
  return faults;
}

function forbidden(field: string, message: string): FieldFault {
  return { type: 'FieldValueForbidden', field, message };
}

function metadataFaults(schema: Schema, path: string): FieldFault[] {
  const faults = ['kind', 'apiVersion'].flatMap((name) => {
    const about = propertyOf(schema, name);
    return about && about.type !== 'string'
      ? [unknownValue(`${path}.properties[${name}].type`, about.type ?? '', 'must be string')]
      : [];
  });
  const metadata = propertyOf(schema, 'metadata');
  if (!metadata) return faults;
  const at = `${path}.properties[metadata]`;
  if (metadata.type !== 'object') faults.push(unknownValue(`${at}.type`, metadata.type ?? '', 'must be object'));
  const { type: _, description: __, properties: ___, ...more } = metadata;
  const others = Object.keys(propertiesOf(metadata)).filter((name) => name !== 'name' && name !== 'generateName');
  if (others.length > 0 || Object.keys(more).length > 0)
    faults.push(
      forbidden(at, 'must not specify anything other than name and generateName, but metadata is implicitly specified'),
    );
  return faults;
}

const emptyBelow = ['type', 'title', 'description'];
const undefinedBelow = ['default', 'additionalProperties', 'x-kubernetes-list-type', 'x-kubernetes-map-type'];
const falseBelow = [
  'nullable',
  'x-kubernetes-preserve-unknown-fields',
  'x-kubernetes-embedded-resource',
  'x-kubernetes-int-or-string',
];

/** `allOf`, `anyOf`, `oneOf` and `not` may only restrict values, not describe them. */
function junctorFaults(schema: Schema, path: string): FieldFault[] {
  return junctors(schema, path).flatMap(([below, at, junctor]) => {
    const eitherType = isIntOrString(schema) && (junctor === 'anyOf' || junctor === 'allOf');
    return eitherType ? [] : nestedFaults(below, at);
  });
}

function junctors(schema: Schema, path: string): [Schema, string, string][] {
  const lists = ['allOf', 'anyOf', 'oneOf'].flatMap((field) =>
    schemasIn(schema, field).map((below, at): [Schema, string, string] => [below, `${path}.${field}[${at}]`, field]),
  );
  return isObject(schema.not) ? [...lists, [schema.not, `${path}.not`, 'not']] : lists;
}

function nestedFaults(schema: Schema, path: string): FieldFault[] {
  const items = itemsOf(schema);
  return [
    ...junctorFaults(schema, path),
    ...(items ? nestedFaults(items, `${path}.items`) : []),
    ...Object.entries(propertiesOf(schema)).flatMap(([name, below]) =>
      nestedFaults(below, `${path}.properties[${name}]`),
    ),
    ...marks(schema, path, emptyBelow, 'must be empty to be structural'),
    ...marks(schema, path, undefinedBelow, 'must be undefined to be structural'),
    ...marks(schema, path, falseBelow, 'must be false to be structural'),
    ...(propertyOf(schema, 'metadata')
      ? [forbidden(`${path}.properties[metadata]`, 'must not be specified in a nested context')]
      : []),
  ];
}

function marks(schema: Schema, path: string, fields: readonly string[], words: string): FieldFault[] {
  const set = fields.filter((field) => schema[field] !== undefined && schema[field] !== false && schema[field] !== '');
  return set.map((field) => forbidden(`${path}.${field}`, words));
}

/** What a junctor speaks of has to be described outside of it. */
function completenessFaults(restricting: Schema, described: Schema, path: string, from: string): FieldFault[] {
  return junctors(restricting, from).flatMap(([below, at]) => coverFaults(below, described, path, at));
}

function coverFaults(restricting: Schema, described: Schema | undefined, path: string, from: string): FieldFault[] {
  if (!described) return [required(path, `because it is defined in ${from}`)];
  const items = itemsOf(restricting);
  return [
    ...completenessFaults(restricting, described, path, from),
    ...(items ? coverFaults(items, itemsOf(described), `${path}.items`, `${from}.items`) : []),
    ...Object.entries(propertiesOf(restricting)).flatMap(([name, below]) => {
      const at = `properties[${name}]`;
      return coverFaults(below, propertyOf(described, name), `${path}.${at}`, `${from}.${at}`);
    }),
  ];
}

function defaultFaults(schema: Schema, path: string): FieldFault[] {
  const items = itemsOf(schema);
  const own = schema.default === undefined ? [] : oneDefaultFaults(schema, `${path}.default`);
  return [
    ...own,
    ...(items ? defaultFaults(items, `${path}.items`) : []),
    ...Object.entries(propertiesOf(schema)).flatMap(([name, below]) =>
      defaultFaults(below, `${path}.properties[${name}]`),
    ),
    ...(isObject(schema.additionalProperties)
      ? defaultFaults(schema.additionalProperties, `${path}.additionalProperties`)
      : []),
  ];
}

function oneDefaultFaults(schema: Schema, field: string): FieldFault[] {
  const pruned = { value: copy(schema.default) };
  const unknown = pruneCustom(pruned, { properties: { value: schema } });
  if (unknown.length > 0) return [unknownValue(field, schema.default, 'must not have unknown fields')];
  const judge = () => valueFaults(schema.default, schema, field);
  return hasExpressions(schema) ? judgeInTime(judge) : judge();
}
