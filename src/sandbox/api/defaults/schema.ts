import { copy, isObject, type Json, objectAt } from '../json.ts';

/** The `default` values of a structural schema (`apiextensions-apiserver/pkg/apiserver/schema/defaulting`). */
export function defaultCustom(value: Json, schema: unknown): void {
  for (const [name, about] of Object.entries(objectAt(schema, 'properties'))) {
    if (!isObject(about)) continue;
    if (value[name] === undefined && about.default !== undefined) value[name] = copy(about.default);
    descend(value[name], about);
  }
  const { additionalProperties } = isObject(schema) ? schema : {};
  if (isObject(additionalProperties)) for (const item of Object.values(value)) descend(item, additionalProperties);
}

function descend(value: unknown, schema: Json): void {
  if (isObject(value)) defaultCustom(value, schema);
  else if (Array.isArray(value) && isObject(schema.items)) for (const item of value) descend(item, schema.items);
}
