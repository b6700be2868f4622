import { isDeepStrictEqual } from 'node:util';
import { messageOf, Problem } from '../../../base/errors.ts';
import { type ApplyResult, applyObject } from '../../../cluster/apply.ts';
import type { FieldConflict } from '../../../cluster/apply-conflicts.ts';
import { type ImmutableField, immutableFields } from '../../../cluster/immutable-fields.ts';
import { hasStatus } from '../../../cluster/kubernetes-error.ts';
import { getObject, refOf } from '../../../cluster/objects.ts';
import { servesKind } from '../../../cluster/resources.ts';
import { type KubernetesObject, nameOf } from '../../../kubernetes/object.ts';
import { getPath } from '../../../yaml/path.ts';
import { fieldChanges, shownChange } from '../../preview/field-changes.ts';
import { rememberContent } from '../../preview/made-content.ts';
import type { FieldChange, PreviewedChange } from '../../step-preview.ts';
import { inItsPlace } from '../object-place.ts';
import type { ApplyConfig } from './config.ts';
import {
  type ApplySurroundings,
  applyOptions,
  conflictsFor,
  decidedConflicts,
  isGoing,
  withoutConflicts,
} from './one-object.ts';
import { recreationOf } from './recreate.ts';

/** What applying an object would do; `unsure` says why that is not known whole. */
export interface ObjectPreview {
  change: PreviewedChange;
  unsure?: string;
  /** The server has tried it all the same. */
  tried?: boolean;
}

const actions = { created: 'create', updated: 'update', unchanged: 'unchanged' } as const;

/** What applying an object would do, by the server's own dry-run. Throws only when the cluster cannot be asked. */
export async function previewObject(
  wanted: KubernetesObject,
  config: ApplyConfig,
  context: ApplySurroundings,
  together: readonly KubernetesObject[],
): Promise<ObjectPreview> {
  const object = await inItsPlace(wanted, context);
  const preview = await tryObject(object, config, context, together);
  const { marks, system } = applyOptions(config, context, together);
  rememberContent(preview.change, { object, marks, system });
  return preview;
}

async function tryObject(
  object: KubernetesObject,
  config: ApplyConfig,
  context: ApplySurroundings,
  together: readonly KubernetesObject[],
): Promise<ObjectPreview> {
  const { connection } = context;
  if (!(await servesKind(connection, object.apiVersion, object.kind))) return unknownKind(object, together);
  try {
    const tried = await tryApply(object, config, context, together);
    return tried.before && isGoing(tried.before) ? whileGoing(object) : { change: changeOf(tried) };
  } catch (error) {
    const conflicts = conflictsFor(config, error);
    const immutable = immutableFields(error);
    if (conflicts.length > 0) return previewConflict(object, conflicts, config, context, together);
    if (immutable.length > 0) return previewRecreation(object, immutable, config, context);
    // In a namespace that is yet to be made nothing can be tried (kubernetes#83562).
    if (hasStatus(error, 404) && object.metadata.namespace !== undefined) return missingNamespace(object, together);
    if (!(error instanceof Problem) || !isRefusal(error)) throw error;
    return { ...unsure(object, 'create', `the cluster refuses it: ${messageOf(error)}`) };
  }
}

function tryApply(
  object: KubernetesObject,
  config: ApplyConfig,
  context: ApplySurroundings,
  together: readonly KubernetesObject[],
  force = config.force === true,
): Promise<ApplyResult> {
  return applyObject(context.connection, object, { ...applyOptions(config, context, together), force, dryRun: true });
}

function placed(object: KubernetesObject): Pick<PreviewedChange, 'object' | 'namespace'> {
  const { namespace } = object.metadata;
  return { object: nameOf(object), ...(namespace === undefined ? {} : { namespace }) };
}

/** An applied object as a change, with the fields of one that is there already. */
export function changeOf({ action, object, before }: ApplyResult): PreviewedChange {
  const change = { ...placed(object), action: actions[action] };
  return before && action === 'updated' ? { ...change, fields: fieldChanges(before, object) } : change;
}

function unsure(object: KubernetesObject, action: 'create' | 'update', why: string): ObjectPreview {
  return { change: { ...placed(object), action, note: why }, unsure: why };
}

function whileGoing(object: KubernetesObject): ObjectPreview {
  return { change: { ...placed(object), action: 'create', note: 'made anew when it is gone: it is being deleted' } };
}

function unknownKind(object: KubernetesObject, together: readonly KubernetesObject[]): ObjectPreview {
  const { apiVersion, kind } = object;
  const comes = together.some((other) => {
    const { names } = (other.spec ?? {}) as { names?: { kind?: string } };
    return other.kind === 'CustomResourceDefinition' && names?.kind === kind;
  });
  const why = comes ? 'its kind is defined by this step' : `the cluster has no ${kind} in ${apiVersion} yet`;
  return unsure(object, 'create', why);
}

function missingNamespace(object: KubernetesObject, together: readonly KubernetesObject[]): ObjectPreview {
  const { namespace } = object.metadata;
  const comes = together.some(({ kind, metadata }) => kind === 'Namespace' && metadata.name === namespace);
  const why = comes
    ? `the namespace ${namespace} is made by this step`
    : `the namespace ${namespace} does not exist yet`;
  return unsure(object, 'create', why);
}

function isRefusal(error: Problem): boolean {
  return [400, 403, 404, 409, 422, 500].some((status) => hasStatus(error, status));
}

async function previewConflict(
  object: KubernetesObject,
  conflicts: readonly FieldConflict[],
  config: ApplyConfig,
  context: ApplySurroundings,
  together: readonly KubernetesObject[],
): Promise<ObjectPreview> {
  const decided = decidedConflicts(config);
  const whose = conflicts.map(({ field, owner }) => `${field} belongs to ${owner}`).join(', ');
  try {
    // While it is open, taking over is what would change most.
    const settled = await withoutConflicts(object, conflicts, decided ?? 'take-over', config, context);
    const result = await tryApply(settled.object, config, context, together, settled.force);
    if (decided === 'leave-changed') {
      const { left } = settled;
      return { change: { ...changeOf(result), ...(left === undefined ? {} : { note: left }) } };
    }
    const note = `${decided ?? 'asked about'}: ${whose}`;
    return { change: { ...changeOf(result), note }, ...(decided === undefined ? { unsure: note, tried: true } : {}) };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return unsure(object, 'update', `${whose}; ${error.message}`);
  }
}

async function previewRecreation(
  object: KubernetesObject,
  immutable: readonly ImmutableField[],
  config: ApplyConfig,
  { connection, signal }: ApplySurroundings,
): Promise<ObjectPreview> {
  const live = await getObject(connection, refOf(object), signal);
  if (!live) return { change: { ...placed(object), action: 'create' } };
  const { orphan, data, refused } = recreationOf({ ...live, kind: object.kind }, config);
  const fields = immutable.flatMap((one) => immutableChange(object, live, one));
  if (refused !== undefined) {
    const note = `fails: it cannot be changed in place, and ${refused}`;
    return { change: { ...placed(object), action: 'recreate', fields, note }, unsure: note, tried: true };
  }
  const note = orphan ? 'its pods and claims stay' : 'its pods end, and new ones start';
  return { change: { ...placed(object), action: 'recreate', fields, ...(data.length > 0 ? { data } : {}), note } };
}

/** What the server says cannot be changed, as it is and as it is wanted; only as far as the manifest says it. */
function immutableChange(object: KubernetesObject, live: KubernetesObject, { field }: ImmutableField): FieldChange[] {
  const [before, after] = [valueAt(live, field), valueAt(object, field)];
  if (isDeepStrictEqual(before, after)) return [{ path: field }];
  const { path: _, ...shown } = shownChange(object.kind, {
    path: field.split('.').map((key) => ({ key })),
    before,
    after,
  });
  return [{ path: field, ...shown }];
}

function valueAt(object: KubernetesObject, field: string): unknown {
  try {
    return getPath(object, field);
  } catch {
    return undefined;
  }
}
