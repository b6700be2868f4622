import type { KubernetesObject } from '../../../kubernetes/object.ts';
import { toVersion } from '../conversion.ts';
import { apiVersionOf, type Resource } from '../resources.ts';
import { type Comparison, compare } from './comparison.ts';
import { afterUpdate, type ManagedEntry, type Writer } from './managers.ts';
import { mergeTypeOf } from './merge-type.ts';

/** The fields that a path leaves alone, so that nobody comes to own them by it (`GetResetFields` of each strategy). */
export function resetFields({ subresources, custom }: Resource, subresource: string): string[] {
  if (subresource === 'status') return custom ? ['metadata', 'spec'] : ['spec'];
  return subresource === '' && subresources.includes('status') ? ['status'] : [];
}

/** The entries of an object after a POST, PUT or PATCH by a writer; the objects as they are stored. */
export function entriesAfterWrite(
  resource: Resource,
  before: KubernetesObject | undefined,
  after: KubernetesObject,
  writer: Writer,
): ManagedEntry[] {
  const stored = resource.storedAs === apiVersionOf(resource);
  const shown = (object: KubernetesObject) => (stored ? object : toVersion(object, resource));
  const elsewhere = (apiVersion: string): Comparison | undefined => {
    const [version = '', group = ''] = apiVersion.split('/').reverse();
    const other = { ...resource, group, version };
    if (resource.custom || !before || !mergeTypeOf(other)) return undefined;
    return compare(toVersion(before, other), toVersion(after, other), mergeTypeOf(other));
  };
  const reset = resetFields(resource, writer.subresource);
  return afterUpdate(before && shown(before), shown(after), writer, mergeTypeOf(resource), reset, elsewhere);
}
