import type { KubernetesObject } from '../../../kubernetes/object.ts';
import { equal, isObject, type Json, listAt, objectAt, textAt } from '../json.ts';

export const cleanupFinalizer = 'customresourcecleanup.apiextensions.k8s.io';

export interface Condition extends Json {
  type: string;
  status: 'True' | 'False';
  reason: string;
  message: string;
}

/** The conditions with one of them set; it keeps its time while its status stays (`apis/apiextensions/helpers.go SetCRDCondition`). */
export function withCondition(conditions: readonly Json[], wanted: Condition, now: string): Json[] {
  const known = conditions.find(({ type }) => type === wanted.type);
  const { type, status, reason, message } = wanted;
  const lastTransitionTime = known?.status === status ? known.lastTransitionTime : now;
  const made = { type, status, lastTransitionTime, reason, message };
  if (!known) return [...conditions, made];
  return conditions.map((one) => (one === known ? made : one));
}

export function conditionsOf(definition: KubernetesObject): Json[] {
  return listAt(definition, 'status', 'conditions').filter(isObject);
}

/**
 * The names that a definition gets, and what its conditions become, beside the other definitions of its group
 * (`apiextensions-apiserver/pkg/controller/status/naming_controller.go`).
 */
export function acceptNames(
  definition: KubernetesObject,
  others: readonly KubernetesObject[],
  now: string,
): { acceptedNames: Json; conditions: Json[] } {
  const wanted = objectAt(definition, 'spec', 'names');
  const accepted = { ...objectAt(definition, 'status', 'acceptedNames') };
  const taken = others.map((one) => objectAt(one, 'status', 'acceptedNames'));
  const resources = new Set(taken.flatMap((one) => [one.plural, one.singular, ...listAt(one, 'shortNames')]));
  const kinds = new Set(taken.flatMap((one) => [one.kind, one.listKind]));
  let refusal: Condition | undefined;
  const refuse = (reason: string, message: string) => {
    refusal = { type: 'NamesAccepted', status: 'False', reason, message };
  };
  const accept = (field: string, used: ReadonlySet<unknown>, reason: string) => {
    const name = textAt(wanted, field);
    if (name !== accepted[field] && used.has(name)) refuse(reason, `"${name}" is already in use`);
    else accepted[field] = name;
  };
  accept('plural', resources, 'PluralConflict');
  accept('singular', resources, 'SingularConflict');
  const own = listAt(accepted, 'shortNames');
  const clashing = listAt(wanted, 'shortNames').filter((name) => !own.includes(name) && resources.has(name));
  if (clashing.length > 0) refuse('ShortNamesConflict', inUse(clashing));
  else copyField(accepted, wanted, 'shortNames');
  accept('kind', kinds, 'KindConflict');
  accept('listKind', kinds, 'ListKindConflict');
  copyField(accepted, wanted, 'categories');
  return { acceptedNames: accepted, conditions: namedConditions(definition, refusal, now) };
}

function inUse(names: readonly unknown[]): string {
  const each = names.map((name) => `"${String(name)}" is already in use`);
  return each.length === 1 ? (each[0] ?? '') : `[${each.join(', ')}]`;
}

function copyField(target: Json, source: Json, field: string): void {
  if (source[field] === undefined) delete target[field];
  else target[field] = source[field];
}

function namedConditions(definition: KubernetesObject, refusal: Condition | undefined, now: string): Json[] {
  const before = conditionsOf(definition);
  const named = withCondition(before, refusal ?? noConflicts, now);
  const established = before.some(({ type, status }) => type === 'Established' && status === 'True');
  if (established) return named;
  return withCondition(named, refusal ? notAccepted : initialNames, now);
}

const noConflicts: Condition = {
  type: 'NamesAccepted',
  status: 'True',
  reason: 'NoConflicts',
  message: 'no conflicts found',
};
const notAccepted: Condition = {
  type: 'Established',
  status: 'False',
  reason: 'NotAccepted',
  message: 'not all names are accepted',
};
const initialNames: Condition = {
  type: 'Established',
  status: 'True',
  reason: 'InitialNamesAccepted',
  message: 'the initial names have been accepted',
};

/**
 * A definition that is being deleted: it stays until its objects are gone
 * (`registry/customresourcedefinition/etcd.go Delete`).
 */
export function leavingDefinition(current: KubernetesObject, now: string): KubernetesObject {
  if (current.metadata.deletionTimestamp !== undefined) return current;
  const { finalizers = [] } = current.metadata;
  const terminating: Condition = {
    type: 'Terminating',
    status: 'True',
    reason: 'InstanceDeletionPending',
    message: 'CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon',
  };
  return {
    ...current,
    metadata: {
      ...current.metadata,
      deletionTimestamp: now,
      finalizers: [...finalizers.filter((one) => one !== cleanupFinalizer), cleanupFinalizer],
    },
    status: {
      ...(current.status as Json),
      conditions: withCondition(conditionsOf(current), terminating, now),
    },
  };
}

export function sameStatus(left: KubernetesObject, right: KubernetesObject): boolean {
  return equal(left.status, right.status) && equal(left.metadata.finalizers ?? [], right.metadata.finalizers ?? []);
}
