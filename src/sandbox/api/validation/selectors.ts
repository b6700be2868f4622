import { isObject, listAt } from '../json.ts';
import { all, type Check, each, fields, given, isAbsent, isEmpty, named, needed, textOf } from './checks.ts';
import { forbidden, required, unknownValue } from './faults.ts';
import { labelFaults, labelKeyFaults, labelNameFaults, labelValueFaults, type NameRule } from './names.ts';

const qualified = named(labelKeyFaults);

/** Keys and values of a map of labels. */
export const labels: Check = (value, path, faults) => {
  if (isObject(value)) faults.push(...labelFaults(value, path));
};

const checkValues: Check = (values, path, faults, { operator }) => {
  const [none, count] = [isEmpty(values), Array.isArray(values) ? values.length : 0];
  if (operator === 'In' || operator === 'NotIn') {
    if (none) faults.push(required(path, "must be specified when `operator` is 'In' or 'NotIn'"));
  } else if (operator === 'Exists' || operator === 'DoesNotExist') {
    if (!none) faults.push(forbidden(path, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"));
  } else if (operator === 'Gt' || operator === 'Lt') {
    if (count !== 1) faults.push(required(path, "must be specified single value when `operator` is 'Lt' or 'Gt'"));
  }
};

const operator =
  (...known: string[]): Check =>
  (value, path, faults) => {
    if (!known.includes(textOf(value))) faults.push(unknownValue(path, textOf(value), 'not a valid selector operator'));
  };

/** What a label can be is asked of the values after the key. */
const keyAndValues: Check = (key, path, faults, requirement) => {
  qualified(key, path, faults, requirement);
  for (const [at, value] of listAt(requirement, 'values').entries())
    for (const why of labelValueFaults(String(value)))
      faults.push(unknownValue(path.replace(/key$/, `values[${at}]`), value, why));
};

/** `apimachinery/pkg/apis/meta/v1/validation/validation.go ValidateLabelSelector` */
export const labelSelector: Check = fields({
  matchLabels: labels,
  matchExpressions: each(
    fields({
      values: checkValues,
      operator: operator('In', 'NotIn', 'Exists', 'DoesNotExist'),
      key: keyAndValues,
    }),
  ),
});

const fieldKey: NameRule = (key) => (key === 'metadata.name' ? [] : ['not a valid field selector key']);

const nodeOperators = operator('In', 'NotIn', 'Exists', 'DoesNotExist', 'Gt', 'Lt');

/** `ValidateNodeSelectorTerm` of `pkg/apis/core/validation/validation.go` */
const nodeSelectorTerm: Check = fields({
  matchExpressions: each(fields({ values: checkValues, operator: nodeOperators, key: qualified })),
  matchFields: each(
    fields({
      values: (values, path, faults, { operator: sign }) => {
        const count = Array.isArray(values) ? values.length : 0;
        if ((sign === 'In' || sign === 'NotIn') && count !== 1)
          faults.push(
            required(path, "must be only one value when `operator` is 'In' or 'NotIn' for node field selector"),
          );
      },
      operator: operator('In', 'NotIn'),
      key: named(fieldKey),
    }),
  ),
});

/** `ValidateNodeSelector` */
export const nodeSelector: Check = fields({
  nodeSelectorTerms: needed(each(nodeSelectorTerm), 'must have at least one node selector term'),
});

const weight: Check = (value, path, faults) => {
  if (typeof value !== 'number' || value < 1 || value > 100)
    faults.push(unknownValue(path, isAbsent(value) ? 0 : value, 'must be in the range 1-100'));
};

const podTerm: Check = (value, path, faults, owner) => {
  fields({ labelSelector: given(labelSelector), namespaceSelector: given(labelSelector) })(value, path, faults, owner);
  const namespaces = isObject(value) && Array.isArray(value.namespaces) ? value.namespaces : [];
  for (const one of namespaces)
    for (const why of labelNameFaults(textOf(one))) faults.push(unknownValue(`${path}.namespace`, one, why));
  fields({ topologyKey: all(needed(undefined, 'can not be empty'), qualified) })(value, path, faults, owner);
};

const podTerms = fields({
  requiredDuringSchedulingIgnoredDuringExecution: each(podTerm),
  preferredDuringSchedulingIgnoredDuringExecution: each(fields({ weight, podAffinityTerm: podTerm })),
});

/** `validateAffinity` */
export const affinity: Check = fields({
  nodeAffinity: fields({
    requiredDuringSchedulingIgnoredDuringExecution: given(nodeSelector),
    preferredDuringSchedulingIgnoredDuringExecution: each(fields({ weight, preference: nodeSelectorTerm })),
  }),
  podAffinity: podTerms,
  podAntiAffinity: podTerms,
});
