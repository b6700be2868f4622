import { Problem } from '../../../base/errors.ts';
import { fieldManager, getObject } from '../../../cluster/objects.ts';
import type { KubernetesObject } from '../../../kubernetes/object.ts';
import type { PreviewContext } from '../../step-kind.ts';
import { type ListChange, listChange } from './list.ts';
import { rotatedAnnotation, rotationMark } from './rotation.ts';
import { type KeySource, keysOf } from './sources.ts';

export interface SecretWish {
  name: string;
  type?: string | undefined;
  keys: Record<string, KeySource>;
  replace?: boolean | string | undefined;
  rotate?:
    | { keys?: string[] | undefined; when?: boolean | string | undefined; 'keep-old'?: string | undefined }
    | undefined;
}

/** What becomes of each key; names only. */
export interface SecretChange {
  live: KubernetesObject | undefined;
  /** The keys that are there, in base64. */
  present: Record<string, string>;
  created: string[];
  kept: string[];
  /** They exist, and get the value that is given. */
  replaced: string[];
  /** They exist, and get a new value. */
  rotated: string[];
  /** Key → the key under which its old value stays. */
  old: Record<string, string>;
  /** Keys whose values are lists, and what becomes of those. */
  lists: Record<string, ListChange>;
  /** This run has rotated them before it was interrupted. */
  isRotated: boolean;
  /** What the Secret is marked with when this run writes it. */
  mark: string | undefined;
}

type Reading = Pick<PreviewContext, 'connection' | 'namespace' | 'signal' | 'render'>;

/** Looks what is there and decides about every key; changes nothing. */
export async function changeOf(wish: SecretWish, context: Reading, run: string | undefined): Promise<SecretChange> {
  const { connection, namespace, signal } = context;
  const ref = { apiVersion: 'v1', kind: 'Secret', name: wish.name, namespace };
  const live = await getObject(connection, ref, signal);
  const present = (live?.data ?? {}) as Record<string, string>;
  const isThere = (key: string) => Object.hasOwn(present, key);
  const wanted = Object.entries(wish.keys);
  const toRotate = rotatedKeys(wish, context);
  const mark = run === undefined || toRotate.length === 0 ? undefined : rotationMark(run, toRotate);
  const isRotated = mark !== undefined && live?.metadata.annotations?.[rotatedAnnotation] === mark;
  // A pair is one: where a half is missing, both are made.
  const there = wanted.filter(([key, source]) => keysOf(key, source).every(isThere)).map(([key]) => key);
  const lists = listsOf(wish, present, context);
  const isChanged = (key: string) => (lists[key]?.added.length ?? 0) + (lists[key]?.removed.length ?? 0) > 0;
  const rotated = isRotated ? [] : there.filter((key) => toRotate.includes(key) && !lists[key]);
  const all = replaces(wish, context);
  const replaced = there.filter((key) => (lists[key] ? isChanged(key) : all && !toRotate.includes(key)));
  const suffix = wish.rotate?.['keep-old'];
  return {
    live,
    present,
    created: wanted.map(([key]) => key).filter((key) => !there.includes(key)),
    kept: there.filter((key) => !rotated.includes(key) && !replaced.includes(key)),
    replaced,
    rotated,
    lists,
    old: suffix === undefined ? {} : Object.fromEntries(rotated.map((key) => [key, `${key}${suffix}`])),
    isRotated,
    mark,
  };
}

function listsOf(
  { keys }: SecretWish,
  present: Readonly<Record<string, string>>,
  { render }: Pick<PreviewContext, 'render'>,
): Record<string, ListChange> {
  const found = Object.entries(keys).flatMap(([key, source]): [string, ListChange][] => {
    if (typeof source === 'string' || !('list' in source)) return [];
    const value = Object.hasOwn(present, key) ? Buffer.from(present[key] ?? '', 'base64').toString('utf8') : undefined;
    return [[key, listChange(key, value, render(source.list))]];
  });
  return Object.fromEntries(found);
}

type Owned = { 'f:data'?: Record<string, unknown> };

/** The keys that steps of ours have written; somebody else may keep further ones in the same Secret. */
export function ownKeys(live: KubernetesObject | undefined): Set<string> {
  const entries = (live?.metadata.managedFields ?? []) as { manager?: string; operation?: string; fieldsV1?: Owned }[];
  const own = entries.filter(({ manager, operation }) => manager === fieldManager && operation === 'Apply');
  const keys = own.flatMap(({ fieldsV1 }) => Object.keys(fieldsV1?.['f:data'] ?? {}));
  return new Set(keys.flatMap((key) => (key.startsWith('f:') ? [key.slice(2)] : [])));
}

function rotatedKeys({ rotate, keys }: SecretWish, { render }: Pick<PreviewContext, 'render'>): string[] {
  if (!rotate || (rotate.when !== undefined && String(render(rotate.when)) !== 'true')) return [];
  const chosen = rotate.keys ?? Object.keys(keys);
  const unknown = chosen.find((key) => !Object.hasOwn(keys, key));
  if (unknown) throw new Problem(`\`rotate\` names ${unknown}, which is no key of this step`);
  return chosen;
}

function replaces({ replace }: SecretWish, { render }: Pick<PreviewContext, 'render'>): boolean {
  return replace !== undefined && String(render(replace)) === 'true';
}
