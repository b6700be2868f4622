import { isObject, type Json } from '../json.ts';

/** A node of a structural schema (`apiextensions-apiserver/pkg/apiserver/schema/structural.go`), as the definition holds it. */
export type Schema = Json;

export function propertiesOf(schema: Schema | undefined): Record<string, Schema> {
  const properties = schema?.properties;
  return isObject(properties) ? (properties as Record<string, Schema>) : {};
}

/** The schema of one property; undefined when it is not declared. */
export function propertyOf(schema: Schema | undefined, name: string): Schema | undefined {
  const properties = propertiesOf(schema);
  return Object.hasOwn(properties, name) ? properties[name] : undefined;
}

export function itemsOf(schema: Schema | undefined): Schema | undefined {
  return isObject(schema?.items) ? schema.items : undefined;
}

/** The schema of what is in a map; empty for `additionalProperties: true`, undefined where there may be no more. */
export function additionalOf(schema: Schema | undefined): Schema | undefined {
  const additional = schema?.additionalProperties;
  if (additional === true) return {};
  return isObject(additional) ? additional : undefined;
}

export function preservesUnknown(schema: Schema | undefined): boolean {
  return schema?.['x-kubernetes-preserve-unknown-fields'] === true;
}

export function isIntOrString(schema: Schema): boolean {
  return schema['x-kubernetes-int-or-string'] === true;
}

export function isEmbedded(schema: Schema | undefined): boolean {
  return schema?.['x-kubernetes-embedded-resource'] === true;
}

/** Its types; both of them for `x-kubernetes-int-or-string`. */
export function typesOf(schema: Schema): string[] {
  if (isIntOrString(schema)) return ['integer', 'string'];
  return typeof schema.type === 'string' && schema.type !== '' ? [schema.type] : [];
}

/** A field that holds a list of schemas: `allOf`, `anyOf`, `oneOf`. */
export function schemasIn(schema: Schema, field: string): Schema[] {
  const list = schema[field];
  return Array.isArray(list) ? list.filter(isObject) : [];
}
