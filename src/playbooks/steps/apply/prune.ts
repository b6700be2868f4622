import { Problem } from '../../../base/errors.ts';
import { appliedSet, isMember, type Members, membersOf } from '../../../cluster/applied-set.ts';
import { deleteObject, refOf } from '../../../cluster/objects.ts';
import { waitDeleted } from '../../../cluster/readiness/wait-deleted.ts';
import { dataAtRisk } from '../../../kubernetes/data-at-risk.ts';
import { type KubernetesObject, nameOf } from '../../../kubernetes/object.ts';
import { inDeleteOrder } from '../../../kubernetes/order.ts';
import type { StepContext } from '../../step-kind.ts';
import type { PreviewedChange } from '../../step-preview.ts';
import type { ApplySurroundings } from './one-object.ts';

/** What is deleted only when its name is typed. */
const precious = new Set(['Namespace', 'PersistentVolumeClaim', 'PersistentVolume', 'CustomResourceDefinition']);

/** What the step has applied before and no longer contains, in the order in which it goes. */
export async function toBePruned(
  wanted: readonly KubernetesObject[],
  { connection, namespace, origin, signal }: ApplySurroundings,
): Promise<Members> {
  if (origin === undefined) throw new Problem('`prune` works only within a playbook');
  const namespaces = [...new Set([namespace, ...wanted.flatMap(({ metadata }) => metadata.namespace ?? [])])];
  const { objects, unseen } = await membersOf(connection, appliedSet(origin, namespace), namespaces, signal);
  const kept = new Set(wanted.map((object) => keyOf(object, namespace)));
  // Of what is in no namespace the manifest has none either, unless it was filled in.
  const isKept = (object: KubernetesObject) => kept.has(keyOf(object, namespace)) || kept.has(keyOf(object, ''));
  return { objects: inDeleteOrder(objects.filter((object) => !isKept(object))), unseen };
}

/** By group, not by version: the same object is served in several. */
function keyOf({ apiVersion, kind, metadata }: KubernetesObject, otherwise: string): string {
  const group = apiVersion.includes('/') ? apiVersion.split('/')[0] : '';
  return `${group} ${kind} ${metadata.namespace ?? otherwise} ${metadata.name}`;
}

export function pruneChange(object: KubernetesObject): PreviewedChange {
  const { namespace } = object.metadata;
  const data = dataAtRisk(object);
  return {
    object: nameOf(object),
    ...(namespace === undefined ? {} : { namespace }),
    action: 'delete',
    ...(data.length > 0 ? { data } : {}),
    note: 'this step applied it and no longer contains it',
  };
}

/** Deletes them, after a person has seen the list; what holds data or others' objects only when its name is typed. */
export async function prune(objects: readonly KubernetesObject[], context: StepContext): Promise<KubernetesObject[]> {
  if (objects.length === 0) return [];
  const { connection, signal, waiting, timeoutMs, progress } = context;
  const details = objects.map((object) => [nameOf(object), ...dataAtRisk(object)].join(': '));
  const text = `${objects.length === 1 ? 'An object is' : `${objects.length} objects are`} no longer part of this step. Delete?`;
  const answer = await context.ask({ kind: 'confirm', text, details, dangerous: true });
  if (answer.kind !== 'confirm' || !answer.yes) {
    context.output(`kept, although no longer part of this step: ${objects.map(nameOf).join(', ')}`);
    return [];
  }
  const gone: KubernetesObject[] = [];
  for (const object of objects) {
    if (precious.has(object.kind) && !(await isTyped(object, context))) {
      context.output(`${nameOf(object)} is kept`);
      continue;
    }
    // Since it was listed another step may have taken it over.
    const set = appliedSet(context.origin ?? '', context.namespace);
    if (!(await isMember(connection, set, { ...refOf(object), uid: object.metadata.uid }, signal))) {
      context.output(`${nameOf(object)} is no longer this step's own, and is kept`);
      continue;
    }
    await deleteObject(connection, refOf(object), { propagation: 'Foreground', uid: object.metadata.uid, signal });
    context.output(`${nameOf(object)} is being deleted: it is no longer part of this step`);
    gone.push(object);
  }
  const refs = gone.map((object) => ({ ...refOf(object), uid: object.metadata.uid }));
  await waitDeleted(connection, refs, { timeoutMs, signal: waiting, onProgress: progress });
  return gone;
}

async function isTyped(object: KubernetesObject, context: StepContext): Promise<boolean> {
  const text = `Type the name of ${nameOf(object)} to delete it, with all that it holds`;
  const details = dataAtRisk(object).map((one) => `Lost for good: ${one}`);
  const answer = await context.ask({ kind: 'typed', text, details, expect: object.metadata.name });
  return answer.kind === 'typed' && answer.text === object.metadata.name;
}
