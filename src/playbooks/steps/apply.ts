import { z } from 'zod';
import { type ApplyResult, applyObject } from '../../cluster/apply.ts';
import { hasStatus } from '../../cluster/kubernetes-error.ts';
import { forgetResources } from '../../cluster/resources.ts';
import { waitReady } from '../../cluster/wait-ready.ts';
import { type KubernetesObject, nameOf } from '../../kubernetes/object.ts';
import { inApplyOrder } from '../../kubernetes/order.ts';
import type { PlanContext, StepContext, StepKind } from '../step-kind.ts';
import type { StepPreview } from '../step-preview.ts';
import { applyEquivalent } from './apply-equivalent.ts';
import { counted } from './explain.ts';
import { readObjects, withChanges } from './manifest-objects.ts';
import { asList, fileNames } from './step-shapes.ts';

const shape = {
  apply: fileNames.describe('Manifest files to apply, by the playbook’s folder'),
  set: z
    .array(
      z.strictObject({
        select: z.string().min(1).describe('Which objects: `Deployment/tars-backend`, or `Deployment` for all of them'),
        path: z.string().min(1).describe('Where: `spec.template.spec.containers[name=backend].image`'),
        value: z.json().describe('The new value'),
        when: z.string().optional().describe('CEL: only when this is true'),
      }),
    )
    .optional()
    .describe('Changes to the objects before they are applied'),
  wait: z.enum(['ready']).optional().describe('`ready`: until everything that was applied is ready'),
  force: z.boolean().optional().describe('Takes over fields that belong to somebody else'),
};
type Config = z.infer<z.ZodObject<typeof shape>>;

/** Applies manifests server-side, ordered by kind. */
export const applyStep: StepKind<Config> = {
  name: 'apply',
  description: 'Applies manifests, and waits until they are ready',
  shape,
  effects: 'cluster',
  expressions: [{ path: 'set[].when' }],
  files: ({ apply }) => asList(apply),
  plan: async (config, context) => preview(await wantedObjects(config, context), config, context),
  async probe(config, context) {
    const objects = await wantedObjects(config, context);
    for (const object of objects) {
      const { action } = await applyOne(object, config, context, true);
      if (action !== 'unchanged') return { done: false, reason: `${nameOf(object)} is not as it should be` };
    }
    if (config.wait === 'ready') return { done: false, reason: 'everything is applied; it is waited for again' };
    return { done: true, reason: `${counted(objects.length, 'object')} as they should be` };
  },
  async run(config, context) {
    const objects = await wantedObjects(config, context);
    const results: ApplyResult[] = [];
    for (const object of objects) {
      context.signal.throwIfAborted();
      const result = await applyOne(object, config, context, false);
      if (object.kind === 'CustomResourceDefinition') forgetResources(context.connection);
      context.output(`${nameOf(object)} ${result.action}`);
      results.push(result);
    }
    if (config.wait === 'ready') await waitUntilReady(results, context);
    const summary = `${summaryOf(results)}${config.wait === 'ready' ? '; ready' : ''}`;
    return { summary, outputs: { objects: results.map(({ object }) => nameOf(object)) } };
  },
  async equivalent({ apply, set = [], wait, force = false }, context) {
    return applyEquivalent(asList(apply), set, { wait: wait === 'ready', force }, context);
  },
};

async function wantedObjects({ apply, set }: Config, context: PlanContext): Promise<KubernetesObject[]> {
  const objects = await readObjects(context.render(asList(apply)), context);
  return inApplyOrder(withChanges(objects, set, context));
}

function applyOne(
  object: KubernetesObject,
  { force }: Config,
  { connection, system, signal }: Pick<StepContext, 'connection' | 'system' | 'signal'>,
  dryRun: boolean,
): Promise<ApplyResult> {
  return applyObject(connection, object, { system, signal, force, dryRun });
}

async function waitUntilReady(results: readonly ApplyResult[], context: StepContext): Promise<void> {
  await waitReady(
    context.connection,
    results.map(({ object }) => object),
    { timeoutMs: context.timeoutMs, signal: context.waiting, onProgress: context.progress },
  );
}

function summaryOf(results: readonly ApplyResult[]): string {
  const [only] = results;
  if (only && results.length === 1) return `${nameOf(only.object)} ${only.action}`;
  const counts = (['created', 'updated', 'unchanged'] as const).flatMap((action) => {
    const count = results.filter((result) => result.action === action).length;
    return count > 0 ? [`${count} ${action}`] : [];
  });
  return `${counted(results.length, 'object')}: ${counts.join(', ')}`;
}

const planned = { created: 'create', updated: 'update', unchanged: 'unchanged' } as const;

async function preview(
  objects: readonly KubernetesObject[],
  config: Config,
  context: Pick<StepContext, 'connection' | 'system' | 'signal'>,
): Promise<StepPreview> {
  const changes: StepPreview['changes'] = [];
  let unknown = 0;
  for (const object of objects) {
    try {
      const { action } = await applyOne(object, config, context, true);
      changes.push({ object: nameOf(object), action: planned[action] });
    } catch (error) {
      // In a namespace that is yet to be made nothing can be tried (kubernetes#83562).
      if (!hasStatus(error, 404)) throw error;
      unknown += 1;
      changes.push({ object: nameOf(object), action: 'create' });
    }
  }
  const certainty = unknown === 0 ? 'previewed' : unknown < objects.length ? 'partly' : 'cannot preview';
  const summary = unknown === 0 ? counted(objects.length, 'object') : 'its namespace does not exist yet';
  return { certainty, summary, changes };
}
