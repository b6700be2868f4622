import type { KubernetesObject } from '../../../kubernetes/object.ts';
import { copy, equal, type Json } from '../json.ts';
import { apiVersionOf, type Resource } from '../resources.ts';
import { fillDefaults, hasDefaults } from './defaulting.ts';
import { pruneCustom } from './pruning.ts';
import type { Schema } from './schema.ts';

/**
 * A stored custom resource as a version of it shows it: with the defaults that its definition has by now, and without what that
 * version does not know (`apiextensions-apiserver/pkg/apiserver/customresource_handler.go`; conversion strategy `None`).
 */
export function presentCustom(object: KubernetesObject, resource: Resource): KubernetesObject {
  const { schema, storedSchema } = resource.custom ?? {};
  const filled = hasDefaults(storedSchema) ? withDefaults(object, storedSchema ?? {}) : object;
  const apiVersion = apiVersionOf(resource);
  return filled.apiVersion === apiVersion ? filled : pruned(filled, apiVersion, schema);
}

/** What a client sent, as it is stored: only what the stored version knows. */
export function storedCustom(object: KubernetesObject, resource: Resource): KubernetesObject {
  if (object.apiVersion === resource.storedAs) return object;
  return pruned(object, resource.storedAs, resource.custom?.storedSchema);
}

function pruned(object: KubernetesObject, apiVersion: string, schema: Schema | undefined): KubernetesObject {
  const made = { ...copy(object), apiVersion };
  pruneCustom(made as unknown as Json, schema);
  return made;
}

/** Objects that were looked at, with what came of it; a changed definition has another schema object. */
const looked = new WeakMap<Schema, WeakMap<KubernetesObject, KubernetesObject>>();

function withDefaults(object: KubernetesObject, schema: Schema): KubernetesObject {
  const known = looked.get(schema) ?? new WeakMap<KubernetesObject, KubernetesObject>();
  looked.set(schema, known);
  const before = known.get(object);
  if (before) return before;
  const filled = copy(object);
  fillDefaults(filled, schema);
  const made = equal(filled, object) ? object : filled;
  known.set(object, made);
  return made;
}
