import type { KubernetesObject } from '../../../kubernetes/object.ts';
import { milliValue, parseQuantity } from '../../../kubernetes/quantity.ts';
import type { FieldFault } from '../errors.ts';
import { equal, isObject, type Json, listAt, objectAt } from '../json.ts';
import { type Check, each, faultsOf, fields, given, isEmpty, textOf } from './checks.ts';
import { duplicate, forbidden, required, unknownValue } from './faults.ts';
import { labelKeyFaults } from './names.ts';
import { amountFaults, containerResourceName, resourceName, standardResources } from './resources.ts';

const compute = ['cpu', 'memory', 'limits.cpu', 'limits.memory', 'requests.cpu', 'requests.memory', 'pods'];

/** What a scope can be asked of (`IsResourceQuotaScopeValidForResource` of `pkg/apis/core/helper/helpers.go`). */
const scopes: Readonly<Record<string, readonly string[]>> = {
  Terminating: compute,
  NotTerminating: compute,
  NotBestEffort: compute,
  PriorityClass: compute,
  CrossNamespacePodAffinity: compute,
  BestEffort: ['pods'],
  VolumeAttributesClass: ['persistentvolumeclaims', 'requests.storage'],
};
const opposites = [
  ['BestEffort', 'NotBestEffort'],
  ['Terminating', 'NotTerminating'],
];

const quotaName: Check = (value, path, faults, owner) => {
  resourceName(value, path, faults, owner);
  const name = textOf(value);
  const isKnown = name !== 'storage' && standardResources.has(name);
  if (!name.includes('/') && !isKnown) faults.push(unknownValue(path, name, 'must be a standard resource for quota'));
};

const hard: Check = (value, path, faults, owner) => {
  for (const [name, amount] of Object.entries(isObject(value) ? value : {})) {
    quotaName(name, `${path}[${name}]`, faults, owner);
    amountFaults(name)(amount, `${path}[${name}]`, faults, owner);
  }
};

const isMeasured = (scope: string, spec: Json) =>
  Object.keys(objectAt(spec, 'hard')).every(
    (name) => !standardResources.has(name) || (scopes[scope] ?? [name]).includes(name),
  );

const scopeList: Check = (value, path, faults, spec) => {
  const list = Array.isArray(value) ? value.map(textOf) : [];
  const refuse = (why: string) => faults.push(unknownValue(path, list, why));
  for (const scope of list) {
    if (!scopes[scope]) refuse('unsupported scope');
    else if (!isMeasured(scope, spec)) refuse('unsupported scope applied to resource');
  }
  for (const pair of opposites) if (pair.every((one) => list.includes(one))) refuse('conflicting scopes');
};

const onlyExists =
  "must be 'Exists' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity";

/** Faults name the list, not its items (`validateScopedResourceSelectorRequirement`). */
const scopeSelector: Check = given((value, path, faults) => {
  const at = `${path}.matchExpressions`;
  for (const one of listAt(value, 'matchExpressions')) {
    const { scopeName, operator, values } = objectAt(one);
    const scope = textOf(scopeName);
    if (!scopes[scope]) faults.push(unknownValue(`${at}.scopeName`, scope, 'unsupported scope'));
    const plain = scope !== 'PriorityClass' && scope !== 'VolumeAttributesClass' && scopes[scope];
    if (plain && operator !== 'Exists') faults.push(unknownValue(`${at}.operator`, textOf(operator), onlyExists));
    if (operator === 'In' || operator === 'NotIn') {
      const why = "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector";
      if (isEmpty(values)) faults.push(required(`${at}.values`, why));
    } else if (operator === 'Exists' || operator === 'DoesNotExist') {
      const why = "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector";
      if (!isEmpty(values)) faults.push(unknownValue(`${at}.values`, values, why));
    } else faults.push(unknownValue(`${at}.operator`, textOf(operator), 'not a valid selector operator'));
  }
});

const quotaSpec = fields({ hard, scopes: scopeList, scopeSelector });

/** `pkg/apis/core/validation/validation.go ValidateResourceQuotaSpec`, `ValidateResourceQuotaUpdate` */
export function quotaFaults(object: KubernetesObject, current?: KubernetesObject): FieldFault[] {
  const faults = faultsOf(quotaSpec, object.spec, 'spec');
  const [before, after] = [listAt(current, 'spec', 'scopes'), listAt(object, 'spec', 'scopes')];
  if (current && !equal([...before].sort(), [...after].sort()))
    faults.push(unknownValue('spec.scopes', after, 'field is immutable'));
  return faults;
}

const limitTypes = ['Pod', 'Container', 'PersistentVolumeClaim'];
const parts = ['max', 'min', 'default', 'defaultRequest', 'maxLimitRequestRatio'] as const;

const limit: Check = (item, path, faults, owner) => {
  const one = objectAt(item);
  const type = textOf(one.type);
  for (const part of parts) {
    const isPodDefault = type === 'Pod' && part.startsWith('default');
    if (part === 'maxLimitRequestRatio' && type === 'PersistentVolumeClaim') storageLimits(one, path, faults);
    if (isPodDefault && Object.keys(objectAt(one, part)).length > 0)
      faults.push(forbidden(`${path}.${part}`, "may not be specified when `type` is 'Pod'"));
    const nameCheck = type === 'Pod' || type === 'Container' ? containerResourceName : resourceName;
    if (!isPodDefault)
      for (const name of Object.keys(objectAt(one, part))) nameCheck(name, `${path}.${part}[${name}]`, faults, owner);
  }
  const names = new Set(parts.flatMap((part) => Object.keys(objectAt(one, part))));
  for (const name of names) faults.push(...amountOrder(one, name, path));
};

function storageLimits(one: Json, path: string, faults: FieldFault[]): void {
  const why = 'either minimum or maximum storage value is required, but neither was provided';
  if (objectAt(one, 'min').storage === undefined && objectAt(one, 'max').storage === undefined)
    faults.push(required(`${path}.limits`, why));
}

type Part = (typeof parts)[number];

/** Of two amounts the first may not be the larger one; which of them the fault names, and shows. */
const orders: readonly [first: Part, second: Part, words: string, field: Part, shown: Part][] = [
  ['min', 'max', 'min value %1 is greater than max value %2', 'min', 'min'],
  [
    'min',
    'defaultRequest',
    'min value %1 is greater than default request value %2',
    'defaultRequest',
    'defaultRequest',
  ],
  [
    'defaultRequest',
    'max',
    'default request value %1 is greater than max value %2',
    'defaultRequest',
    'defaultRequest',
  ],
  [
    'defaultRequest',
    'default',
    'default request value %1 is greater than default limit value %2',
    'defaultRequest',
    'defaultRequest',
  ],
  ['min', 'default', 'min value %1 is greater than default value %2', 'default', 'min'],
  ['default', 'max', 'default value %1 is greater than max value %2', 'default', 'max'],
];

function amountOrder(one: Json, name: string, path: string): FieldFault[] {
  const of = (part: Part) => objectAt(one, part)[name] as string | undefined;
  const faults: FieldFault[] = [];
  for (const [first, second, words, field, shown] of orders) {
    const [small, large] = [of(first), of(second)];
    if (small === undefined || large === undefined || parseQuantity(small) <= parseQuantity(large)) continue;
    faults.push(unknownValue(`${path}.${field}[${name}]`, of(shown), words.replace('%1', small).replace('%2', large)));
  }
  const ratio = of('maxLimitRequestRatio');
  if (ratio === undefined) return faults;
  const at = `${path}.maxLimitRequestRatio[${name}]`;
  if (parseQuantity(ratio) < 1) faults.push(unknownValue(at, ratio, `ratio ${ratio} is less than 1`));
  const [min, max] = [of('min'), of('max')];
  const most = min === undefined || max === undefined ? Number.POSITIVE_INFINITY : milliValue(max) / milliValue(min);
  if (parseQuantity(ratio) > most)
    faults.push(unknownValue(at, ratio, `ratio ${ratio} is greater than max/min = ${most.toFixed(6)}`));
  return faults;
}

/** `ValidateLimitRange` */
export const limits: Check = (list, path, faults, owner) => {
  const seen = new Set<string>();
  const type: Check = (value, at) => {
    const text = textOf(value);
    const why = labelKeyFaults(text);
    if (why.length === 0 && !text.includes('/') && !limitTypes.includes(text))
      why.push('must be a standard limit type or fully qualified');
    for (const one of why) faults.push(unknownValue(at, text, one));
    if (seen.has(text)) faults.push(duplicate(at, text));
    seen.add(text);
  };
  each((item, at) => {
    fields({ type })(item, at, faults, owner);
    limit(item, at, faults, owner);
  })(list, path, faults, owner);
};
