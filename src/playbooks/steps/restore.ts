import { messageOf, Problem } from '../../base/errors.ts';
import { maskText } from '../../base/masking.ts';
import { type ApplyResult, applyObject } from '../../cluster/apply.ts';
import { immutableFields } from '../../cluster/immutable-fields.ts';
import { hasStatus } from '../../cluster/kubernetes-error.ts';
import { deleteObject, fieldManager, getObject, refOf } from '../../cluster/objects.ts';
import { waitDeleted } from '../../cluster/readiness/wait-deleted.ts';
import { type ObjectRef, servesKind } from '../../cluster/resources.ts';
import { dataAtRisk } from '../../kubernetes/data-at-risk.ts';
import { formerFields } from '../../kubernetes/former-fields.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import { inDeleteOrder } from '../../kubernetes/order.ts';
import { holdsSecrets } from '../preview/secret-fields.ts';
import type { PreviewContext, StepContext, StepResult } from '../step-kind.ts';
import type { PreviewedChange, StepPreview } from '../step-preview.ts';
import { changeOf } from './apply/preview.ts';
import { makeWay } from './apply/recreate.ts';
import { inItsPlace, placeOf } from './object-place.ts';

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
  const { ref, was, fields } = former;
  const { connection, signal } = context;
  const place = { object: `${ref.kind}/${ref.name}`, ...(await placeOf(ref, context)) };
  const lost = whyLost(former);
  if (was === 'absent') {
    const live = await liveOf(ref, context);
    if (!live) return undefined;
    if (!isMadeByUs(live)) return { ...place, action: 'unchanged', note: othersOwn };
    const data = dataAtRisk({ ...live, kind: ref.kind });
    return { ...place, action: 'delete', ...(data.length > 0 ? { data } : {}) };
  }
  if (!fields || isMasked(fields)) return { ...place, action: 'unchanged', note: `cannot be brought back: ${lost}` };
  const note = lost ? { note: lost } : {};
  try {
    const result = await applyObject(connection, fields, { signal, unmarked: true, force: true, dryRun: true });
    return { ...changeOf(result), ...note };
  } catch (error) {
    if (immutableFields(error).length > 0)
      return {
        ...place,
        action: 'recreate',
        note: 'it cannot be changed back in place; making it anew is asked about',
      };
    if (!(error instanceof Problem) || hasStatus(error, 401)) throw error;
    const why = hasStatus(error, 404) ? 'it cannot be tried yet' : messageOf(error);
    return { ...place, action: 'create', note: why };
  }
}

/** Brings the objects back: what was made goes, what was changed or deleted is applied as it was. May be repeated. */
export async function restore(before: unknown, context: StepContext): Promise<StepResult> {
  const { connection, signal, waiting, timeoutMs, progress, output } = context;
  const going: (ObjectRef & { uid?: string | undefined })[] = [];
  const lost: string[] = [];
  let back = 0;
  for (const former of inRestoreOrder(before)) {
    signal.throwIfAborted();
    const { ref, was, fields } = former;
    const name = `${ref.kind}/${ref.name}`;
    const why = whyLost(former);
    if (was === 'absent') {
      const live = await liveOf(ref, context);
      if (!live) continue;
      if (!isMadeByUs(live)) {
        output(`${name} is kept: ${othersOwn}`);
        continue;
      }
      await deleteObject(connection, ref, { propagation: 'Foreground', uid: live.metadata.uid, signal });
      output(`${name} is being deleted again`);
      going.push({ ...ref, uid: live.metadata.uid });
    } else if (fields && !isMasked(fields)) {
      const action = await bringBack(fields, context);
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

/** Where it has been made anew since, or the server allows no change back, it is made anew once more, after asking. */
async function bringBack(fields: KubernetesObject, context: StepContext): Promise<ApplyResult['action']> {
  const { connection, signal } = context;
  const options = { signal, unmarked: true, force: true };
  try {
    return (await applyObject(connection, fields, options)).action;
  } catch (error) {
    const immutable = immutableFields(error);
    if (immutable.length === 0) throw error;
    await makeWay(await inItsPlace(fields, context), immutable, { recreate: 'ask' }, context);
    return (await applyObject(connection, fields, options)).action;
  }
}

const othersOwn = 'this step did not make it';

/** Nobody else may have made it since the step looked and found nothing. */
function isMadeByUs({ metadata }: KubernetesObject): boolean {
  const entries = (metadata.managedFields ?? []) as { manager?: string; operation?: string }[];
  return entries.some(({ manager, operation }) => manager === fieldManager && operation === 'Apply');
}

/** What went through a journal has lost its secrets; sending what stands in their place would destroy what is there. */
function isMasked(fields: KubernetesObject): boolean {
  return JSON.stringify(fields).includes(maskText);
}

function whyLost({ fields, lost }: FormerObject): string | undefined {
  return fields && isMasked(fields) ? 'a secret stood in it and was not written down' : lost;
}

/** What is of a kind that is gone is gone with it. */
async function liveOf(
  ref: ObjectRef,
  { connection, signal }: Pick<PreviewContext, 'connection' | 'signal'>,
): Promise<KubernetesObject | undefined> {
  return (await servesKind(connection, ref.apiVersion, ref.kind)) ? getObject(connection, ref, signal) : undefined;
}

/** What was made goes first, the last of it before the others; then what was there is brought back. */
function inRestoreOrder(before: unknown): FormerObject[] {
  const { objects = [] } = (before ?? {}) as Partial<Former>;
  const made = objects.filter(({ was }) => was === 'absent').map((former) => ({ kind: former.ref.kind, former }));
  const there = objects.filter(({ was }) => was === 'there').map((former) => ({ kind: former.ref.kind, former }));
  return [...inDeleteOrder(made), ...inDeleteOrder(there).reverse()].map(({ former }) => former);
}
