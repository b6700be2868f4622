import type { FieldFault } from '../errors.ts';
import { equal, isObject, type Json, listAt, objectAt, textAt } from '../json.ts';
import { faultsOf, isAbsent, numberOf } from './checks.ts';
import { forbidden, required, unknownValue } from './faults.ts';
import { tolerations } from './placement.ts';
import { podSpecFaults } from './pods.ts';

const changeable = [
  '`spec.containers[*].image`',
  '`spec.initContainers[*].image`',
  '`spec.activeDeadlineSeconds`',
  '`spec.tolerations` (only additions to existing tolerations)',
  '`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)',
];

/** Of a pod that there is only these may be changed (`pkg/apis/core/validation/validation.go ValidatePodUpdate`). */
export function podUpdateFaults(current: Json, next: Json): FieldFault[] {
  const faults = podSpecFaults(next, 'spec', false);
  for (const field of ['containers', 'initContainers']) {
    const [before, after] = [listAt(current, field), listAt(next, field)];
    if (before.length !== after.length)
      return [...faults, forbidden(`spec.${field}`, 'pod updates may not add or remove containers')];
    for (const [at, container] of after.entries())
      if (textAt(container, 'image') === '') faults.push(required(`spec.${field}[${at}].image`));
  }
  const deadline = deadlineFault(current.activeDeadlineSeconds, next.activeDeadlineSeconds);
  if (deadline) faults.push(deadline);
  if (deadline && !isAbsent(next.activeDeadlineSeconds)) return faults;
  faults.push(...lostTolerations(current, next), ...newGates(current, next));
  if (equal(frozen(current, current), frozen(next, current))) return faults;
  return [...faults, forbidden('spec', `pod updates may not change fields other than ${changeable.join(',')}`)];
}

function deadlineFault(before: unknown, after: unknown): FieldFault | undefined {
  const field = 'spec.activeDeadlineSeconds';
  const refuse = (why: string) => unknownValue(field, after ?? null, why);
  if (isAbsent(after))
    return isAbsent(before) ? undefined : refuse('must not update from a positive integer to nil value');
  if (numberOf(after) < 0) return refuse('must be between 0 and 2147483647, inclusive');
  if (!isAbsent(before) && numberOf(before) < numberOf(after))
    return refuse('must be less than or equal to previous value');
  return undefined;
}

function lostTolerations(current: Json, next: Json): FieldFault[] {
  const bare = (one: unknown) => ({ ...objectAt(one), tolerationSeconds: undefined });
  const after = listAt(next, 'tolerations').map(bare);
  const lost = listAt(current, 'tolerations').some((one) => !after.some((other) => equal(bare(one), other)));
  if (lost)
    return [forbidden('spec.tolerations', 'existing toleration can not be modified except its tolerationSeconds')];
  return faultsOf(tolerations, next.tolerations, 'spec.tolerations');
}

function newGates(current: Json, next: Json): FieldFault[] {
  const before = new Set(listAt(current, 'schedulingGates').map((gate) => textAt(gate, 'name')));
  return listAt(next, 'schedulingGates').flatMap((gate, at) => {
    const name = textAt(gate, 'name');
    const why = `only deletion is allowed, but found new scheduling gate '${name}'`;
    return before.has(name) ? [] : [forbidden(`spec.schedulingGates[${at}].name`, why)];
  });
}

/** The spec without what may change. A pod that waits at a gate may also be given more to select nodes by. */
function frozen(spec: Json, current: Json): Json {
  const { activeDeadlineSeconds: _, tolerations: __, schedulingGates: ___, ...rest } = spec;
  const before = numberOf(current.terminationGracePeriodSeconds);
  if (before < 0 && rest.terminationGracePeriodSeconds === 1) rest.terminationGracePeriodSeconds = before;
  for (const field of ['containers', 'initContainers'])
    if (Array.isArray(rest[field])) rest[field] = listAt(rest, field).map((one) => ({ ...objectAt(one), image: '' }));
  if (listAt(current, 'schedulingGates').length > 0) delete rest.nodeSelector;
  return rest;
}

/** They may come but neither go nor change (`ValidatePodEphemeralContainersUpdate`). */
export function ephemeralFaults(current: Json, next: Json): FieldFault[] {
  const wanted = new Map(listAt(next, 'ephemeralContainers').map((one) => [textAt(one, 'name'), one]));
  return listAt(current, 'ephemeralContainers').flatMap((one): FieldFault[] => {
    const name = textAt(one, 'name');
    const found = wanted.get(name);
    if (isObject(found) && equal(found, one)) return [];
    const what = found === undefined ? 'removed' : 'changed';
    const why = `existing ephemeral containers ${JSON.stringify(name)} may not be ${what}`;
    return [forbidden('spec.ephemeralContainers', why)];
  });
}
