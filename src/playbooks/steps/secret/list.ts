import { z } from 'zod';
import { Problem } from '../../../base/errors.ts';
import type { FieldChange } from '../../step-preview.ts';
import { shellWord } from '../explain.ts';

/** A key whose value is a list, of which single items come and go while the others stay as they are. */
export const listSchema = z
  .strictObject({
    add: z
      .string()
      .optional()
      .describe('Items that are to be in it, written as the list is; expressions may stand in it'),
    remove: z.string().optional().describe('Items that are not to be in it'),
    separator: z.string().min(1).optional().describe('What stands between the items; `,` unless said'),
    shown: z.boolean().optional().describe('True for a list that is no secret: its items are shown'),
  })
  .describe('A list, to which items are added and from which items are taken; the last one is never taken');
export type ListWish = z.infer<typeof listSchema>;

/** What becomes of a list; `there` and `absent` are what there was nothing to do about. */
export interface ListChange {
  before: string[];
  after: string[];
  added: string[];
  removed: string[];
  there: string[];
  absent: string[];
  separator: string;
  shown: boolean;
}

/**
 * The list with the wish fulfilled; an item stands in it once, and blanks around it do not count. Throws `Problem` for an item
 * that is wanted and not wanted, and for a list that would be empty.
 */
export function listChange(key: string, value: string | undefined, wish: ListWish): ListChange {
  const { separator = ',', shown = false } = wish;
  const items = (text: string) => [
    ...new Set(
      text
        .split(separator)
        .map((item) => item.trim())
        .filter((item) => item !== ''),
    ),
  ];
  const [before, add, remove] = [items(value ?? ''), items(wish.add ?? ''), items(wish.remove ?? '')];
  const both = add.filter((item) => remove.includes(item));
  if (both.length > 0)
    throw new Problem(`${both.join(', ')} cannot be added to ${key} and removed from it at once`, {
      next: ['Leave it out of one of the two'],
    });
  const removed = remove.filter((item) => before.includes(item));
  const added = add.filter((item) => !before.includes(item));
  const after = [...before.filter((item) => !removed.includes(item)), ...added];
  if (after.length === 0)
    throw new Problem(removed.length > 0 ? `Nothing would be left in ${key}` : `There is nothing in ${key}`, {
      next: [removed.length > 0 ? 'Add another item in the same run, or keep one' : 'Add an item'],
    });
  const there = add.filter((item) => before.includes(item));
  const absent = remove.filter((item) => !before.includes(item));
  return { ...{ before, after, added, removed, there, absent }, separator, shown };
}

/** What is said about a list where its items may be seen: what is in it then, what came and went, what there was nothing to do about. */
export function listSentence(key: string, { after, added, removed, there, absent, shown }: ListChange): string {
  if (!shown) return `${key}: ${added.length} added, ${removed.length} removed`;
  const parts = [
    `${key}: ${after.join(', ')}`,
    ...(added.length > 0 ? [`added: ${added.join(', ')}`] : []),
    ...(removed.length > 0 ? [`removed: ${removed.join(', ')}`] : []),
    ...(there.length > 0 ? [`there already: ${there.join(', ')}`] : []),
    ...(absent.length > 0 ? [`not there anyway: ${absent.join(', ')}`] : []),
  ];
  return parts.join('; ');
}

/** A list that changes, as a plan shows it. */
export function listField(key: string, { before, after, shown, separator }: ListChange): FieldChange {
  const text = (items: readonly string[]) => items.join(separator);
  const path = `data.${key}`;
  return shown
    ? { path, before: text(before), after: text(after) }
    : { path, before: '(hidden)', after: '(hidden, changed)' };
}

/** Takes back what was done to a list: others may have come since, and stay. */
export function listBack(
  value: string,
  { added, removed, separator }: Pick<ListChange, 'added' | 'removed' | 'separator'>,
) {
  const items = value.split(separator).map((item) => item.trim());
  const kept = items.filter((item) => item !== '' && !added.includes(item));
  return [...kept, ...removed.filter((item) => !kept.includes(item))].join(separator);
}

/** The shell lines that do the same; the values pass pipes only. */
export function listLines(
  secret: string,
  n: string,
  key: string,
  { add = '', remove = '', separator = ',' }: ListWish,
) {
  const words = (text: string) => text.split(separator).filter(Boolean).map(shellWord);
  const read = `kubectl get secret ${secret} ${n} -o jsonpath='{.data.${key.replaceAll('.', '\\.')}}' | base64 -d`;
  const split = `tr ${shellWord(separator)} '\n'`.replace('\n', '\\n');
  const without = words(remove).map((word) => ` -e ${word}`);
  const parts = [
    `${read} | ${split}${without.length > 0 ? ` | grep -vxF${without.join('')}` : ''}`,
    ...(add === '' ? [] : [`printf '\\n%s' ${words(add).join(' ')}`]),
  ];
  return [
    `items="$({ ${parts.join('; ')}; } | awk 'NF && !seen[$0]++' | paste -sd${shellWord(separator)} -)"`,
    `printf '{"stringData":{"${key}":"%s"}}' "$items" | kubectl patch secret ${secret} ${n} --type=merge --patch-file=/dev/stdin`,
  ];
}
