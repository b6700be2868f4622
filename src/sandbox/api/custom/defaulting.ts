import { copy, isObject, type Json } from '../json.ts';
import { additionalOf, itemsOf, propertiesOf, propertyOf, type Schema } from './schema.ts';

/**
 * Fills in the `default` values of a structural schema; changes the value, which has to be the caller's own copy. A null where
 * none may be counts as absent (`apiextensions-apiserver/pkg/apiserver/schema/defaulting/{algorithm,prunenulls}.go`).
 */
export function fillDefaults(value: unknown, schema: Schema | undefined): void {
  if (Array.isArray(value)) fillItems(value, itemsOf(schema));
  else if (isObject(value)) fillFields(value, schema);
}

function fillFields(object: Json, schema: Schema | undefined): void {
  for (const [name, about] of Object.entries(propertiesOf(schema)))
    if (about.default !== undefined && (object[name] === undefined || isStrayNull(object[name], about)))
      object[name] = copy(about.default);
  const additional = additionalOf(schema);
  for (const [name, below] of Object.entries(object)) {
    const about = propertyOf(schema, name) ?? additional;
    if (!about) continue;
    if (isStrayNull(below, about)) delete object[name];
    else fillDefaults(below, about);
  }
}

function fillItems(list: unknown[], items: Schema | undefined): void {
  if (!items) return;
  for (const [at, item] of list.entries()) {
    if (isStrayNull(item, items) && items.default !== undefined) list[at] = copy(items.default);
    fillDefaults(list[at], items);
  }
}

function isStrayNull(value: unknown, { nullable, ...schema }: Schema): boolean {
  return value === null && nullable !== true && Object.keys(schema).length > 0;
}

/** Whether a schema has any default in it; remembered, because every read asks. */
export function hasDefaults(schema: Schema | undefined): boolean {
  if (!schema) return false;
  const known = remembered.get(schema);
  if (known !== undefined) return known;
  const below = [...Object.values(propertiesOf(schema)), itemsOf(schema), additionalOf(schema)];
  const found = schema.default !== undefined || below.some(hasDefaults);
  remembered.set(schema, found);
  return found;
}

const remembered = new WeakMap<Schema, boolean>();
