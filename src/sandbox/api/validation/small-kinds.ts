import type { KubernetesObject } from '../../../kubernetes/object.ts';
import type { FieldFault } from '../errors.ts';
import { equal, isObject, objectAt } from '../json.ts';
import { atMostAll, numberOrShare } from './amounts.ts';
import { all, atLeastZero, type Check, faultsOf, fields, given, isAbsent, numberOf, oneOf } from './checks.ts';
import { forbidden, goStruct, unknownValue } from './faults.ts';
import { labelSelector } from './selectors.ts';

const highest = 1_000_000_000;
const systemClasses: Record<string, number> = {
  'system-node-critical': 2_000_001_000,
  'system-cluster-critical': 2_000_000_000,
};

/** `pkg/apis/scheduling/validation/validation.go ValidatePriorityClass`, `ValidatePriorityClassUpdate` */
export function priorityClassFaults(object: KubernetesObject, current?: KubernetesObject): FieldFault[] {
  const { name } = object.metadata;
  const policy = object.preemptionPolicy;
  if (current) {
    const moved = numberOf(object.value) !== numberOf(current.value);
    return [
      ...(moved ? [forbidden('value', 'may not be changed in an update.')] : []),
      ...(equal(policy, current.preemptionPolicy)
        ? []
        : [unknownValue('preemptionPolicy', policy, 'field is immutable')]),
    ];
  }
  const faults: FieldFault[] = [];
  const reserved = "priority class names with 'system-' prefix are reserved for system use only. error: ";
  if (name.startsWith('system-') && systemClasses[name] === undefined)
    faults.push(forbidden('metadata.name', `${reserved}${name} is not a known system priority class`));
  else if (!name.startsWith('system-') && numberOf(object.value) > highest)
    faults.push(forbidden('value', `maximum allowed value of a user defined priority is ${highest}`));
  return [...faults, ...faultsOf(given(oneOf('PreemptLowerPriority', 'Never')), policy, 'preemptionPolicy')];
}

/** `pkg/apis/coordination/validation/validation.go ValidateLeaseSpec` */
export const leaseSpec: Check = fields({
  leaseDurationSeconds: given((value, path, faults) => {
    if (numberOf(value) <= 0) faults.push(unknownValue(path, value, 'must be greater than 0'));
  }),
  leaseTransitions: atLeastZero,
});

/** `pkg/apis/core/validation/events.go` */
export function eventFaults(object: KubernetesObject): FieldFault[] {
  const about = objectAt(object, object.regarding === undefined ? 'involvedObject' : 'regarding');
  const own = object.metadata.namespace ?? '';
  const wanted = isAbsent(about.namespace) ? '' : String(about.namespace);
  // What is in no namespace is told of in `default`, or where it is seen.
  if (wanted === own || (wanted === '' && (own === 'default' || about.kind === 'Node'))) return [];
  return [unknownValue('involvedObject.namespace', wanted, 'does not match event.namespace')];
}

const share = given(all(numberOrShare, atMostAll));
const budgetFields = ['MinAvailable', 'Selector', 'MaxUnavailable', 'UnhealthyPodEvictionPolicy'];

/** `pkg/apis/policy/validation/validation.go ValidatePodDisruptionBudgetSpec` */
export const budgetSpec: Check = (value, path, faults, owner) => {
  const spec = isObject(value) ? value : {};
  if (!isAbsent(spec.minAvailable) && !isAbsent(spec.maxUnavailable)) {
    const why = 'minAvailable and maxUnavailable cannot be both set';
    faults.push(unknownValue(path, goStruct(spec, budgetFields), why));
  }
  fields({
    minAvailable: share,
    maxUnavailable: share,
    selector: given(labelSelector),
    unhealthyPodEvictionPolicy: given(oneOf('AlwaysAllow', 'IfHealthyBudget')),
  })(spec, path, faults, owner);
};
