import { isObject, type Json, listAt, objectAt, textAt } from '../json.ts';
import {
  all,
  atLeastZero,
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
import { duplicate, required, unknownValue, unsupported } from './faults.ts';
import { labelKeyFaults } from './names.ts';

const actions = ['Count', 'FailIndex', 'FailJob', 'Ignore'];

/** A fault of a whole rule, of which Go does not print the value. */
const ofRule = (field: string, why: string) => ({ type: 'FieldValueInvalid' as const, field, message: why });

/** `validatePodFailurePolicyRuleOnExitCodes` */
function exitCodes(containers: ReadonlySet<string>): Check {
  const values: Check = (list, path, faults, owner) => {
    const codes = Array.isArray(list) ? list.map(numberOf) : [];
    if (codes.length === 0) faults.push(unknownValue(path, codes, 'at least one value is required'));
    for (const [at, code] of codes.entries()) {
      if (owner.operator === 'In' && code === 0)
        faults.push(unknownValue(`${path}[${at}]`, code, 'must not be 0 for the In operator'));
      if (codes.indexOf(code) < at) faults.push(duplicate(`${path}[${at}]`, code));
    }
    const isOrdered = codes.every((code, at) => at === 0 || (codes[at - 1] ?? 0) <= code);
    if (!isOrdered) faults.push(unknownValue(path, codes, 'must be ordered'));
  };
  const name = 'must be one of the container or initContainer names in the pod template';
  return fields({
    operator: needed(oneOf('In', 'NotIn'), 'valid values: ["In" "NotIn"]'),
    containerName: given((value, path, faults) => {
      if (!containers.has(textOf(value))) faults.push(unknownValue(path, value, name));
    }),
    values,
  });
}

const conditions = each(
  fields({
    type: named(labelKeyFaults),
    status: needed(oneOf('False', 'True', 'Unknown'), 'valid values: ["False" "True" "Unknown"]'),
  }),
);

/** `pkg/apis/batch/validation/validation.go validatePodFailurePolicy` */
export const podFailurePolicy: Check = given((policy, path, faults, job) => {
  const pod = objectAt(job, 'template', 'spec');
  const names = [...listAt(pod, 'containers'), ...listAt(pod, 'initContainers')].map((one) => textAt(one, 'name'));
  const action: Check = (value, at) => {
    const text = textOf(value);
    if (text === '') faults.push(required(at, `valid values: ["${actions.join('" "')}"]`));
    else if (text === 'FailIndex' && isAbsent(job.backoffLimitPerIndex))
      faults.push(unknownValue(at, text, 'requires the backoffLimitPerIndex to be set'));
    else if (!actions.includes(text)) faults.push(unsupported(at, text, actions));
  };
  const one: Check = (rule, at) => {
    const [codes, states] = [isObject(objectAt(rule).onExitCodes), !isEmpty(objectAt(rule).onPodConditions)];
    if (codes && states) faults.push(ofRule(at, 'specifying both OnExitCodes and OnPodConditions is not supported'));
    if (!codes && !states) faults.push(ofRule(at, 'specifying one of OnExitCodes and OnPodConditions is required'));
  };
  const rules = fields({ action, onExitCodes: given(exitCodes(new Set(names))), onPodConditions: conditions });
  fields({ rules: each(all(rules, one)) })(policy, path, faults, job);
});

/** `validateSuccessPolicy` */
export const successPolicy: Check = given((policy, path, faults, job) => {
  if (job.completionMode !== 'Indexed') {
    faults.push(unknownValue(path, { Rules: objectAt(policy).rules }, 'requires indexed completion mode'));
    return;
  }
  const rule: Check = (value, at, _, owner) => {
    const { succeededCount, succeededIndexes } = objectAt(value);
    const why = 'at least one of succeededCount or succeededIndexes must be specified';
    if (isAbsent(succeededCount) && isAbsent(succeededIndexes)) faults.push(required(at, why));
    given(counted(job))(succeededCount, `${at}.succeededCount`, faults, owner);
  };
  const none = 'at least one rules must be specified when the successPolicy is specified';
  fields({ rules: needed(each(rule), none) })(policy, path, faults, job);
});

function counted(job: Json): Check {
  return (value, path, faults, owner) => {
    atLeastZero(value, path, faults, owner);
    const most = numberOf(job.completions);
    const why = `must be less than or equal to ${most} (the number of specified completions)`;
    if (numberOf(value) > most) faults.push(unknownValue(path, value, why));
  };
}
