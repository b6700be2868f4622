import { applyObject } from '../../cluster/apply.ts';
import { hasStatus } from '../../cluster/kubernetes-error.ts';
import { deleteObject, fieldManager, getObject, refOf } from '../../cluster/objects.ts';
import { waitDeleted } from '../../cluster/readiness/wait-deleted.ts';
import type { ObjectRef } from '../../cluster/resources.ts';
import { dataAtRisk } from '../../kubernetes/data-at-risk.ts';
import { formerFields } from '../../kubernetes/former-fields.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import { inDeleteOrder } from '../../kubernetes/order.ts';
import { holdsSecrets } from '../preview/secret-fields.ts';
import type { PreviewContext, StepContext, StepResult } from '../step-kind.ts';
import type { PreviewedChange, StepPreview } from '../step-preview.ts';
import { changeOf } from './apply/preview.ts';

/** How an object was before a step: JSON without secrets. */
export interface FormerObject {
  ref: ObjectRef;
  was: 'absent' | 'there';
  /** What is applied to bring it back. */
  fields?: KubernetesObject;
  /** Why it cannot be brought back, where it cannot. */
  lost?: string;
}

export interface Former {
  objects: FormerObject[];
}

/** How an object is now, so that applying `wanted` can be taken back. */
export function formerObject(wanted: KubernetesObject, live: KubernetesObject | undefined): FormerObject {
  const ref = refOf(wanted);
  if (!live) return { ref, was: 'absent' };
  if (holdsSecrets(wanted.kind, live))
    return { ref, was: 'there', lost: 'its values are secret and are not written down' };
  const typed = { ...live, apiVersion: wanted.apiVersion, kind: wanted.kind };
  return { ref, was: 'there', fields: formerFields(typed, wanted, fieldManager) };
}

/** Everything that somebody wants of an object that is deleted, so that it can be applied again; its data is not in it. */
export function deletedObject(live: KubernetesObject): FormerObject {
  const ref = refOf(live);
  const data = dataAtRisk(live);
  if (holdsSecrets(live.kind, live))
    return { ref, was: 'there', lost: 'its values were secret and were not written down' };
  const note = data.length > 0 ? { lost: `${data.join(', ')}: gone` } : {};
  return { ref, was: 'there', fields: withoutServersOwn(live), ...note };
}

/** Annotations in which controllers keep how far they are with this one object. */
const controllersOwn = /^(deployment|pv|volume(\.beta)?)\.kubernetes\.io\/|last-applied-configuration$/;

/** An object as it can be applied anew: without what the server gave to this one alone. */
function withoutServersOwn(live: KubernetesObject): KubernetesObject {
  const { status: _, metadata, spec, ...rest } = structuredClone(live);
  const { name, namespace, labels } = metadata;
  const written = Object.entries(metadata.annotations ?? {}).filter(([key]) => !controllersOwn.test(key));
  const annotations = written.length > 0 ? Object.fromEntries(written) : undefined;
  const kept = spec as Record<string, unknown> | undefined;
  if (live.kind === 'Service') for (const key of ['clusterIP', 'clusterIPs', 'healthCheckNodePort']) delete kept?.[key];
  if (live.kind === 'PersistentVolumeClaim') delete kept?.volumeName;
  if (live.kind === 'Pod') delete kept?.nodeName;
  return {
    ...rest,
    metadata: {
      name,
      ...(namespace ? { namespace } : {}),
      ...(labels ? { labels } : {}),
      ...(annotations ? { annotations } : {}),
    },
    ...(kept ? { spec: kept } : {}),
  } as KubernetesObject;
}

/** What bringing the objects back would change. */
export async function planRestore(before: unknown, context: PreviewContext): Promise<StepPreview> {
  const changes: PreviewedChange[] = [];
  let unsure = 0;
  for (const former of inRestoreOrder(before)) {
    const change = await planOne(former, context);
    if (change?.note) unsure += 1;
    if (change) changes.push(change);
  }
  const counts = changes.filter(({ action }) => action !== 'unchanged').length;
  const summary = counts === 0 ? 'nothing is to be taken back' : `${counts} taken back`;
  return { certainty: unsure > 0 ? 'partly' : 'previewed', summary, changes };
}

async function planOne(former: FormerObject, context: PreviewContext): Promise<PreviewedChange | undefined> {
  const { ref, was, fields, lost } = former;
  const { connection, signal, system } = context;
  const place = { object: `${ref.kind}/${ref.name}`, ...(ref.namespace ? { namespace: ref.namespace } : {}) };
  const live = await getObject(connection, ref, signal);
  if (was === 'absent') {
    if (!live) return undefined;
    const data = dataAtRisk({ ...live, kind: ref.kind });
    return { ...place, action: 'delete', ...(data.length > 0 ? { data } : {}) };
  }
  if (!fields) return { ...place, action: 'unchanged', note: `cannot be brought back: ${lost}` };
  try {
    const result = await applyObject(connection, fields, { system, signal, force: true, dryRun: true });
    return { ...changeOf(result), ...(lost ? { note: lost } : {}) };
  } catch (error) {
    if (!hasStatus(error, 404) && !hasStatus(error, 422)) throw error;
    return { ...place, action: 'create', note: 'it cannot be tried yet' };
  }
}

/** Brings the objects back: what was made goes, what was changed or deleted is applied as it was. May be repeated. */
export async function restore(before: unknown, context: StepContext): Promise<StepResult> {
  const { connection, signal, system, waiting, timeoutMs, progress, output } = context;
  const going: (ObjectRef & { uid?: string | undefined })[] = [];
  const lost: string[] = [];
  let back = 0;
  for (const { ref, was, fields, lost: why } of inRestoreOrder(before)) {
    signal.throwIfAborted();
    const name = `${ref.kind}/${ref.name}`;
    if (was === 'absent') {
      const live = await getObject(connection, ref, signal);
      if (!live) continue;
      await deleteObject(connection, ref, { propagation: 'Foreground', uid: live.metadata.uid, signal });
      output(`${name} is being deleted again`);
      going.push({ ...ref, uid: live.metadata.uid });
    } else if (fields) {
      const { action } = await applyObject(connection, fields, { system, signal, force: true });
      if (action !== 'unchanged') back += 1;
      output(`${name} ${action === 'unchanged' ? 'is as it was' : 'is brought back'}`);
    }
    if (why) lost.push(`${name}: ${why}`);
  }
  await waitDeleted(connection, going, { timeoutMs, signal: waiting, onProgress: progress });
  for (const line of lost) output(`cannot be brought back: ${line}`);
  const parts = [
    `${going.length} deleted again`,
    `${back} brought back`,
    ...(lost.length ? [`${lost.length} lost`] : []),
  ];
  return { summary: parts.join(', '), ...(lost.length > 0 ? { evidence: lost } : {}) };
}

/** What was made goes first, the last of it before the others; then what was there is brought back. */
function inRestoreOrder(before: unknown): FormerObject[] {
  const { objects = [] } = (before ?? {}) as Partial<Former>;
  const made = objects.filter(({ was }) => was === 'absent').map((former) => ({ kind: former.ref.kind, former }));
  const there = objects.filter(({ was }) => was === 'there').map((former) => ({ kind: former.ref.kind, former }));
  return [...inDeleteOrder(made), ...inDeleteOrder(there).reverse()].map(({ former }) => former);
}
