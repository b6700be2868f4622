import { isDeepStrictEqual } from 'node:util';
import { createMasker, type Masker } from '../../../base/masking.ts';
import { type KubernetesObject, nameOf } from '../../../kubernetes/object.ts';
import { fieldChanges } from '../../preview/field-changes.ts';
import type { FieldChange, PreviewedChange } from '../../step-preview.ts';

/** What an upgrade changes: the objects that a release has now against those that it would have. */
export function releaseChanges(
  before: readonly KubernetesObject[],
  after: readonly KubernetesObject[],
  secrets: readonly string[],
): PreviewedChange[] {
  const masker = createMasker();
  for (const secret of secrets) masker.add(secret);
  const old = new Map(before.map((object) => [keyOf(object), object]));
  const wanted = new Set(after.map(keyOf));
  const changed = after.map((object): PreviewedChange => {
    const was = old.get(keyOf(object));
    if (!was) return { ...named(object), action: 'create' };
    if (isDeepStrictEqual(was, object)) return { ...named(object), action: 'unchanged' };
    const fields = fieldChanges(was, object).map((field) => masked(field, masker));
    return { ...named(object), action: 'update', fields };
  });
  const gone = before.filter((object) => !wanted.has(keyOf(object))).map(goes);
  return [...changed, ...gone];
}

function masked({ path, before, after }: FieldChange, { mask }: Masker): FieldChange {
  return {
    path,
    ...(before === undefined ? {} : { before: mask(before) }),
    ...(after === undefined ? {} : { after: mask(after) }),
  };
}

/** What goes when an object is no longer part of a release, or the release itself goes. */
export function goes(object: KubernetesObject): PreviewedChange {
  // https://helm.sh/docs/howto/charts_tips_and_tricks/#tell-helm-not-to-uninstall-a-resource
  const isKept = object.metadata.annotations?.['helm.sh/resource-policy'] === 'keep';
  if (isKept) return { ...named(object), action: 'unchanged', note: 'kept by its helm.sh/resource-policy' };
  const data = object.kind === 'PersistentVolumeClaim' ? { data: [`volume ${object.metadata.name}`] } : {};
  return { ...named(object), action: 'delete', ...data };
}

export function keyOf({ apiVersion, kind, metadata }: KubernetesObject): string {
  const group = apiVersion.includes('/') ? apiVersion.split('/')[0] : '';
  return [group, kind, metadata.namespace ?? '', metadata.name].join('|');
}

function named(object: KubernetesObject): { object: string; namespace?: string } {
  const { namespace } = object.metadata;
  return { object: nameOf(object), ...(namespace === undefined ? {} : { namespace }) };
}
