import type { SchemaNode } from '../../data/schema-node.ts';
import { schemaOf } from '../../data/schemas.ts';
import { decodeValue } from '../decode/decode-value.ts';
import { emptyFieldsOf } from '../decode/empty-fields.ts';
import { copy, type Json } from '../json.ts';
import type { Resource } from '../resources.ts';
import { structDefaults } from './struct-defaults.ts';

/** Whether anything in or below a definition has defaults: most have not, and are not walked. */
const reaches = new Map<string, boolean>();
const own = new Map<string, Readonly<Json> | undefined>();

/** Gives every struct in an object the fields that it has when nobody gives them. Changes the object. */
export function fillStructs(node: SchemaNode, value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) {
    if (node.items && isReached(node.items)) for (const item of value) fillStructs(node.items, item);
    return;
  }
  const fields = value as Json;
  if (node.additionalProperties) {
    if (isReached(node.additionalProperties))
      for (const one of Object.values(fields)) fillStructs(node.additionalProperties, one);
    return;
  }
  const defaults = defaultsOf(node);
  if (defaults) {
    const empty = emptyFieldsOf(node.definition ?? '')?.written;
    for (const name of Object.keys(defaults))
      if (fields[name] === undefined || fields[name] === empty?.get(name)) fields[name] = copy(defaults[name]);
  }
  for (const name of Object.keys(fields)) {
    const child = node.properties.get(name);
    if (child && isReached(child)) fillStructs(child, fields[name]);
  }
}

/** The schema of a kind as it is stored. */
export function storedSchema({ storedAs, kind }: Resource): SchemaNode | undefined {
  const [version = '', group = ''] = storedAs.split('/').reverse();
  return schemaOf({ group, version, kind });
}

/** The status of an object that nothing has happened to yet. */
export function emptyStatus(resource: Resource): Json {
  const node = storedSchema(resource)?.properties.get('status');
  return node ? decodeValue(node, {}).value : {};
}

function defaultsOf({ definition }: SchemaNode): Readonly<Json> | undefined {
  if (definition === undefined) return undefined;
  if (own.has(definition)) return own.get(definition);
  const found = structDefaults[definition.split('.').slice(-3).join('.')];
  own.set(definition, found);
  return found;
}

function isReached(node: SchemaNode): boolean {
  const { definition } = node;
  if (definition === undefined) {
    const inner = node.items ?? node.additionalProperties;
    return inner !== undefined && isReached(inner);
  }
  const known = reaches.get(definition);
  if (known !== undefined) return known;
  // A struct that holds itself adds nothing by that.
  reaches.set(definition, false);
  const found = defaultsOf(node) !== undefined || [...node.properties.values()].some(isReached);
  reaches.set(definition, found);
  return found;
}
