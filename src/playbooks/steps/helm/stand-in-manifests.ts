import { getObject, refOf } from '../../../cluster/objects.ts';
import { servesKind } from '../../../cluster/resources.ts';
import type { KubernetesObject } from '../../../kubernetes/object.ts';
import { findTool } from '../../../tools/find-tool.ts';
import { helm } from '../../../tools/tool.ts';
import type { AccessNeed, PreviewContext, StepContext, StepProbe, StepResult } from '../../step-kind.ts';
import type { StepPreview } from '../../step-preview.ts';
import { applyStep } from '../apply.ts';
import { deleteStep } from '../delete.ts';
import { readObjects } from '../manifest-objects.ts';
import { mayRehearse, standInFor, standInLabel } from '../stand-in.ts';
import { asList } from '../step-shapes.ts';
import { chartSource } from './chart.ts';
import type { HelmOptions } from './options.ts';
import { placeOf } from './state.ts';

/** Manifests that stand in for a chart on the sandbox: the same kinds and names, so that what comes after finds them. */
export interface ChartStandIn {
  options: HelmOptions & { 'stand-in': NonNullable<HelmOptions['stand-in']> };
  /** `the chart istiod 1.30.0 from https://…`. */
  what: string;
  why: string;
}

/**
 * The manifests that are applied in place of the chart: on the sandbox alone, for a chart from elsewhere, which is never fetched
 * there, and for one of our own where no helm is installed. Undefined where helm does it.
 */
export function chartStandIn(options: HelmOptions, context: PreviewContext): ChartStandIn | undefined {
  const { 'stand-in': standIn, release } = options;
  if (!standIn || !mayRehearse(context)) return undefined;
  const source = options.chart === undefined ? undefined : chartSource(options, context);
  const why = source?.from === 'remote' ? 'the sandbox fetches no charts' : missingHelm();
  if (why === undefined) return undefined;
  return {
    options: { ...options, 'stand-in': standIn },
    what: source ? `the chart ${source.text}` : `the release ${release}`,
    why,
  };
}

/** What would become of the stand-in; undefined where its kinds of steps tell nothing. */
export async function previewChartStandIn(
  standIn: ChartStandIn,
  context: PreviewContext,
): Promise<StepPreview | undefined> {
  const { what, why, options } = standIn;
  const told = options.uninstall
    ? await deleteStep.plan?.(...(await deleting(options, context)))
    : await applyStep.plan?.(...(await applying(standIn, context)));
  const how = options.uninstall ? `the stand-in for ${what} goes` : `a stand-in for ${what} (${why})`;
  return told && { ...told, summary: `${how}: ${told.summary}` };
}

export async function accessOfChartStandIn(standIn: ChartStandIn, context: PreviewContext): Promise<AccessNeed[]> {
  const needs = standIn.options.uninstall
    ? await deleteStep.access?.(...(await deleting(standIn.options, context)))
    : await applyStep.access?.(...(await applying(standIn, context)));
  return [...(needs ?? [])];
}

export async function probeChartStandIn(standIn: ChartStandIn, context: StepContext): Promise<StepProbe> {
  const probe = standIn.options.uninstall
    ? await deleteStep.probe?.(...(await deleting(standIn.options, context)))
    : await applyStep.probe?.(...(await applying(standIn, context)));
  return probe ?? { done: false, reason: 'it is looked at again' };
}

/** Applies the manifests, each object labelled as what it is. */
export async function putChartStandIn(standIn: ChartStandIn, context: StepContext): Promise<StepResult> {
  const { what, why } = standIn;
  context.output(`Rehearsal: manifests stand in for ${what} (${why})`);
  const { summary, outputs } = await applyStep.run(...(await applying(standIn, context)));
  const changed = !/^(\S+ unchanged|\d+ objects: \d+ unchanged)(; ready)?$/.test(summary ?? '');
  const place = placeOf(standIn.options, context);
  return {
    summary: `a stand-in for ${what}: ${summary}`,
    outputs: { ...place, revision: 0, chart: '', changed, objects: outputs?.objects ?? [] },
  };
}

/** Takes away what stands in for a chart, and nothing else of these names. Undefined where none of it is there. */
export async function removeChartStandIn(
  options: HelmOptions,
  context: StepContext,
): Promise<{ summary: string } | undefined> {
  if (!options['stand-in'] || !mayRehearse(context)) return undefined;
  const [config, inPlace] = await deleting(options, context);
  const { text } = await inPlace.readFile('');
  if (text === '') return undefined;
  const { summary } = await deleteStep.run(config, inPlace);
  return { summary: `the stand-in for ${options.release} is gone: ${summary}` };
}

async function applying<Context extends PreviewContext>(
  { options, what }: ChartStandIn,
  context: Context,
): Promise<[config: { apply: string }, context: Context]> {
  const objects = (await objectsOf(options, context)).map((object) => labelled(object, what));
  const config = {
    apply: 'stand-in',
    ...(options['stand-in'].set ? { set: options['stand-in'].set } : {}),
    ...(options.wait && options.wait !== 'none' ? { wait: 'ready' as const } : {}),
    ...(options['create-namespace'] ? { 'create-namespace': true } : {}),
  };
  return [config, withText(objects, options, context)];
}

async function deleting<Context extends PreviewContext>(
  options: HelmOptions,
  context: Context,
): Promise<[config: { delete: string }, context: Context]> {
  const objects = await objectsOf(options, context);
  const live = await Promise.all(objects.map(async (object) => ((await standsIn(object, context)) ? [object] : [])));
  return [{ delete: 'stand-in' }, withText(live.flat(), options, context)];
}

/** The objects of the manifests, with faults in them told by file and line. */
function objectsOf(options: HelmOptions, context: PreviewContext): Promise<KubernetesObject[]> {
  const names = context.render(asList(options['stand-in']?.manifests));
  return readObjects(names, { ...context, namespace: placeOf(options, context).namespace });
}

function labelled(object: KubernetesObject, what: string): KubernetesObject {
  const { metadata } = object;
  const labels = { ...metadata.labels, [standInLabel]: 'helm' };
  return { ...object, metadata: { ...metadata, labels, annotations: { ...metadata.annotations, [standInFor]: what } } };
}

async function standsIn(
  object: KubernetesObject,
  { connection, signal, ...context }: PreviewContext,
): Promise<boolean> {
  if (!(await servesKind(connection, object.apiVersion, object.kind))) return false;
  const ref = refOf(object);
  const live = await getObject(connection, { ...ref, namespace: ref.namespace ?? context.namespace }, signal);
  return live?.metadata.labels?.[standInLabel] !== undefined;
}

/** The objects in the place of a file, in the namespace of the release. */
function withText<Context extends PreviewContext>(
  objects: readonly KubernetesObject[],
  options: HelmOptions,
  context: Context,
): Context {
  const text = objects.map((object) => `${JSON.stringify(object)}\n`).join('---\n');
  return { ...context, namespace: placeOf(options, context).namespace, readFile: async (path) => ({ path, text }) };
}

function missingHelm(): string | undefined {
  try {
    findTool(helm);
    return undefined;
  } catch {
    return 'helm is not installed';
  }
}
