import { isDeepStrictEqual } from 'node:util';
import { appliedSet } from '../../../cluster/applied-set.ts';
import { type ApplyOptions, type ApplyResult, applyObject } from '../../../cluster/apply.ts';
import {
  allConflicts,
  conflictsOf,
  type FieldConflict,
  withLiveFields,
  withoutFields,
} from '../../../cluster/apply-conflicts.ts';
import { immutableFields } from '../../../cluster/immutable-fields.ts';
import { getObject, refOf } from '../../../cluster/objects.ts';
import { waitUntilServed } from '../../../cluster/readiness/definition-served.ts';
import { waitDeleted } from '../../../cluster/readiness/wait-deleted.ts';
import { type KubernetesObject, nameOf } from '../../../kubernetes/object.ts';
import { getPath } from '../../../yaml/path.ts';
import type { PreviewContext, StepContext } from '../../step-kind.ts';
import { putInto } from '../manifest-objects.ts';
import type { ApplyConfig } from './config.ts';
import { makeWay } from './recreate.ts';

/** What applying an object needs to know of its step. */
export type ApplySurroundings = Pick<
  PreviewContext,
  'connection' | 'system' | 'signal' | 'namespace' | 'origin' | 'render' | 'evaluate'
>;

export type ConflictChoice = 'take-over' | 'leave' | 'leave-changed' | 'match';

/** How the objects of a step are applied, but for what is decided object by object. */
export function applyOptions(
  config: Pick<ApplyConfig, 'prune' | 'conflicts'>,
  { system, signal, origin, namespace }: ApplySurroundings,
  together: readonly KubernetesObject[],
): ApplyOptions {
  const marks = config.prune && origin !== undefined ? appliedSet(origin, namespace).marks : undefined;
  return { system, signal, marks, together, respectOwn: config.conflicts === 'leave-changed' };
}

/** The fields that an apply was refused for, as far as the step minds whose they are. */
export function conflictsFor({ conflicts }: Pick<ApplyConfig, 'conflicts'>, error: unknown): FieldConflict[] {
  return conflicts === 'leave-changed' ? allConflicts(error) : conflictsOf(error);
}

/** What the step itself says about conflicts; undefined where a person is asked. */
export function decidedConflicts({ force, conflicts }: ApplyConfig): ConflictChoice | undefined {
  if (conflicts !== undefined && conflicts !== 'ask') return conflicts;
  return force ? 'take-over' : undefined;
}

/** An object as it is sent once its conflicts are decided. */
export interface Settled {
  object: KubernetesObject;
  force: boolean;
  /** What stays as somebody changed it, as a sentence. */
  left?: string;
}

/** The object and whether to force it, so that these conflicts are gone. What `set` puts in was asked for, and is no change to leave. */
export async function withoutConflicts(
  object: KubernetesObject,
  conflicts: readonly FieldConflict[],
  choice: ConflictChoice,
  { set }: Pick<ApplyConfig, 'set'>,
  context: Pick<ApplySurroundings, 'connection' | 'signal' | 'render' | 'evaluate'>,
): Promise<Settled> {
  if (choice === 'take-over') return { object, force: true };
  const fields = conflicts.map(({ field }) => field);
  if (choice === 'leave') return { object: withoutFields(object, fields), force: false };
  if (choice === 'leave-changed') {
    const asked = putInto(object, set, context);
    const left = fields.filter((field) => !touches(object, field, asked));
    const text = `${nameOf(object)} keeps what was changed since: ${left.join(', ')}`;
    const force = left.length < fields.length;
    return { object: withoutFields(object, left), force, ...(left.length > 0 ? { left: text } : {}) };
  }
  const live = await getObject(context.connection, refOf(object), context.signal);
  return { object: live ? withLiveFields(object, live, fields) : object, force: false };
}

/** Whether one of the paths would lose something without the field. */
function touches(object: KubernetesObject, field: string, paths: readonly string[]): boolean {
  const without = withoutFields(object, [field]);
  return paths.some((path) => !isDeepStrictEqual(getPath(object, path), getPath(without, path)));
}

/**
 * Applies an object; what stands in the way is decided by the step, or by a person: conflicts with other owners, and fields
 * that cannot be changed while the object is there. One that is being deleted is waited for first. A CustomResourceDefinition is waited for until its kind is served.
 */
export async function applyOne(
  wanted: KubernetesObject,
  config: ApplyConfig,
  context: StepContext,
  together: readonly KubernetesObject[],
): Promise<ApplyResult> {
  const { connection, signal } = context;
  const options = applyOptions(config, context, together);
  let object = wanted;
  let force = config.force === true;
  for (let round = 0; ; round += 1) {
    signal.throwIfAborted();
    try {
      const result = await applyObject(connection, object, { ...options, force });
      if (isGoing(result.object)) {
        await untilGone(result.object, context);
        continue;
      }
      if (object.kind === 'CustomResourceDefinition') await waitUntilServed(connection, result.object, signal);
      return result;
    } catch (error) {
      const conflicts = conflictsFor(config, error);
      const immutable = immutableFields(error);
      // Both can come again, by somebody who writes at the same time; not for ever.
      if (round >= 5 || conflicts.length + immutable.length === 0) throw error;
      if (immutable.length > 0) await makeWay(object, immutable, config, context);
      else {
        const choice = decidedConflicts(config) ?? (await askAboutConflicts(object, conflicts, error, context));
        const settled = await withoutConflicts(object, conflicts, choice, config, context);
        if (settled.left !== undefined) context.output(settled.left);
        ({ object, force } = settled);
      }
    }
  }
}

/** An object that is being deleted takes every change, and goes all the same. */
export function isGoing({ metadata }: KubernetesObject): boolean {
  return metadata.deletionTimestamp !== undefined;
}

async function untilGone(object: KubernetesObject, context: StepContext): Promise<void> {
  const { connection, timeoutMs, waiting, progress } = context;
  context.output(`${nameOf(object)} is being deleted; it is made anew when it is gone`);
  const ref = { ...refOf(object), uid: object.metadata.uid };
  await waitDeleted(connection, [ref], { timeoutMs, signal: waiting, onProgress: progress });
}

async function askAboutConflicts(
  object: KubernetesObject,
  conflicts: readonly FieldConflict[],
  error: unknown,
  context: StepContext,
): Promise<ConflictChoice> {
  const answer = await context.ask({
    kind: 'choice',
    text: `${nameOf(object)}: ${conflicts.length === 1 ? 'a field belongs' : 'fields belong'} to somebody else`,
    details: conflicts.map(({ field, owner }) => `${field}  owned by ${owner}`),
    choices: [
      { value: 'take-over', label: 'Take over: set it; the other owner may set it back' },
      { value: 'leave', label: 'Leave: keep the value that it has, and leave it to its owner' },
      { value: 'match', label: 'Match: keep the value that it has, and own it together' },
      { value: 'stop', label: 'Stop here' },
    ],
    next: 'Write `conflicts: take-over`, `leave` or `match` into the step.',
  });
  const value = answer.kind === 'choice' ? answer.value : 'stop';
  if (value === 'take-over' || value === 'leave' || value === 'match') return value;
  throw error;
}
