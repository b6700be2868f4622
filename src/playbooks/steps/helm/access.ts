import type { AccessNeed, PreviewContext } from '../../step-kind.ts';
import type { HelmOptions } from './options.ts';
import { readHistory } from './release.ts';
import { inReleaseNamespace, readRelease } from './render.ts';
import { helmStandIn } from './stand-in.ts';
import { accessOfChartStandIn, chartStandIn } from './stand-in-manifests.ts';
import { compareRelease, placeOf } from './state.ts';

/** The rights that helm will use: for its own Secrets, and for every kind of object of the release. */
export async function helmAccess(options: HelmOptions, context: PreviewContext): Promise<AccessNeed[]> {
  const manifests = chartStandIn(options, context);
  if (manifests) return accessOfChartStandIn(manifests, context);
  const place = placeOf(options, context);
  const { namespace } = place;
  const own: AccessNeed = {
    verbs: ['get', 'list', 'create', 'update', 'delete'],
    apiVersion: 'v1',
    kind: 'Secret',
    namespace,
  };
  const makes = options['create-namespace'] ? [{ verbs: ['create'], apiVersion: 'v1', kind: 'Namespace' }] : [];
  const back = options.rollback !== undefined;
  if (!options.uninstall && !back && (await helmStandIn(options, context))) return makes;
  const objects =
    options.uninstall || back
      ? await releaseObjects(options, context)
      : (await compareRelease(options, context, (input) => context.secret(input) ?? '')).wanted.objects;
  const verbs = options.uninstall ? ['get', 'delete'] : ['get', 'create', 'patch', 'delete'];
  const needs = objects.map(({ apiVersion, kind, metadata }) => ({
    verbs,
    apiVersion,
    kind,
    namespace: metadata.namespace,
  }));
  const key = (need: AccessNeed) => [need.apiVersion, need.kind, need.namespace].join('|');
  return [...makes, own, ...new Map(needs.map((need) => [key(need), need])).values()];
}

async function releaseObjects(options: HelmOptions, context: PreviewContext) {
  const place = placeOf(options, context);
  const last = (await readHistory(place, context)).at(-1);
  if (!last || last.status === 'uninstalled') return [];
  return inReleaseNamespace((await readRelease(place, context)).objects, place, context);
}
