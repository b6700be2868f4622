import { valueFault } from './input-value.ts';
import { type InputValue, parseInput } from './inputs.ts';
import type { InputDefinition } from './model.ts';

/** A value of the cluster as one of an input: `value`, or why it cannot be; neither when there is nothing. */
export interface CurrentValue {
  value?: InputValue;
  fault?: string;
}

/** What an expression over an object came to, as the type of its input: `"true"` is true for a boolean, `"30"` 30 for a number. */
export function currentValue(found: unknown, definition: InputDefinition): CurrentValue {
  if (found === null || found === undefined) return {};
  const typed =
    typeof found === 'string'
      ? parseInput(found, definition)
      : definition.type === 'string' && typeof found !== 'object'
        ? String(found)
        : found;
  const fault = valueFault(typed, definition);
  return fault === undefined ? { value: typed as InputValue } : { fault };
}
