import type { FieldFault } from '../errors.ts';
import { isObject, listAt, objectAt, textAt } from '../json.ts';
import { required, unknownValue } from './faults.ts';
import { labelFaults, labelKeyFaults, labelValueFaults } from './names.ts';

const withValues = ['In', 'NotIn'];
const withoutValues = ['Exists', 'DoesNotExist'];

/** What is wrong with a label selector (`apimachinery/pkg/apis/meta/v1/validation ValidateLabelSelector`). */
export function labelSelectorFaults(selector: unknown, field: string): FieldFault[] {
  const requirements = listAt(selector, 'matchExpressions').filter(isObject);
  return [
    ...labelFaults(objectAt(selector, 'matchLabels'), `${field}.matchLabels`),
    ...requirements.flatMap((one, index) => requirementFaults(one, `${field}.matchExpressions[${index}]`)),
  ];
}

function requirementFaults(requirement: Record<string, unknown>, field: string): FieldFault[] {
  const [key, operator, values] = [
    textAt(requirement, 'key'),
    textAt(requirement, 'operator'),
    listAt(requirement, 'values'),
  ];
  return [
    ...operatorFaults(operator, values, field),
    ...labelKeyFaults(key).map((why) => unknownValue(`${field}.key`, key, why)),
    ...values.flatMap((value, index) =>
      labelValueFaults(String(value)).map((why) => unknownValue(`${field}.values[${index}]`, value, why)),
    ),
  ];
}

function operatorFaults(operator: string, values: readonly unknown[], field: string): FieldFault[] {
  if (withValues.includes(operator))
    return values.length > 0
      ? []
      : [required(`${field}.values`, "must be specified when `operator` is 'In' or 'NotIn'")];
  if (!withoutValues.includes(operator))
    return [unknownValue(`${field}.operator`, operator, 'not a valid selector operator')];
  if (values.length === 0) return [];
  const message = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'";
  return [{ type: 'FieldValueForbidden', field: `${field}.values`, message }];
}
