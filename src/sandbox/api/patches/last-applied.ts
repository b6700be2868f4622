import type { KubernetesObject } from '../../../kubernetes/object.ts';
import { isObject, type Json } from '../json.ts';
import { compare } from '../managed/comparison.ts';
import { isEmpty, without } from '../managed/field-sets.ts';
import { fieldsOf } from '../managed/fields.ts';
import type { MergeType } from '../managed/merge-type.ts';
import type { Conflict } from './apply-conflicts.ts';

const annotation = 'kubectl.kubernetes.io/last-applied-configuration';

/**
 * The conflicts that are left when kubectl takes over what it applied on the client's side before: that is no conflict
 * (`managedfields/internal/lastappliedmanager.go`).
 */
export function yieldsToLastApplied(
  conflicts: readonly Conflict[],
  live: KubernetesObject,
  type: MergeType,
): Conflict[] {
  const last = lastApplied(live);
  if (!last || last.apiVersion !== live.apiVersion) return [...conflicts];
  const { changed = {}, removed = {} } = compare(last, live, type);
  const allowed = without(without(fieldsOf(last, type), changed), removed);
  return conflicts.flatMap(({ entry, shared }) => {
    const left = without(shared, allowed);
    return isEmpty(left) ? [] : [{ entry, shared: left }];
  });
}

function lastApplied({ metadata }: KubernetesObject): Json | undefined {
  try {
    const parsed: unknown = JSON.parse(metadata.annotations?.[annotation] ?? '');
    return isObject(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

/** kubectl's own annotation follows what it applies, where there is one (`lastappliedupdater.go`). */
export function withLastApplied(object: KubernetesObject, configuration: KubernetesObject): KubernetesObject {
  const { annotations } = object.metadata;
  if (!annotations?.[annotation]) return object;
  const { annotations: given = {}, ...metadata } = configuration.metadata;
  const { [annotation]: _, ...own } = given;
  const kept = Object.keys(own).length > 0 ? { annotations: own } : {};
  const sent = { ...configuration, metadata: { ...kept, ...metadata } };
  const text = `${JSON.stringify(sent)}\n`;
  return { ...object, metadata: { ...object.metadata, annotations: { ...annotations, [annotation]: text } } };
}
