import type { PreviewContext } from '../../step-kind.ts';
import type { StepPreview } from '../../step-preview.ts';
import { counted } from '../explain.ts';
import { standInChange } from '../stand-in.ts';
import type { HelmOptions } from './options.ts';
import { goes } from './preview.ts';
import { isPending, readHistory } from './release.ts';
import { inReleaseNamespace, readRelease } from './render.ts';
import { pendingText } from './repair.ts';
import { previewRollback } from './rollback.ts';
import { helmStandIn } from './stand-in.ts';
import { chartStandIn, previewChartStandIn } from './stand-in-manifests.ts';
import { compareRelease, placeOf } from './state.ts';

/** What is to be known of a release before the step changed it: 0 where there was none. */
export interface ReleaseBefore {
  revision: number;
  chart?: string;
}

/** What a `helm` step would change, object by object. */
export async function previewRelease(options: HelmOptions, context: PreviewContext): Promise<StepPreview> {
  const manifests = chartStandIn(options, context);
  const told = manifests && (await previewChartStandIn(manifests, context));
  if (told) return told;
  if (options.uninstall) return previewUninstall(options, context);
  if (options.rollback !== undefined) return previewRollback(options, context);
  const standIn = await helmStandIn(options, context);
  if (standIn) {
    const summary = `a stand-in for ${standIn.what}`;
    return { certainty: 'partly', summary, changes: [standInChange(standIn)], why: standIn.why };
  }
  const unknown: string[] = [];
  const secretOf = (input: string) => {
    const value = context.secret(input);
    if (value === undefined) unknown.push(input);
    return value ?? `(${input}, not known yet)`;
  };
  const { source, history, wanted, changes, unchanged } = await compareRelease(options, context, secretOf);
  const last = history.at(-1);
  const how = unchanged ? 'unchanged' : last ? `upgrade from ${last.chart} (revision ${last.revision})` : 'install';
  const why = [
    isPending(last) ? `${pendingText(placeOf(options, context), last)}; that is asked about first` : undefined,
    wanted.alone,
    unknown.length > 0 ? `${[...new Set(unknown)].join(', ')} will only be known then` : undefined,
  ].filter((reason) => reason !== undefined);
  const hooks = wanted.hooks.length > 0 && !unchanged ? `, ${counted(wanted.hooks.length, 'hook')}` : '';
  return {
    certainty: why.length === 0 ? 'previewed' : 'partly',
    summary: `${how}: ${source.text}, ${counted(wanted.objects.length, 'object')}${hooks}`,
    changes,
    ...(why.length > 0 ? { why: why.join('; ') } : {}),
  };
}

async function previewUninstall(options: HelmOptions, context: PreviewContext): Promise<StepPreview> {
  const place = placeOf(options, context);
  const last = (await readHistory(place, context)).at(-1);
  if (!last || last.status === 'uninstalled')
    return { certainty: 'previewed', summary: `there is no release ${options.release}`, changes: [] };
  const objects = await inReleaseNamespace((await readRelease(place, context)).objects, place, context);
  const changes = objects.map(goes);
  return { certainty: 'previewed', summary: `${options.release} (${last.chart}) goes`, changes };
}

/** What undoing it would change. */
export async function previewUndo(
  options: HelmOptions,
  context: PreviewContext,
  before: ReleaseBefore | undefined,
): Promise<StepPreview> {
  const manifests = chartStandIn({ ...options, uninstall: true }, context);
  const told = manifests && (await previewChartStandIn(manifests, context));
  if (told) return told;
  if (!before || before.revision === 0) return previewUninstall(options, context);
  const last = (await readHistory(placeOf(options, context), context)).at(-1);
  if (!last)
    return {
      certainty: 'cannot preview',
      summary: `${options.release} cannot be brought back`,
      changes: [],
      why: 'it was uninstalled without its history',
    };
  const isThere = last.revision === before.revision && last.status === 'deployed';
  const summary = `${options.release} ${isThere ? 'is' : 'goes back to what it was'} at revision ${before.revision} (${before.chart})`;
  const change = {
    object: `release/${options.release}`,
    action: isThere ? ('unchanged' as const) : ('update' as const),
  };
  return {
    certainty: isThere ? 'previewed' : 'partly',
    summary,
    changes: [change],
    ...(isThere ? {} : { why: 'helm tells only then which objects it changes' }),
  };
}
