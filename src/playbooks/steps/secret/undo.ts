import { z } from 'zod';
import { deleteObject, getObject, mergePatch } from '../../../cluster/objects.ts';
import type { PreviewContext, StepContext, StepResult } from '../../step-kind.ts';
import type { FieldChange, StepPreview } from '../../step-preview.ts';
import { type ListChange, listBack } from './list.ts';

/** What is noted of a Secret before it is written: names only. */
export const beforeSchema = z.object({
  existed: z.boolean(),
  present: z.array(z.string()),
  created: z.array(z.string()),
  replaced: z.array(z.string()),
  rotated: z.array(z.string()),
  old: z.record(z.string(), z.string()),
  /** Of lists: what came and what went. */
  lists: z
    .record(z.string(), z.object({ added: z.array(z.string()), removed: z.array(z.string()), separator: z.string() }))
    .default({}),
});
export type SecretBefore = z.infer<typeof beforeSchema>;

/** What has to be noted of lists, to take their changes back. */
export function undoneLists(lists: Readonly<Record<string, ListChange>>): SecretBefore['lists'] {
  const changed = Object.entries(lists).filter(([, { added, removed }]) => added.length + removed.length > 0);
  return Object.fromEntries(
    changed.map(([key, { added, removed, separator }]) => [key, { added, removed, separator }]),
  );
}

export async function planSecretUndo(
  name: string,
  { existed, created, replaced, rotated, old, lists }: SecretBefore,
  { namespace }: PreviewContext,
): Promise<StepPreview> {
  const object = `Secret/${name}`;
  if (!existed) {
    const changes = [{ object, namespace, action: 'delete' as const }];
    return { certainty: 'previewed', summary: `deletes ${object}, which the run created`, changes };
  }
  const lost = lostOf({ replaced, rotated, old, lists });
  const fields: FieldChange[] = [
    ...created.map((key) => ({ path: `data.${key}`, before: '(hidden)' })),
    ...Object.keys(lists).map((key) => ({ path: `data.${key}`, before: '(hidden)', after: '(hidden, as before)' })),
    ...Object.keys(old).map((key) => ({ path: `data.${key}`, before: '(hidden)', after: '(hidden, the old value)' })),
  ];
  const note = lost.length > 0 ? { note: `cannot be restored: ${lost.join(', ')}; the old values were not kept` } : {};
  const action = fields.length > 0 ? ('update' as const) : ('unchanged' as const);
  const summary =
    fields.length > 0 ? `takes back what was written to ${object}` : `nothing of ${object} can be taken back`;
  return { certainty: 'previewed', summary, changes: [{ object, namespace, action, fields, ...note }] };
}

/** Deletes a Secret that the run created; else takes out new keys and puts back old values that were kept. */
export async function undoSecret(
  name: string,
  before: SecretBefore,
  { connection, namespace, signal }: StepContext,
): Promise<StepResult> {
  const ref = { apiVersion: 'v1', kind: 'Secret', name, namespace };
  if (!before.existed) {
    const gone = await deleteObject(connection, ref, { signal });
    return { summary: gone === 'deleted' ? `Secret/${name} deleted` : `Secret/${name} was gone already` };
  }
  const live = await getObject(connection, ref, signal);
  if (!live) return { status: 'skipped', summary: `Secret/${name} is gone` };
  const present = (live.data ?? {}) as Record<string, string>;
  const data: Record<string, string | null> = Object.fromEntries(before.created.map((key) => [key, null]));
  for (const [key, kept] of Object.entries(before.old)) {
    const value = present[kept];
    // Without it, it was put back already.
    if (value === undefined || before.present.includes(kept)) continue;
    data[key] = value;
    data[kept] = null;
  }
  for (const [key, list] of Object.entries(before.lists)) {
    const value = present[key];
    if (value === undefined || before.created.includes(key)) continue;
    const text = listBack(Buffer.from(value, 'base64').toString('utf8'), list);
    data[key] = Buffer.from(text).toString('base64');
  }
  const keys = Object.keys(data);
  if (keys.length > 0) await mergePatch(connection, ref, { data }, { signal });
  const lost = lostOf(before);
  const rest = lost.length > 0 ? `; the old values of ${lost.join(', ')} were not kept and cannot be restored` : '';
  return { summary: `${keys.length > 0 ? `taken back: ${keys.join(', ')}` : 'nothing to take back'}${rest}` };
}

function lostOf({
  replaced,
  rotated,
  old,
  lists,
}: Pick<SecretBefore, 'replaced' | 'rotated' | 'old' | 'lists'>): string[] {
  const gone = replaced.filter((key) => !Object.hasOwn(lists, key));
  return [...gone, ...rotated.filter((key) => !Object.hasOwn(old, key))];
}
