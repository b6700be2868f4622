import type { FieldChange, PreviewedChange, StepPreview } from '../step-preview.ts';

/** Names an object of a preview within a run: `tars Deployment/tars-backend`. */
export function keyOf({ object, namespace }: Pick<PreviewedChange, 'object' | 'namespace'>): string {
  return `${namespace ?? ''} ${object}`;
}

/**
 * What a step would do now beyond what was accepted, one line for each object. What it no longer has to do is no difference,
 * nor is what the same run has changed before: `ofThisRun` holds its objects, and for a namespace that it made or deleted
 * everything in it counts as its own.
 */
export function differences(
  accepted: StepPreview,
  now: StepPreview,
  ofThisRun: ReadonlySet<string> = new Set(),
): string[] {
  // It was accepted without being known.
  if (accepted.certainty === 'cannot preview' && accepted.changes.length === 0) return [];
  const known = new Map(accepted.changes.map((change) => [keyOf(change), change]));
  return now.changes.flatMap((change) => {
    if (change.action === 'unchanged' || isOfThisRun(change, ofThisRun)) return [];
    const before = known.get(keyOf(change));
    if (!before)
      return accepted.certainty === 'partly' ? [] : [`${nameOf(change)}: ${wouldBe(change)}; it was not in the plan`];
    if (before.action !== change.action)
      return [`${nameOf(change)}: ${wouldBe(change)}; the plan said ${before.action}`];
    return [...newFields(before, change), ...newData(before, change)];
  });
}

function isOfThisRun(change: PreviewedChange, ofThisRun: ReadonlySet<string>): boolean {
  if (ofThisRun.has(keyOf(change))) return true;
  return change.namespace !== undefined && ofThisRun.has(keyOf({ object: `Namespace/${change.namespace}` }));
}

function nameOf({ object, namespace }: PreviewedChange): string {
  return namespace === undefined ? object : `${object} in ${namespace}`;
}

function wouldBe({ action, fields = [] }: PreviewedChange): string {
  const paths = fields.slice(0, 3).map(({ path }) => path);
  const more = fields.length > paths.length ? ` and ${fields.length - paths.length} more` : '';
  return `now ${action}${paths.length > 0 ? ` (${paths.join(', ')}${more})` : ''}`;
}

function newFields(before: PreviewedChange, now: PreviewedChange): string[] {
  // What is made or deleted is so as a whole; its fields are told for an update only.
  if (now.action !== 'update' && now.action !== 'recreate') return [];
  const known = new Map((before.fields ?? []).map((field) => [field.path, field]));
  return (now.fields ?? []).flatMap((field) => {
    const was = known.get(field.path);
    if (was && was.before === field.before && (was.after === field.after || isDrawn(now, field))) return [];
    return [
      `${nameOf(now)}: ${field.path} ${shift(field)}${was ? `; the plan said ${shift(was)}` : '; not in the plan'}`,
    ];
  });
}

/**
 * Whether the server draws a value for this field by chance, another at each dry run: a Service's node ports and addresses
 * (`pkg/registry/core/service/storage/alloc.go`).
 */
function isDrawn({ object }: PreviewedChange, { path, before }: FieldChange): boolean {
  if (!object.startsWith('Service/') || before !== undefined) return false;
  return /^spec\.(ports\[[^\]]*\]\.nodePort|healthCheckNodePort|clusterIPs?(\[\d+\])?)$/.test(path);
}

function shift({ before, after }: FieldChange): string {
  return `${before ?? '(absent)'} → ${after ?? '(absent)'}`;
}

function newData(before: PreviewedChange, now: PreviewedChange): string[] {
  const known = new Set(before.data ?? []);
  return (now.data ?? [])
    .filter((name) => !known.has(name))
    .map((name) => `${nameOf(now)}: ${name} would be lost as well`);
}
