import { Problem } from '../../base/errors.ts';
import { waitReady } from '../../cluster/readiness/wait-ready.ts';
import { nameOf } from '../../kubernetes/object.ts';
import type { PlanContext, StepContext, StepKind, StepResult } from '../step-kind.ts';
import { counted } from './explain.ts';
import { helmAccess } from './helm/access.ts';
import { callHelm } from './helm/call.ts';
import { chartSource } from './helm/chart.ts';
import { helmEquivalent } from './helm/equivalent.ts';
import { type HelmConfig, type HelmOptions, helmShape } from './helm/options.ts';
import { previewRelease, previewUndo, type ReleaseBefore } from './helm/plan.ts';
import { isPending, lastGoodRevision, readHistory } from './helm/release.ts';
import { inReleaseNamespace, readRelease } from './helm/render.ts';
import { pendingText, repairPending, rollBack, uninstall } from './helm/repair.ts';
import { probeRollback, rollBackRelease } from './helm/rollback.ts';
import { helmStandIn } from './helm/stand-in.ts';
import { chartStandIn, probeChartStandIn, putChartStandIn, removeChartStandIn } from './helm/stand-in-manifests.ts';
import { compareRelease, placeOf } from './helm/state.ts';
import { helmValues } from './helm/values.ts';
import { requireSecret } from './secret-values.ts';
import { mayRehearse, putStandIn, removeStandIn } from './stand-in.ts';
import { asList } from './step-shapes.ts';
import { toolTimeout } from './tool-call.ts';

/** Installs, upgrades or uninstalls a Helm chart by the installed helm. */
export const helmStep: StepKind<HelmConfig> = {
  name: 'helm',
  description: 'Installs, upgrades or uninstalls a Helm chart, or takes a release back to an earlier revision',
  shape: helmShape,
  effects: 'cluster',
  expressions: [{ path: 'helm.stand-in.set[].when' }],
  outputs: {
    release: 'string',
    namespace: 'string',
    revision: 'double',
    chart: 'string',
    changed: 'bool',
    objects: 'list',
  },
  files: ({ helm }) => [...(helm['values-files'] ?? []), ...asList(helm['stand-in']?.manifests)],
  reads: ({ helm: { chart, repo } }) =>
    chart === undefined || repo !== undefined || /^oci:|\$\{\{/.test(chart) ? [] : [chart],
  plan: (config, context) => previewRelease(renderOptions(config, context), context),
  access: (config, context) => helmAccess(renderOptions(config, context), context),
  async probe(config, context) {
    const options = renderOptions(config, context);
    const standIn = chartStandIn(options, context);
    if (standIn) return probeChartStandIn(standIn, context);
    const place = placeOf(options, context);
    const last = (await readHistory(place, context)).at(-1);
    if (isPending(last)) return { done: false, reason: pendingText(place, last) };
    if (options.rollback !== undefined) return probeRollback(options, context);
    if (options.uninstall) {
      const done = !last || last.status === 'uninstalled';
      return { done, reason: done ? `${options.release} is gone` : `${options.release} is ${last.status}` };
    }
    if (!last) return { done: false, reason: `there is no release ${options.release}` };
    const { unchanged } = await compareRelease(options, context, (input) => requireSecret(input, context));
    const waits = options.wait === 'ready' || options.wait === 'helm';
    if (unchanged && waits) return { done: false, reason: 'it is installed; it is waited for again' };
    return { done: unchanged, reason: unchanged ? `${last.chart} is installed` : 'it is not as it should be' };
  },
  async before(config, context): Promise<ReleaseBefore> {
    const place = placeOf(renderOptions(config, context), context);
    // Without a helm there is nothing but a stand-in; anywhere else not to know it would make undoing uninstall what was there.
    const history = await readHistory(place, context).catch((error) => {
      if (mayRehearse(context)) return [];
      throw error;
    });
    if (history.at(-1)?.status === 'uninstalled') return { revision: 0 };
    const last = lastGoodRevision(history);
    return last ? { revision: last.revision, chart: last.chart } : { revision: 0 };
  },
  async run(config, context) {
    const options = renderOptions(config, context);
    if (options.uninstall) return remove(options, context);
    if (options.rollback !== undefined) return rollBackRelease(options, context);
    const manifests = chartStandIn(options, context);
    if (manifests) return putChartStandIn(manifests, context);
    const standIn = await helmStandIn(options, context);
    return standIn ? putStandIn(standIn, context) : install(options, context);
  },
  equivalent: (config, context) => helmEquivalent(config.helm, context),
  planUndo: (config, context, before) => previewUndo(renderOptions(config, context), context, before as ReleaseBefore),
  async undo(config, context, before) {
    return undoRelease(renderOptions(config, context), context, (before ?? { revision: 0 }) as ReleaseBefore);
  },
};

/** The changes to a stand-in are rendered where they are made, as those of `apply` are. */
function renderOptions({ helm }: HelmConfig, context: PlanContext): HelmOptions {
  const { 'stand-in': standIn, ...rest } = helm;
  return { ...context.render(rest), ...(standIn ? { 'stand-in': standIn } : {}) };
}

async function install(options: HelmOptions, context: StepContext): Promise<StepResult> {
  const place = placeOf(options, context);
  const secretOf = (input: string) => requireSecret(input, context);
  const way = options['if-pending'] ?? 'ask';
  const history = await repairPending(await readHistory(place, context), place, way, context);
  const last = history.at(-1);
  const unchanged = last !== undefined && (await compareRelease(options, context, secretOf, history)).unchanged;
  if (!unchanged) {
    const source = chartSource(options, context);
    context.progress(`helm installs ${source.text}`);
    const values = helmValues(options, context.pathOf, secretOf);
    const wait = options.wait === 'helm' ? ['--wait'] : [];
    const make = options['create-namespace'] ? ['--create-namespace'] : [];
    const kept = options['history-max'] === undefined ? [] : ['--history-max', String(options['history-max'])];
    const timeout = ['--timeout', toolTimeout(context.timeoutMs)];
    const more = [...make, ...wait, ...kept, ...timeout];
    const args = ['upgrade', '--install', options.release, ...source.args, ...values.args, ...more];
    await callHelm(args, place, context, { stdin: values.stdin, onLine: (line) => context.output(line) });
  }
  const [release, then] = await Promise.all([readRelease(place, context), readHistory(place, context)]);
  const objects = await inReleaseNamespace(release.objects, place, context);
  if (options.wait === 'ready') {
    const { timeoutMs, waiting: signal, progress: onProgress } = context;
    await waitReady(context.connection, objects, { timeoutMs, signal, onProgress });
  }
  const now = then.at(-1);
  const what = `${now?.chart ?? options.chart}, revision ${now?.revision ?? '?'}`;
  const how = unchanged ? 'unchanged' : last ? 'upgraded' : 'installed';
  return {
    summary: `${options.release}: ${how} (${what}), ${counted(objects.length, 'object')}`,
    outputs: {
      ...place,
      revision: now?.revision ?? 0,
      chart: now?.chart ?? '',
      changed: !unchanged,
      objects: objects.map(nameOf),
    },
  };
}

async function remove(options: HelmOptions, context: StepContext): Promise<StepResult> {
  const place = placeOf(options, context);
  const outputs = { ...place, revision: 0, chart: '', changed: false, objects: [] };
  const manifests = await removeChartStandIn(options, context);
  if (manifests) return { ...manifests, outputs: { ...outputs, changed: true } };
  if (chartStandIn(options, context))
    return { status: 'skipped', summary: `nothing stands in for ${options.release}`, outputs };
  if (await removeStandIn(options.release, place.namespace, context))
    return { summary: `the stand-in ${options.release} is gone`, outputs: { ...outputs, changed: true } };
  const last = (await readHistory(place, context)).at(-1);
  if (!last || last.status === 'uninstalled')
    return { status: 'skipped', summary: `there is no release ${options.release} in ${place.namespace}`, outputs };
  await uninstall(place, context, options['keep-history']);
  return { summary: `${options.release} (${last.chart}) is uninstalled`, outputs: { ...outputs, changed: true } };
}

async function undoRelease(options: HelmOptions, context: StepContext, before: ReleaseBefore): Promise<StepResult> {
  const place = placeOf(options, context);
  const manifests = await removeChartStandIn(options, context);
  if (manifests) return manifests;
  if (await removeStandIn(options.release, place.namespace, context))
    return { summary: `the stand-in ${options.release} is gone` };
  const last = (await readHistory(place, context)).at(-1);
  if (!last) {
    if (before.revision > 0) throw cannotComeBack(options, before);
    return { status: 'skipped', summary: `there is no release ${options.release}` };
  }
  if (before.revision === 0) {
    if (last.status !== 'uninstalled') await uninstall(place, context);
    return { summary: `${options.release} is uninstalled, as it was before` };
  }
  if (last.revision === before.revision && last.status === 'deployed')
    return { status: 'skipped', summary: `${options.release} is at revision ${before.revision}, as before` };
  await rollBack(place, before.revision, context);
  return { summary: `${options.release} is rolled back to what revision ${before.revision} was (${before.chart})` };
}

function cannotComeBack({ release }: HelmOptions, { chart }: ReleaseBefore): Problem {
  return new Problem(`${release} was uninstalled without its history, and cannot be brought back`, {
    next: [`Install ${chart ?? 'its chart'} again with the values that it had`],
  });
}
