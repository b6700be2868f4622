import type { KubernetesObject } from '../../../kubernetes/object.ts';
import { copy, type Json } from '../json.ts';
import type { Resource } from '../resources.ts';
import { fillDefaults } from './defaulting.ts';
import { pruneCustom } from './pruning.ts';

/**
 * A custom resource as it is read from a request: unknown fields are gone, defaults are there. `unknown` are the paths of what was
 * taken out, which strict field validation refuses (`customresource_handler.go schemaCoercingDecoder`). What was given stays as it is.
 */
export function decodeCustom(
  { custom }: Resource,
  sent: KubernetesObject,
): { object: KubernetesObject; unknown: string[] } {
  const object = copy(sent);
  const unknown = pruneCustom(object as unknown as Json, custom?.schema);
  fillDefaults(object, custom?.schema);
  return { object, unknown };
}
