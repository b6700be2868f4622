import { parseQuantity } from '../../../kubernetes/quantity.ts';
import type { FieldFault } from '../errors.ts';
import { type Json, objectAt } from '../json.ts';
import { unknownValue } from './faults.ts';

/** Requests and limits: quantities, and no request above its limit (`ValidateResourceRequirements`). */
export function quantityFaults(resources: Json, path: string): FieldFault[] {
  const [requests, limits] = [objectAt(resources, 'requests'), objectAt(resources, 'limits')];
  const faults: FieldFault[] = [];
  for (const [part, map] of [['requests', requests] as const, ['limits', limits] as const])
    for (const [name, value] of Object.entries(map))
      if (amount(value) === undefined)
        faults.push(
          unknownValue(
            `${path}.${part}`,
            value,
            "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
          ),
        );
      else if ((amount(value) ?? 0) < 0)
        faults.push(unknownValue(`${path}.${part}[${name}]`, value, 'must be greater than or equal to 0'));
  for (const [name, request] of Object.entries(requests)) {
    const [wanted, most] = [amount(request), amount(limits[name])];
    if (wanted !== undefined && most !== undefined && wanted > most)
      faults.push(
        unknownValue(
          `${path}.requests`,
          request,
          `must be less than or equal to ${name} limit of ${String(limits[name])}`,
        ),
      );
  }
  return faults;
}

function amount(value: unknown): number | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  try {
    const parsed = parseQuantity(value);
    return Number.isFinite(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}
