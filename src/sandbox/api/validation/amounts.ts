import { atLeastZero, type Check } from './checks.ts';
import { unknownValue } from './faults.ts';

const shape =
  "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')";

/** A number of pods, or a share of them (`pkg/apis/apps/validation/validation.go ValidatePositiveIntOrPercent`). */
export const numberOrShare: Check = (value, path, faults, owner) => {
  if (typeof value !== 'string') atLeastZero(value, path, faults, owner);
  else if (!/^\d+%$/.test(value)) faults.push(unknownValue(path, value, shape));
};

/** `IsNotMoreThan100Percent` */
export const atMostAll: Check = (value, path, faults) => {
  if (typeof value === 'string' && /^\d+%$/.test(value) && Number.parseInt(value, 10) > 100)
    faults.push(unknownValue(path, value, 'must not be greater than 100%'));
};

/** `getIntOrPercentValue`: `30%` → 30 */
export function plainNumber(value: unknown): number {
  return typeof value === 'number' ? value : Number.parseInt(String(value), 10) || 0;
}
