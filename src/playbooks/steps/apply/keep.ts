import { isDeepStrictEqual } from 'node:util';
import { getObject, refOf } from '../../../cluster/objects.ts';
import { servesKind } from '../../../cluster/resources.ts';
import type { KubernetesObject } from '../../../kubernetes/object.ts';
import { getPath, setPath } from '../../../yaml/path.ts';
import type { PreviewContext } from '../../step-kind.ts';
import { isSelected } from '../manifest-objects.ts';
import { inItsPlace } from '../object-place.ts';
import { withChange } from '../structural-change.ts';
import type { ApplyConfig } from './config.ts';

/** An object with what it keeps, and the sentences that say so where the manifest wants something else. */
export interface KeptObject {
  object: KubernetesObject;
  kept: string[];
}

/** The objects with the values that those which are there have at the paths of `keep`. */
export async function withKept(
  objects: readonly KubernetesObject[],
  keep: ApplyConfig['keep'],
  context: Pick<PreviewContext, 'connection' | 'signal' | 'namespace'>,
): Promise<KeptObject[]> {
  return Promise.all(objects.map((object) => keptIn(object, keep ?? [], context)));
}

async function keptIn(
  object: KubernetesObject,
  keep: NonNullable<ApplyConfig['keep']>,
  context: Pick<PreviewContext, 'connection' | 'signal' | 'namespace'>,
): Promise<KeptObject> {
  const fields = keep.filter(({ select }) => isSelected(object, select));
  const { connection, signal } = context;
  if (fields.length === 0 || !(await servesKind(connection, object.apiVersion, object.kind)))
    return { object, kept: [] };
  const live = await getObject(connection, refOf(await inItsPlace(object, context)), signal);
  // What is going is made anew.
  if (!live || live.metadata.deletionTimestamp !== undefined) return { object, kept: [] };
  let changed = object;
  const kept: string[] = [];
  for (const { path, absent } of fields) {
    const now = getPath(live, path);
    const wanted = getPath(object, path);
    if (isDeepStrictEqual(now, wanted) || (absent === 'only' && now !== undefined)) continue;
    if (now === undefined) {
      if (!absent) continue;
      changed = withChange(changed, { path, remove: true });
      kept.push(`${path} stays away`);
      continue;
    }
    changed = setPath(changed, path, now);
    if (wanted !== undefined) kept.push(`${path} stays ${shown(now)}, not ${shown(wanted)}`);
  }
  return { object: changed, kept };
}

function shown(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
