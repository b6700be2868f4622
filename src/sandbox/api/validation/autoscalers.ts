import { parseQuantity } from '../../../kubernetes/quantity.ts';
import { isObject, objectAt } from '../json.ts';
import {
  aboveZero,
  all,
  type Check,
  each,
  fields,
  given,
  isAbsent,
  isEmpty,
  named,
  needed,
  numberOf,
  oneOf,
  textOf,
} from './checks.ts';
import { forbidden, required, unknownValue, unsupported } from './faults.ts';
import { labelNameFaults, segmentFaults } from './names.ts';
import { containerResourceName } from './resources.ts';

const segment = needed(named(segmentFaults));

/** `ValidateCrossVersionObjectReference`; `grouped` is false for objects that metrics describe. */
const reference = (grouped: boolean) =>
  fields({
    kind: segment,
    name: segment,
    apiVersion: (value, path, faults) => {
      const text = textOf(value);
      if (text.split('/').length > 2) faults.push(unknownValue(path, text, `unexpected GroupVersion string: ${text}`));
      else if (grouped && !text.includes('/'))
        faults.push(unknownValue(path, text, 'apiVersion must specify API group'));
    },
  });

const positive: Check = given((value, path, faults) => {
  if (parseQuantity(value as string) <= 0) faults.push(unknownValue(path, value, 'must be positive'));
});

const target = fields({
  type: (value, path, faults) => {
    if (isEmpty(value)) faults.push(required(path, 'must specify a metric target type'));
    if (!['Utilization', 'Value', 'AverageValue'].includes(textOf(value)))
      faults.push(unknownValue(path, textOf(value), 'must be either Utilization, Value, or AverageValue'));
  },
  value: positive,
  averageValue: positive,
  averageUtilization: given((value, path, faults) => {
    if (numberOf(value) < 1) faults.push(unknownValue(path, value, 'must be greater than 0'));
  }),
});

/** One of two targets, or at least one of them. */
function oneTarget(first: string, second: string, missing: string, both?: string, named = second): Check {
  return (value, path, faults) => {
    const found = objectAt(value);
    if (isAbsent(found[first]) && isAbsent(found[second])) faults.push(required(`${path}.${named}`, missing));
    else if (both && !isAbsent(found[first]) && !isAbsent(found[second]))
      faults.push(forbidden(`${path}.${first === 'averageUtilization' ? second : first}`, both));
  };
}

const metric = fields({ name: needed(named(segmentFaults), 'must specify a metric name') });
const raw = oneTarget(
  'averageUtilization',
  'averageValue',
  'must set either a target raw value or a target utilization',
  'may not set both a target raw value and a target utilization',
  'averageUtilization',
);
const averageOnly: Check = (value, path, faults) => {
  if (isAbsent(objectAt(value).averageValue))
    faults.push(required(`${path}.averageValue`, 'must specify a positive target averageValue'));
};
const valueOrShare = oneTarget('value', 'averageValue', 'must set either a target value or averageValue');
const valueOrPod = oneTarget(
  'value',
  'averageValue',
  'must set either a target value for metric or a per-pod target',
  'may not set both a target value for metric and a per-pod target',
);

const sources: Readonly<Record<string, Check>> = {
  object: fields({ describedObject: reference(false), metric, target: all(target, valueOrShare) }),
  external: fields({ metric, target: all(target, valueOrPod) }),
  pods: fields({ metric, target: all(target, averageOnly) }),
  resource: fields({ name: needed(undefined, 'must specify a resource name'), target: all(target, raw) }),
  containerResource: fields({
    name: needed(containerResourceName, 'must specify a resource name'),
    container: needed(named(labelNameFaults), 'must specify a container'),
    target: all(target, raw),
  }),
};
const types = ['ContainerResource', 'External', 'Object', 'Pods', 'Resource'];

/** `validateMetricSpec` */
const source: Check = (value, path, faults, owner) => {
  const struct = objectAt(value);
  const type = textOf(struct.type);
  if (type === '') faults.push(required(`${path}.type`, 'must specify a metric source type'));
  if (!types.includes(type)) faults.push(unsupported(`${path}.type`, type, types));
  const found = Object.keys(sources).filter((name) => !isAbsent(struct[name]));
  const [first] = found;
  if (first !== undefined) sources[first]?.(struct[first], `${path}.${first}`, faults, owner);
  const expected = type.charAt(0).toLowerCase() + type.slice(1);
  if (!types.includes(type)) faults.push(unsupported(`${path}.type`, type, types));
  else if (isAbsent(struct[expected]))
    faults.push(required(`${path}.${expected}`, 'must populate information for the given metric source'));
  for (const name of found)
    if (found.length !== 1 && name !== expected)
      faults.push(forbidden(`${path}.${name}`, 'must populate the given metric source only'));
};

const atMost =
  (most: number): Check =>
  (value, path, faults) => {
    if (numberOf(value) > most) faults.push(unknownValue(path, value, `must be less than or equal to ${most}`));
  };

const rules: Check = given(
  fields({
    stabilizationWindowSeconds: given(
      all((value, path, faults) => {
        if (numberOf(value) < 0) faults.push(unknownValue(path, value, 'must be greater than or equal to zero'));
      }, atMost(3600)),
    ),
    selectPolicy: given(oneOf('Disabled', 'Max', 'Min')),
    policies: needed(
      each(fields({ type: oneOf('Percent', 'Pods'), value: aboveZero, periodSeconds: all(aboveZero, atMost(1800)) })),
      'must specify at least one Policy',
    ),
    tolerance: given((value, path, faults) => {
      if (parseQuantity(value as string) < 0)
        faults.push(unknownValue(path, value, 'must be greater than or equal to 0'));
    }),
  }),
);

const maxReplicas: Check = (value, path, faults, spec) => {
  const most = numberOf(value);
  if (most === 0) faults.push(required(path, 'must be set and greater than 0'));
  else if (most < 0) faults.push(unknownValue(path, most, 'must be greater than or equal to 1'));
  if (!isAbsent(spec.minReplicas) && most < numberOf(spec.minReplicas))
    faults.push(unknownValue(path, most, 'must be greater than or equal to `minReplicas`'));
};

const toNothing = 'must specify at least one Object or External metric to support scaling to zero replicas';

/** `pkg/apis/autoscaling/validation/validation.go validateHorizontalPodAutoscalerSpec` */
export const autoscalerSpec: Check = fields({
  minReplicas: given((value, path, faults) => {
    if (numberOf(value) < 1) faults.push(unknownValue(path, value, 'must be greater than or equal to 1'));
  }),
  maxReplicas,
  scaleTargetRef: reference(true),
  metrics: all(each(source), (value, path, faults, spec) => {
    const list = Array.isArray(value) ? value : [];
    const reaches = list.some((one) => isObject(one) && (one.type === 'Object' || one.type === 'External'));
    if (spec.minReplicas === 0 && !reaches) faults.push(forbidden(path, toNothing));
  }),
  behavior: fields({ scaleUp: rules, scaleDown: rules }),
});
