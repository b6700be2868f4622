import { isObject, textAt } from '../json.ts';
import {
  aboveZero,
  all,
  type Check,
  each,
  fields,
  filled,
  given,
  isAbsent,
  isEmpty,
  named,
  needed,
  textOf,
} from './checks.ts';
import { forbidden, unknownValue, unsupported } from './faults.ts';
import { labelKeyFaults, labelValueFaults } from './names.ts';
import { labelSelector } from './selectors.ts';

const effects = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];

const toleration: Check = (item, path, faults, owner) => {
  const one = isObject(item) ? item : {};
  const [key, operator, value] = [textOf(one.key), textOf(one.operator), textOf(one.value)];
  const at = `${path}.operator`;
  filled(named(labelKeyFaults))(key, `${path}.key`, faults, owner);
  const everything = 'operator must be Exists when `key` is empty, which means "match all values and all keys"';
  if (key === '' && operator !== 'Exists') faults.push(unknownValue(at, operator, everything));
  if (!isAbsent(one.tolerationSeconds) && one.effect !== 'NoExecute')
    faults.push(
      unknownValue(`${path}.effect`, textOf(one.effect), "effect must be 'NoExecute' when `tolerationSeconds` is set"),
    );
  if (operator === 'Equal' || operator === '') {
    const why = labelValueFaults(value);
    if (why.length > 0) faults.push(unknownValue(at, value, why.join(';')));
  } else if (operator === 'Exists') {
    if (value !== '') faults.push(unknownValue(at, value, "value must be empty when `operator` is 'Exists'"));
  } else {
    const compares = operator === 'Lt' || operator === 'Gt';
    faults.push(unsupported(at, operator, compares ? ['Equal', 'Exists', 'Lt', 'Gt'] : ['Equal', 'Exists']));
  }
  if (!isEmpty(one.effect) && !effects.includes(textOf(one.effect)))
    faults.push(unsupported(`${path}.effect`, one.effect, effects));
};

/** `ValidateTolerations` of `pkg/apis/core/validation/validation.go` */
export const tolerations: Check = each(toleration);

const inclusion: Check = given((value, path, faults) => {
  if (value !== 'Honor' && value !== 'Ignore') faults.push(unsupported(path, value, ['Honor', 'Ignore']));
});

const minDomains: Check = given((value, path, faults, owner) => {
  aboveZero(value, path, faults, owner);
  const action = textOf(owner.whenUnsatisfiable);
  const why = `can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ${action}`;
  if (action !== 'DoNotSchedule') faults.push(unknownValue(path, value, why));
});

const matchLabelKeys: Check = (value, path, faults, owner) => {
  if (isEmpty(value)) return;
  if (isAbsent(owner.labelSelector))
    faults.push(forbidden(path, 'must not be specified when labelSelector is not set'));
  else each(named(labelKeyFaults))(value, path, faults, owner);
};

const actions = ['DoNotSchedule', 'ScheduleAnyway'];

/** `validateTopologySpreadConstraints` */
export const spreadConstraints: Check = (list, path, faults, owner) => {
  const constraints = Array.isArray(list) ? list : [];
  const kindOf = (one: unknown) => `{${textAt(one, 'topologyKey')}, ${textAt(one, 'whenUnsatisfiable')}}`;
  for (const [at, constraint] of constraints.entries()) {
    const start = `${path}[${at}]`;
    const again: Check = () => {
      const kind = kindOf(constraint);
      const field = `${start}.{topologyKey, whenUnsatisfiable}`;
      if (constraints.slice(at + 1).some((one) => kindOf(one) === kind))
        faults.push({ type: 'FieldValueDuplicate', field, message: JSON.stringify(kind) });
    };
    const rules = all(
      fields({
        maxSkew: aboveZero,
        topologyKey: needed(undefined, 'can not be empty'),
        whenUnsatisfiable: (value, field) => {
          if (!actions.includes(textOf(value))) faults.push(unsupported(field, textOf(value), actions));
        },
      }),
      again,
      fields({
        minDomains,
        nodeAffinityPolicy: inclusion,
        nodeTaintsPolicy: inclusion,
        matchLabelKeys,
        labelSelector: given(labelSelector),
      }),
    );
    rules(constraint, start, faults, owner);
  }
};
