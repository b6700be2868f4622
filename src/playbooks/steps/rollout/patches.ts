import { z } from 'zod';
import { Problem } from '../../../base/errors.ts';
import type { ObjectPatch } from '../../../cluster/patch.ts';
import type { ObjectRef } from '../../../cluster/resources.ts';
import { currentRevision, listRevisions, type Revision } from '../../../cluster/revisions.ts';
import { restartedAt } from '../../../cluster/started-since.ts';
import { mergePatchBetween } from '../../../kubernetes/merge-patch.ts';
import { type KubernetesObject, nameOf } from '../../../kubernetes/object.ts';
import type { Deployment, PodTemplate } from '../../../kubernetes/workload.ts';
import type { PreviewContext } from '../../step-kind.ts';
import { resolveObjectName } from '../object-names.ts';
import { existingObject } from '../patched-objects.ts';
import { asList, numberOrExpression, objectName } from '../step-shapes.ts';

const workloads = z.union([objectName, z.array(objectName).min(1)]);
const verbs = ['restart', 'undo', 'pause', 'resume', 'image'] as const;
export type RolloutVerb = (typeof verbs)[number];

export const rolloutSchema = z
  .strictObject({
    restart: workloads.optional().describe('Workloads whose pods are replaced by new ones of the same version'),
    'if-older-than': z
      .array(objectName)
      .min(1)
      .optional()
      .describe('With `restart`: only where pods have not started since one of these was changed, e.g. a ConfigMap'),
    undo: objectName.optional().describe('A workload that goes back to the version before'),
    'to-revision': numberOrExpression.optional().describe('With `undo`: back to this revision'),
    pause: workloads.optional().describe('Deployments whose changes are held back'),
    resume: workloads.optional().describe('Deployments whose changes go on'),
    image: z
      .strictObject({
        of: objectName,
        containers: z
          .record(z.string().min(1), z.string().min(1))
          .describe('Container, or init container: its new image'),
      })
      .refine(({ containers }) => Object.keys(containers).length > 0, 'name at least one container')
      .optional()
      .describe('A workload and the new images of its containers'),
  })
  .refine(
    (all) => verbs.filter((verb) => all[verb] !== undefined).length === 1,
    `give one of ${verbs.map((verb) => `\`${verb}\``).join(', ')}`,
  )
  .refine((all) => all['to-revision'] === undefined || all.undo !== undefined, '`to-revision` goes with `undo`')
  .refine(
    (all) => all['if-older-than'] === undefined || all.restart !== undefined,
    '`if-older-than` goes with `restart`',
  );
export type RolloutConfig = z.infer<typeof rolloutSchema>;

export function verbOf(config: RolloutConfig): RolloutVerb {
  return verbs.find((verb) => config[verb] !== undefined) ?? 'restart';
}

/** Names of the workloads as they are written. */
export function workloadsOf(config: RolloutConfig): string[] {
  const verb = verbOf(config);
  return verb === 'image' ? asList(config.image?.of) : asList(config[verb]);
}

/** A workload, what is to be changed in it, and its versions. */
export interface PlannedRollout {
  ref: ObjectRef;
  live: KubernetesObject;
  patch: ObjectPatch;
  revisions: Revision[];
  current: Revision | undefined;
  /** The version that it goes back to. */
  target: Revision | undefined;
}

/** On a workload: the run that last rolled it, and how, so that this is not done twice when the run goes on. */
const rolledBy = 'tars-console.dev/rolled-by';

/** Finds the workloads and makes the patches. Throws `Problem` when one is not there or cannot be rolled so. */
export async function planRollouts(rollout: RolloutConfig, context: PreviewContext): Promise<PlannedRollout[]> {
  const config = context.render(rollout);
  return Promise.all(
    workloadsOf(config).map(async (name) => {
      const ref = await resolveObjectName(context.connection, name, context.namespace);
      const live = await existingObject(ref, context);
      const revisions = await listRevisions(context.connection, live, context.signal);
      const current = currentRevision(live, revisions);
      const target = config.undo === undefined ? undefined : targetOf(live, revisions, current, config['to-revision']);
      const patch = patchFor(config, live, target);
      return { ref, live, patch: { ref, ...patch }, revisions, current, target };
    }),
  );
}

/** The patch, with a note of the run that sends it. */
export function withMark({ patch }: PlannedRollout, mark: string): ObjectPatch {
  const body = patch.body as { metadata?: { annotations?: object } };
  const metadata = { ...body.metadata, annotations: { ...body.metadata?.annotations, [rolledBy]: mark } };
  return { ...patch, body: { ...body, metadata } };
}

export function markOf(object: KubernetesObject): string | undefined {
  return object.metadata.annotations?.[rolledBy];
}

function patchFor(
  config: RolloutConfig,
  live: KubernetesObject,
  target: Revision | undefined,
): Pick<ObjectPatch, 'type' | 'body'> {
  if (config.image) return imagePatch(live, config.image.containers);
  if (target) return { type: 'merge', body: backTo(live, target.template) };
  if (config.restart !== undefined) return restartPatch(live);
  if (live.kind !== 'Deployment')
    throw new Problem(`${nameOf(live)} cannot be paused or resumed`, { next: ['Only Deployments can'] });
  return { type: 'merge', body: { spec: { paused: config.pause !== undefined } } };
}

function restartPatch(live: KubernetesObject): Pick<ObjectPatch, 'type' | 'body'> {
  if ((live as Deployment).spec.paused)
    throw new Problem(`${nameOf(live)} is paused, so that its pods are not replaced`, {
      next: [`Resume it first: kubectl rollout resume deployment/${live.metadata.name} -n ${live.metadata.namespace}`],
    });
  const annotations = { [restartedAt]: `${new Date().toISOString().slice(0, 19)}Z` };
  return { type: 'merge', body: { spec: { template: { metadata: { annotations } } } } };
}

/** The merge patch that gives a workload this template. */
export function backTo(live: KubernetesObject, template: PodTemplate): unknown {
  const { template: now } = live.spec as { template: PodTemplate };
  const change = mergePatchBetween(
    { metadata: now.metadata, spec: now.spec },
    { metadata: template.metadata, spec: template.spec },
  );
  return change === undefined ? {} : { spec: { template: change } };
}

function imagePatch(live: KubernetesObject, images: Record<string, string>): Pick<ObjectPatch, 'type' | 'body'> {
  const { containers, initContainers = [] } = (live.spec as { template: PodTemplate }).template.spec;
  const wanted = (list: readonly { name: string }[]) =>
    list.filter(({ name }) => Object.hasOwn(images, name)).map(({ name }) => ({ name, image: images[name] }));
  const known = [...containers, ...initContainers].map(({ name }) => name);
  const unknown = Object.keys(images).find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw new Problem(`${nameOf(live)} has no container ${unknown}`, { next: [`It has ${known.join(', ')}`] });
  const [own, first] = [wanted(containers), wanted(initContainers)];
  const spec = {
    ...(own.length > 0 ? { containers: own } : {}),
    ...(first.length > 0 ? { initContainers: first } : {}),
  };
  return { type: 'strategic', body: { spec: { template: { spec } } } };
}

function targetOf(
  live: KubernetesObject,
  revisions: readonly Revision[],
  current: Revision | undefined,
  wanted: number | string | undefined,
): Revision {
  const kept = revisions.map(({ number, images }) => `${number} (${images.join(', ')})`).join('; ') || 'none';
  const next = [`Its revisions that are kept: ${kept}`];
  if (wanted !== undefined) {
    const found = revisions.find(({ number }) => number === Number(wanted));
    if (found) return found;
    throw new Problem(`${nameOf(live)} has no revision ${wanted}`, { next });
  }
  const before = revisions.find(({ name }) => name !== current?.name);
  if (before) return before;
  throw new Problem(`${nameOf(live)} has no version to go back to`, { next });
}
