import { z } from 'zod';
import { messageOf, Problem } from '../../base/errors.ts';
import { autoscalerNote, autoscalerOf } from '../../cluster/autoscaler-of.ts';
import { getObject, scaleObject } from '../../cluster/objects.ts';
import { type ObjectPatch, patchObject } from '../../cluster/patch.ts';
import { waitReady } from '../../cluster/readiness/wait-ready.ts';
import type { ObjectRef } from '../../cluster/resources.ts';
import { wantedReplicas } from '../../cluster/wanted-replicas.ts';
import type { AccessNeed, PreviewContext, StepContext, StepKind, StepResult } from '../step-kind.ts';
import type { StepPreview } from '../step-preview.ts';
import { accessTo, accessToWatch } from './access-needs.ts';
import { renderKnown } from './explain.ts';
import { kubectlName, resolveObjectName } from './object-names.ts';
import {
  existingObject,
  formerFields,
  planFormerFields,
  previewPatches,
  probePatches,
  restoreFields,
  sendPatches,
} from './patched-objects.ts';
import { numberOrExpression, objectName } from './step-shapes.ts';

const shape = {
  scale: z
    .union([
      z.strictObject({ workload: objectName, replicas: numberOrExpression }).describe('A workload and its replicas'),
      z
        .strictObject({
          autoscaler: z.string().min(1).describe('Name of a HorizontalPodAutoscaler'),
          minimum: numberOrExpression.optional(),
          maximum: numberOrExpression.optional(),
        })
        .refine(({ minimum, maximum }) => minimum !== undefined || maximum !== undefined, 'give `minimum` or `maximum`')
        .describe('An autoscaler and its limits'),
    ])
    .describe('A workload and how many replicas it is to have, or an autoscaler and its limits'),
  wait: z.enum(['ready']).optional().describe('`ready`: until that many are ready'),
};
type Config = z.infer<z.ZodObject<typeof shape>>;

/** What `undo` needs: the replicas of before; of an autoscaler its former fields. */
interface Former {
  ref: ObjectRef;
  replicas: number;
}

/** Sets the replicas of a workload, or the limits of an autoscaler. */
export const scaleStep: StepKind<Config> = {
  name: 'scale',
  description: 'Sets how many replicas a workload has, or the limits of an autoscaler',
  shape,
  effects: 'cluster',
  outputs: { before: 'double', replicas: 'double' },
  async plan(config, context) {
    const limits = await limitsOf(config, context);
    return limits ? previewPatches([limits], context) : previewScale(await targetOf(config, context), context);
  },
  async access(config, context): Promise<AccessNeed[]> {
    const limits = await limitsOf(config, context);
    if (limits) return accessTo([limits.ref], ['get', 'patch']);
    const { ref } = await targetOf(config, context);
    const scale = {
      verbs: ['get', 'patch'],
      apiVersion: ref.apiVersion,
      kind: ref.kind,
      namespace: ref.namespace,
      subresource: 'scale',
    };
    return [...accessTo([ref], ['get']), scale, ...(config.wait === 'ready' ? accessToWatch([ref]) : [])];
  },
  async probe(config, context) {
    const limits = await limitsOf(config, context);
    if (limits) return probePatches([limits], context);
    const { ref, wanted } = await targetOf(config, context);
    const now = await replicasOf(ref, context);
    return { done: now === wanted && config.wait !== 'ready', reason: `${now} replicas are wanted of it now` };
  },
  async before(config, context): Promise<unknown> {
    const limits = await limitsOf(config, context);
    if (limits) return formerFields([limits], context);
    const { ref } = await targetOf(config, context);
    const replicas = await wantedReplicas(context.connection, ref, context.signal);
    return replicas === undefined ? undefined : { ref, replicas };
  },
  async run(config, context) {
    const limits = await limitsOf(config, context);
    if (limits) {
      const { changed } = await sendPatches([limits], context);
      return {
        summary: `${limits.ref.kind}/${limits.ref.name} ${changed.length > 0 ? 'changed' : 'was as it should be'}`,
      };
    }
    const { ref, wanted } = await targetOf(config, context);
    return scaleTo(ref, wanted, config.wait === 'ready', context);
  },
  async planUndo(_, context, before) {
    const former = asFormer(before);
    return former
      ? previewScale({ ref: former.ref, wanted: former.replicas }, context)
      : planFormerFields(before, context);
  },
  async undo(config, context, before) {
    const former = asFormer(before);
    if (!former) return restoreFields(before, context);
    if (!(await getObject(context.connection, former.ref, context.signal)))
      return { status: 'skipped', summary: `${former.ref.kind}/${former.ref.name} is gone` };
    return scaleTo(former.ref, former.replicas, config.wait === 'ready', context);
  },
  async equivalent({ scale }, context) {
    const n = ` -n ${context.namespace}`;
    const wanted = renderKnown(context, scale);
    if ('workload' in wanted)
      return [`kubectl scale ${kubectlName(wanted.workload)}${n} --replicas=${wanted.replicas}`];
    const { autoscaler, minimum, maximum } = wanted;
    const spec = {
      ...(minimum === undefined ? {} : { minReplicas: minimum }),
      ...(maximum === undefined ? {} : { maxReplicas: maximum }),
    };
    return [`kubectl patch hpa ${autoscaler}${n} --type=merge -p '${JSON.stringify({ spec })}'`];
  },
};

async function targetOf(config: Config, context: PreviewContext): Promise<{ ref: ObjectRef; wanted: number }> {
  const scale = context.render(config.scale);
  if (!('workload' in scale)) throw new Problem('The step names no workload');
  const wanted = countOf(scale.replicas, 'replicas');
  return { ref: await resolveObjectName(context.connection, scale.workload, context.namespace), wanted };
}

/** The patch of an autoscaler's limits; undefined for a step that scales a workload. */
async function limitsOf(config: Config, context: PreviewContext): Promise<ObjectPatch | undefined> {
  const scale = context.render(config.scale);
  if (!('autoscaler' in scale)) return undefined;
  const { autoscaler: name, minimum, maximum } = scale;
  const spec = {
    ...(minimum === undefined ? {} : { minReplicas: countOf(minimum, 'minimum') }),
    ...(maximum === undefined ? {} : { maxReplicas: countOf(maximum, 'maximum') }),
  };
  const ref = { apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', name, namespace: context.namespace };
  return { ref, type: 'merge', body: { spec } };
}

function countOf(value: unknown, what: string): number {
  const count = Number(value);
  if (Number.isInteger(count) && count >= 0 && value !== '') return count;
  throw new Problem(`${value} is no number of ${what === 'replicas' ? 'replicas' : `replicas for \`${what}\``}`);
}

async function replicasOf(ref: ObjectRef, context: PreviewContext): Promise<number> {
  await existingObject(ref, context);
  const replicas = await wantedReplicas(context.connection, ref, context.signal);
  if (replicas !== undefined) return replicas;
  throw new Problem(`${ref.kind}/${ref.name} cannot be scaled`, {
    next: [
      'Only kinds with a `scale` subresource can: Deployments, StatefulSets, ReplicaSets and some custom resources',
    ],
  });
}

function asFormer(before: unknown): Former | undefined {
  return typeof (before as Former | null)?.replicas === 'number' ? (before as Former) : undefined;
}

async function previewScale(
  { ref, wanted }: { ref: ObjectRef; wanted: number },
  context: PreviewContext,
): Promise<StepPreview> {
  const object = `${ref.kind}/${ref.name}`;
  const place = { object, ...(ref.namespace ? { namespace: ref.namespace } : {}) };
  try {
    const now = await replicasOf(ref, context);
    const body = { spec: { replicas: wanted } };
    await patchObject(
      context.connection,
      { ref, type: 'merge', body, subresource: 'scale' },
      { dryRun: true, signal: context.signal },
    );
    const scaler = await autoscalerOf(context.connection, ref, context.signal);
    const note = scaler ? { note: autoscalerNote(scaler, wanted) } : {};
    if (now === wanted)
      return {
        certainty: 'previewed',
        summary: `${object} has ${now} replicas`,
        changes: [{ ...place, action: 'unchanged', ...note }],
      };
    const fields = [{ path: 'spec.replicas', before: String(now), after: String(wanted) }];
    return {
      certainty: 'previewed',
      summary: `${object}: ${now} → ${wanted}`,
      changes: [{ ...place, action: 'update', fields, ...note }],
    };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const why = messageOf(error);
    return {
      certainty: 'cannot preview',
      summary: `${object}: ${wanted} replicas`,
      changes: [{ ...place, action: 'update', note: why }],
      why,
    };
  }
}

async function scaleTo(ref: ObjectRef, wanted: number, wait: boolean, context: StepContext): Promise<StepResult> {
  const { connection, timeoutMs, waiting, progress, signal, output } = context;
  const before = await replicasOf(ref, context);
  const scaler = await autoscalerOf(connection, ref, signal);
  const note = scaler && autoscalerNote(scaler, wanted);
  if (note) output(note);
  if (before !== wanted) await scaleObject(connection, ref, wanted, { signal });
  if (wait)
    await waitReady(connection, [await existingObject(ref, context)], {
      timeoutMs,
      signal: waiting,
      onProgress: progress,
    });
  const what = before === wanted ? `has ${wanted} replicas already` : `${before} → ${wanted}`;
  const summary = `${ref.kind}/${ref.name}${before === wanted ? ' ' : ': '}${what}${note ? ` (${note})` : ''}`;
  return { summary, outputs: { before, replicas: wanted } };
}
