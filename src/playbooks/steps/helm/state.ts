import { getObject, refOf } from '../../../cluster/objects.ts';
import type { PreviewContext } from '../../step-kind.ts';
import type { PreviewedChange } from '../../step-preview.ts';
import type { ReleasePlace } from './call.ts';
import { type ChartSource, chartSource } from './chart.ts';
import type { HelmOptions } from './options.ts';
import { keyOf, releaseChanges } from './preview.ts';
import { isPending, type Revision, readHistory } from './release.ts';
import { inReleaseNamespace, type RenderedRelease, readRelease, renderRelease } from './render.ts';
import { type HelmValues, helmValues, valueAt } from './values.ts';

/** A release as it is and as it would be. */
export interface ReleaseComparison {
  source: ChartSource;
  history: Revision[];
  wanted: RenderedRelease;
  changes: PreviewedChange[];
  /** Installing it again would change nothing. */
  unchanged: boolean;
}

export function placeOf({ release, namespace }: HelmOptions, context: { namespace: string }): ReleasePlace {
  return { release, namespace: namespace ?? context.namespace };
}

/** Holds what the step wants against what is there. `secretOf` gives sensitive inputs. Reads only. */
export async function compareRelease(
  options: HelmOptions,
  context: PreviewContext,
  secretOf: (input: string) => string,
  known?: readonly Revision[],
): Promise<ReleaseComparison> {
  const place = placeOf(options, context);
  const source = chartSource(options, context);
  const values: HelmValues = helmValues(options, context.pathOf, secretOf);
  const history = known ? [...known] : await readHistory(place, context);
  const rendered = await renderRelease(place, source, values, context);
  const wanted = { ...rendered, objects: await inReleaseNamespace(rendered.objects, place, context) };
  const last = history.at(-1);
  if (!last || last.status === 'uninstalled')
    return { source, history, wanted, changes: releaseChanges([], wanted.objects, []), unchanged: false };
  const read = await readRelease(place, context);
  const now = await inReleaseNamespace(read.objects, place, context);
  const secrets = secretsOf(options, read.values, secretOf);
  const changes = await withMissing(releaseChanges(now, wanted.objects, secrets), wanted, context);
  const hooks = releaseChanges(read.hooks, wanted.hooks, secrets);
  const isSame = [...changes, ...hooks].every(({ action }) => action === 'unchanged');
  const unchanged = isSame && last.status === 'deployed' && wanted.chart === last.chart && !isPending(last);
  return { source, history, wanted, changes, unchanged };
}

/** An object that somebody deleted is made anew by an upgrade. */
async function withMissing(
  changes: readonly PreviewedChange[],
  { objects }: RenderedRelease,
  { connection, signal }: PreviewContext,
): Promise<PreviewedChange[]> {
  const missing = new Set<string>();
  await Promise.all(
    objects.map(async (object) => {
      const live = await getObject(connection, refOf(object), signal).catch(() => object);
      if (!live) missing.add(keyOf(object));
    }),
  );
  // The changes of what is wanted stand first, in its order.
  return changes.map((change, index) => {
    const object = objects[index];
    const isGone = object && change.action === 'unchanged' && missing.has(keyOf(object));
    return isGone
      ? { ...change, action: 'create' as const, note: 'it is part of the release, and was deleted' }
      : change;
  });
}

/** Sensitive values, the ones of now and the ones to come, which may stand anywhere in what a chart renders. */
function secretsOf(options: HelmOptions, now: unknown, secretOf: (input: string) => string): string[] {
  return Object.entries(options['secret-values'] ?? {}).flatMap(([path, input]) => {
    const old = valueAt(now, path);
    return [secretOf(input), ...(old === undefined || old === null ? [] : [String(old)])];
  });
}
