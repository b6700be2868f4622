import { Problem } from '../base/errors.ts';
import { type KubernetesObject, nameOf } from '../kubernetes/object.ts';
import { KubernetesError } from './kubernetes-error.ts';
import { fieldManager } from './objects.ts';

/** A field that an apply would change and that belongs to somebody else. */
export interface FieldConflict {
  /** As the server writes it: `.spec.template.spec.containers[name="web"].image`. */
  field: string;
  /** The field manager that owns it. */
  owner: string;
}

/**
 * The conflicts with others that an apply was refused for; none where it was something else. What we have changed ourselves by
 * another way than applying is nobody else's.
 */
export function conflictsOf(error: unknown): FieldConflict[] {
  return allConflicts(error).filter(({ owner }) => owner !== fieldManager);
}

/** Whether an apply was refused only for fields that we have set ourselves: by scaling, patching or labelling. */
export function conflictsWithItself(error: unknown): boolean {
  return allConflicts(error).length > 0 && conflictsOf(error).length === 0;
}

/** The same with what we have changed ourselves: patched, scaled, labelled. */
export function allConflicts(error: unknown): FieldConflict[] {
  if (error instanceof Problem && error.cause instanceof KubernetesError) return allConflicts(error.cause);
  if (!(error instanceof KubernetesError) || error.status !== 409) return [];
  // structured-merge-diff's conflicts: causes with the reason FieldManagerConflict.
  const causes = (error.details.details?.causes ?? []).filter(({ reason }) => reason === 'FieldManagerConflict');
  return causes.map(({ field, message }) => ({
    field: field ?? '?',
    owner: /conflict with "([^"]+)"/.exec(message ?? '')?.[1] ?? message ?? 'somebody else',
  }));
}

/** What says which fields belong to whom, and what can be done. */
export function conflictProblem(error: KubernetesError, object: KubernetesObject): Problem {
  const conflicts = conflictsOf(error);
  if (conflicts.length === 0) return error;
  const [first] = conflicts;
  const others = conflicts.length > 1 ? ` (and ${conflicts.length - 1} more)` : '';
  return new Problem(`${nameOf(object)}: the field ${first?.field} belongs to ${first?.owner}${others}`, {
    where: error.where,
    evidence: conflicts.map(({ field, owner }) => `${field}  owned by ${owner}`),
    next: [
      'Leave the field out of the manifest, or give it the value that it has now',
      'To take it over, apply with force; whoever owns it now may set it back',
    ],
    cause: error,
  });
}

/** The object without these fields: they are left to whoever owns them. */
export function withoutFields(object: KubernetesObject, fields: readonly string[]): KubernetesObject {
  const copy = structuredClone(object);
  for (const field of fields) {
    const place = placeOf(copy, field);
    if (!place) continue;
    if (Array.isArray(place.parent)) place.parent.splice(Number(place.key), 1);
    else delete place.parent[place.key];
  }
  return copy;
}

/** The object with the values that these fields have now: it owns them together with whoever set them. */
export function withLiveFields(
  object: KubernetesObject,
  live: KubernetesObject,
  fields: readonly string[],
): KubernetesObject {
  let copy = structuredClone(object);
  for (const field of fields) {
    const from = placeOf(live, field);
    const place = placeOf(copy, field);
    if (!place) continue;
    if (!from) copy = withoutFields(copy, [field]);
    else (place.parent as Record<string, unknown>)[place.key] = structuredClone(valueAt(from));
  }
  return copy;
}

interface Place {
  parent: Record<string, unknown> | unknown[];
  key: string;
}

function valueAt({ parent, key }: Place): unknown {
  return (parent as Record<string, unknown>)[key];
}

/**
 * Where a field stands in an object. Keys are not quoted in the server's paths, so that one with dots in it is found by the
 * object's own keys, the longest first.
 */
function placeOf(object: unknown, field: string): Place | undefined {
  let value: unknown = object;
  let place: Place | undefined;
  let rest = field;
  while (rest !== '') {
    if (value === null || typeof value !== 'object') return undefined;
    const step = Array.isArray(value) ? inList(value, rest) : inMap(value as Record<string, unknown>, rest);
    if (!step) return undefined;
    place = { parent: value as Place['parent'], key: step.key };
    value = valueAt(place);
    rest = step.rest;
  }
  return place;
}

function inMap(value: Record<string, unknown>, rest: string): { key: string; rest: string } | undefined {
  const keys = Object.keys(value).filter((key) => {
    const after = rest[key.length + 1];
    return rest.startsWith(`.${key}`) && (after === undefined || after === '.' || after === '[');
  });
  const key = keys.sort((a, b) => b.length - a.length)[0];
  return key === undefined ? undefined : { key, rest: rest.slice(key.length + 1) };
}

const pair = /([A-Za-z0-9_]+)=("(?:[^"\\]|\\.)*"|[^,\]]+)/g;

function inList(list: unknown[], rest: string): { key: string; rest: string } | undefined {
  const whole = /^\[((?:"(?:[^"\\]|\\.)*"|[^\]"])*)\]/.exec(rest);
  const inside = whole?.[1] ?? '';
  if (!whole) return undefined;
  const wanted = [...inside.matchAll(pair)].map(([, key = '', value = '']) => [key, read(value)] as const);
  const index = /^\d+$/.test(inside)
    ? Number(inside)
    : inside.startsWith('=')
      ? list.indexOf(read(inside.slice(1)))
      : list.findIndex((item) => wanted.length > 0 && wanted.every(([key, value]) => fits(item, key, value)));
  return index < 0 || index >= list.length ? undefined : { key: String(index), rest: rest.slice(whole[0].length) };
}

function fits(item: unknown, key: string, value: unknown): boolean {
  const found = (item as Record<string, unknown> | null)?.[key];
  // A port's protocol may be left out; the server's path has its default.
  return found === value || (found === undefined && key === 'protocol' && value === 'TCP');
}

function read(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
