import { type DiffSegment, type FieldDifference, fieldDifferences } from '../../kubernetes/field-diff.ts';
import { intentOf } from '../../kubernetes/intent.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import { formatPath } from '../../yaml/path.ts';
import type { FieldChange } from '../step-preview.ts';
import { isSecretField, withoutCredentials } from './secret-fields.ts';

/** Longer values are cut: a preview is read by people and kept in the journal. */
const longestValue = 4000;

/** The fields in which an object would differ, as people read them; what is secret is hidden. */
export function fieldChanges(before: KubernetesObject, after: KubernetesObject): FieldChange[] {
  const differences = fieldDifferences(intentOf(before), intentOf(after));
  return differences.map((difference) => shownChange(after.kind, difference));
}

/** A single difference of an object of this kind, with its secrets hidden. */
export function shownChange(kind: string, { path, before, after }: FieldDifference): FieldChange {
  const hidden = isSecretField(kind, path);
  return {
    path: formatPath(path as DiffSegment[]),
    ...(before === undefined ? {} : { before: hidden ? '(hidden)' : shownValue(before, kind, path) }),
    ...(after === undefined
      ? {}
      : { after: hidden ? (before === undefined ? '(hidden)' : '(hidden, changed)') : shownValue(after, kind, path) }),
  };
}

function shownValue(value: unknown, kind: string, path: DiffSegment[]): string {
  const text =
    typeof value === 'string'
      ? readsOtherwise(value)
        ? JSON.stringify(value)
        : value
      : JSON.stringify(hideWithin(value, kind, path));
  const safe = withoutCredentials(text);
  return safe.length > longestValue ? `${safe.slice(0, longestValue)}… (${safe.length} characters)` : safe;
}

/** A text that would be taken for something else without its quotes. */
function readsOtherwise(text: string): boolean {
  return text === '' || /^(true|false|null|~|[-+.\d][\d.eE+-]*|[[{].*|\s.*|.*\s)$/s.test(text);
}

function hideWithin(value: unknown, kind: string, path: DiffSegment[]): unknown {
  if (Array.isArray(value))
    return value.map((item, index) => {
      const name = (item as { name?: unknown } | null)?.name;
      const segment = typeof name === 'string' ? { field: 'name', equals: name } : { index };
      return hideWithin(item, kind, [...path, segment]);
    });
  if (value === null || typeof value !== 'object') return isSecretField(kind, path) ? '(hidden)' : value;
  const entries = Object.entries(value).map(([key, item]) => [key, hideWithin(item, kind, [...path, { key }])]);
  return Object.fromEntries(entries);
}
