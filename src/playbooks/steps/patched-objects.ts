import { messageOf, Problem } from '../../base/errors.ts';
import { maskText } from '../../base/masking.ts';
import { hasStatus } from '../../cluster/kubernetes-error.ts';
import { getObject } from '../../cluster/objects.ts';
import { type ObjectPatch, patchObject } from '../../cluster/patch.ts';
import type { ObjectRef } from '../../cluster/resources.ts';
import { intentOf } from '../../kubernetes/intent.ts';
import { mergePatchBetween } from '../../kubernetes/merge-patch.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import { fieldChanges } from '../preview/field-changes.ts';
import { holdsSecrets } from '../preview/secret-fields.ts';
import type { PreviewContext, StepProbe, StepResult } from '../step-kind.ts';
import type { PreviewedChange, StepPreview } from '../step-preview.ts';
import { counted } from './explain.ts';

type Surroundings = Pick<PreviewContext, 'connection' | 'signal'>;

/** How to take a patch back: a merge patch to what was there before, as JSON without secrets. */
export interface FormerFields {
  objects: { ref: ObjectRef; patch?: unknown; lost?: string }[];
}

const named = ({ kind, name }: ObjectRef) => `${kind}/${name}`;
const placed = (ref: ObjectRef) => ({ object: named(ref), ...(ref.namespace ? { namespace: ref.namespace } : {}) });
const typed = (object: KubernetesObject, { apiVersion, kind }: ObjectRef) => ({ ...object, apiVersion, kind });

/** The object as it is. Throws `Problem` when it does not exist. */
export async function existingObject(ref: ObjectRef, { connection, signal }: Surroundings): Promise<KubernetesObject> {
  const live = await getObject(connection, ref, signal);
  if (live) return typed(live, ref);
  const where = ref.namespace ? ` in the namespace ${ref.namespace}` : '';
  throw new Problem(`There is no ${named(ref)}${where}`, {
    next: [`kubectl get ${ref.kind.toLowerCase()}${ref.namespace ? ` -n ${ref.namespace}` : ''}`],
  });
}

interface Tried {
  live: KubernetesObject;
  after: KubernetesObject;
}

/** How the object is and how the patch would leave it, by the server's own dry-run. */
async function tryPatch(patch: ObjectPatch, context: Surroundings): Promise<Tried> {
  const live = await existingObject(patch.ref, context);
  const after = await patchObject(context.connection, patch, { dryRun: true, signal: context.signal });
  return { live, after: typed(after, patch.ref) };
}

/** What the patches would change. One whose object is not there yet, or that is refused, is told with its reason. */
export async function previewPatches(patches: readonly ObjectPatch[], context: Surroundings): Promise<StepPreview> {
  const changes: PreviewedChange[] = [];
  const unsure: string[] = [];
  for (const patch of patches) {
    try {
      const { live, after } = await tryPatch(patch, context);
      const fields = fieldChanges(live, after);
      changes.push({
        ...placed(patch.ref),
        action: fields.length > 0 ? 'update' : 'unchanged',
        ...(fields.length > 0 ? { fields } : {}),
      });
    } catch (error) {
      if (!(error instanceof Problem) || hasStatus(error, 401)) throw error;
      unsure.push(messageOf(error));
      changes.push({ ...placed(patch.ref), action: 'update', note: messageOf(error) });
    }
  }
  const count = changes.filter(({ action }) => action !== 'unchanged').length;
  const summary = count === 0 ? 'nothing changes' : `${counted(count, 'object')} ${count === 1 ? 'changes' : 'change'}`;
  const [why] = unsure;
  if (why === undefined) return { certainty: 'previewed', summary, changes };
  return { certainty: unsure.length < patches.length ? 'partly' : 'cannot preview', summary, changes, why };
}

/** Done when none of the patches would change anything. */
export async function probePatches(patches: readonly ObjectPatch[], context: Surroundings): Promise<StepProbe> {
  for (const patch of patches) {
    const { live, after } = await tryPatch(patch, context);
    if (fieldChanges(live, after).length > 0)
      return { done: false, reason: `${named(patch.ref)} is not as it should be` };
  }
  return { done: true, reason: `${counted(patches.length, 'object')} as it should be` };
}

/** The objects that patches have changed since `before` was written down; undefined when that is not known of all. */
export function changedSince(before: unknown): string[] | undefined {
  const { objects } = (before ?? {}) as Partial<FormerFields>;
  if (!objects || objects.some(({ lost }) => lost !== undefined)) return undefined;
  return objects.flatMap(({ ref, patch }) => (patch === undefined ? [] : [named(ref)]));
}

/** What has to be known to take the patches back; a patch that the server refuses now is left to `run`. */
export async function formerFields(patches: readonly ObjectPatch[], context: Surroundings): Promise<FormerFields> {
  const objects = await Promise.all(
    patches.map(async (patch): Promise<FormerFields['objects'] extends (infer One)[] ? One : never> => {
      try {
        const { live, after } = await tryPatch(patch, context);
        const back = mergePatchBetween(intentOf(after), intentOf(live));
        if (back === undefined) return { ref: patch.ref };
        if (patch.ref.kind === 'Secret' || holdsSecrets(patch.ref.kind, back))
          return { ref: patch.ref, lost: 'its values are secret and were not written down' };
        return { ref: patch.ref, patch: back };
      } catch (error) {
        context.signal.throwIfAborted();
        return { ref: patch.ref, lost: messageOf(error) };
      }
    }),
  );
  return { objects };
}

/** Sends the patches, in their order; says for each whether it changed anything. */
export async function sendPatches(
  patches: readonly ObjectPatch[],
  context: Surroundings & { output(line: string): void },
): Promise<{ objects: KubernetesObject[]; changed: string[] }> {
  const objects: KubernetesObject[] = [];
  const changed: string[] = [];
  for (const patch of patches) {
    context.signal.throwIfAborted();
    const live = await existingObject(patch.ref, context);
    const after = typed(await patchObject(context.connection, patch, { signal: context.signal }), patch.ref);
    const different = after.metadata.resourceVersion !== live.metadata.resourceVersion;
    context.output(`${named(patch.ref)} ${different ? 'changed' : 'is as it should be'}`);
    if (different) changed.push(named(patch.ref));
    objects.push(after);
  }
  return { objects, changed };
}

function backPatches(before: unknown): { patches: ObjectPatch[]; lost: string[] } {
  const { objects = [] } = (before ?? {}) as Partial<FormerFields>;
  // What went through a journal has lost its secrets; what stands in their place must not be sent.
  const known = objects.map((one) =>
    JSON.stringify(one.patch ?? '').includes(maskText)
      ? { ref: one.ref, lost: 'a secret stood in it and was not written down' }
      : one,
  );
  const patches = known.flatMap(({ ref, patch }) =>
    patch === undefined ? [] : [{ ref, type: 'merge' as const, body: patch }],
  );
  const lost = known.flatMap((one) => (one.lost === undefined ? [] : [`${named(one.ref)}: ${one.lost}`]));
  return { patches: patches.reverse(), lost };
}

/** What taking the patches back would change. */
export async function planFormerFields(before: unknown, context: Surroundings): Promise<StepPreview> {
  const { patches, lost } = backPatches(before);
  const preview = await previewPatches(patches, context);
  if (lost.length === 0) return preview;
  return { ...preview, certainty: 'partly', why: `cannot be taken back: ${lost.join('; ')}` };
}

/** Takes the patches back; an object that is gone meanwhile needs nothing. */
export async function restoreFields(
  before: unknown,
  context: Surroundings & { output(line: string): void },
): Promise<StepResult> {
  const { patches, lost } = backPatches(before);
  const there: ObjectPatch[] = [];
  for (const patch of patches)
    if (await getObject(context.connection, patch.ref, context.signal)) there.push(patch);
    else context.output(`${named(patch.ref)} is gone`);
  const { changed } = await sendPatches(there, context);
  for (const line of lost) context.output(`cannot be taken back: ${line}`);
  const summary = `${counted(changed.length, 'object')} as before${lost.length > 0 ? `, ${lost.length} lost` : ''}`;
  return { summary, ...(lost.length > 0 ? { evidence: lost } : {}) };
}
