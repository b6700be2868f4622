import { z } from 'zod';
import { Problem } from '../../base/errors.ts';
import { listObjects, refOf } from '../../cluster/objects.ts';
import type { ObjectPatch } from '../../cluster/patch.ts';
import type { ObjectRef } from '../../cluster/resources.ts';
import { findKind, findResource } from '../../cluster/resources.ts';
import type { PreviewContext, StepKind } from '../step-kind.ts';
import { accessTo } from './access-needs.ts';
import { counted, renderKnown, shellWord } from './explain.ts';
import { kubectlName, resolveObjectName } from './object-names.ts';
import {
  changedSince,
  formerFields,
  planFormerFields,
  previewPatches,
  probePatches,
  restoreFields,
  sendPatches,
} from './patched-objects.ts';
import { objectName, scalar } from './step-shapes.ts';

const nameOf = ({ kind, name }: ObjectRef) => `${kind}/${name}`;

const values = z
  .record(z.string().min(1), scalar.nullable())
  .refine((all) => Object.keys(all).length > 0, 'name at least one')
  .optional();

const shape = {
  label: z
    .strictObject({
      objects: z.array(objectName).min(1).optional().describe('Objects by name'),
      select: z
        .strictObject({
          kind: z.string().min(1).describe('`Pod`, or with its API `apps/v1/Deployment`'),
          selector: z.string().min(1).describe('Labels: `app=tars-backend`'),
        })
        .optional()
        .describe('All objects of a kind that have labels'),
      labels: values.describe('Labels and their values; `null` takes one away'),
      annotations: values.describe('Annotations and their values; `null` takes one away'),
    })
    .refine(
      ({ objects, select }) => (objects === undefined) !== (select === undefined),
      'give one of `objects` and `select`',
    )
    .refine(
      ({ labels, annotations }) => labels !== undefined || annotations !== undefined,
      'give `labels` or `annotations`',
    )
    .describe('Objects, and the labels and annotations that they are to have'),
};
type Config = z.infer<z.ZodObject<typeof shape>>;

/** Sets and removes labels and annotations. */
export const labelStep: StepKind<Config> = {
  name: 'label',
  description: 'Sets or removes labels and annotations of objects',
  shape,
  effects: 'cluster',
  outputs: { objects: 'list', changed: 'list' },
  plan: async (config, context) => previewPatches(await patchesOf(config, context), context),
  async access(config, context) {
    const { select } = context.render(config.label);
    const refs = select
      ? [await kindOf(select.kind, context)]
      : (await patchesOf(config, context)).map(({ ref }) => ref);
    return accessTo(refs, select ? ['list', 'get', 'patch'] : ['get', 'patch']);
  },
  async probe(config, context, before) {
    const patches = await patchesOf(config, context);
    const probe = await probePatches(patches, context);
    const changed = changedSince(before);
    return changed ? { ...probe, outputs: { objects: patches.map(({ ref }) => nameOf(ref)), changed } } : probe;
  },
  before: async (config, context) => formerFields(await patchesOf(config, context), context),
  async run(config, context) {
    const patches = await patchesOf(config, context);
    const { changed } = await sendPatches(patches, context);
    const objects = patches.map(({ ref }) => nameOf(ref));
    const summary = `${changed.length} of ${counted(objects.length, 'object')} changed`;
    return { ...(objects.length === 0 ? { status: 'skipped' as const } : {}), summary, outputs: { objects, changed } };
  },
  planUndo: (_, context, before) => planFormerFields(before, context),
  undo: (_, context, before) => restoreFields(before, context),
  async equivalent({ label }, context) {
    const { objects = [], select, labels, annotations } = renderKnown(context, label);
    const whom = select
      ? [`${select.kind.split('/').at(-1)?.toLowerCase()} -l ${shellWord(select.selector)}`]
      : objects.map(kubectlName);
    const line = (verb: string, wanted: Record<string, unknown> | undefined) =>
      wanted === undefined
        ? []
        : whom.map((one) => `kubectl ${verb} --overwrite ${one} -n ${context.namespace} ${assignments(wanted)}`);
    return [...line('label', labels), ...line('annotate', annotations)];
  },
};

function assignments(wanted: Record<string, unknown>): string {
  return Object.entries(wanted)
    .map(([key, value]) => shellWord(value === null ? `${key}-` : `${key}=${value}`))
    .join(' ');
}

async function patchesOf(config: Config, context: PreviewContext): Promise<ObjectPatch[]> {
  const { labels, annotations } = context.render(config.label);
  const metadata = {
    ...(labels ? { labels: texts(labels) } : {}),
    ...(annotations ? { annotations: texts(annotations) } : {}),
  };
  const refs = await refsOf(config, context);
  return refs.map((ref) => ({ ref, type: 'merge' as const, body: { metadata } }));
}

/** Labels are texts, whatever YAML took them for. */
function texts(wanted: Record<string, string | number | boolean | null>): Record<string, string | null> {
  return Object.fromEntries(Object.entries(wanted).map(([key, value]) => [key, value === null ? null : String(value)]));
}

async function refsOf({ label }: Config, context: PreviewContext): Promise<ObjectRef[]> {
  const { objects = [], select } = context.render({ objects: label.objects, select: label.select });
  const { connection, namespace, signal } = context;
  if (!select) return Promise.all(objects.map((name) => resolveObjectName(connection, name, namespace)));
  const { apiVersion, kind } = await kindOf(select.kind, context);
  const found = await listObjects(connection, { apiVersion, kind, namespace, labelSelector: select.selector }, signal);
  return found.map(refOf);
}

async function kindOf(text: string, { connection, namespace }: PreviewContext) {
  const parts = text.split('/');
  const kind = parts.pop() ?? '';
  const resource =
    parts.length > 0 ? await findResource(connection, parts.join('/'), kind) : await findKind(connection, kind);
  if (resource)
    return { apiVersion: resource.apiVersion, kind, namespace: resource.namespaced ? namespace : undefined };
  throw new Problem(`The cluster has no kind ${kind}`, { next: ['kubectl api-resources shows what it has'] });
}
