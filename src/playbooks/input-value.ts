import { matchesWhole } from './input-schema.ts';
import type { InputDefinition } from './model.ts';

// One @, a domain of at least two labels, nothing that a header or a shell would read: what a certificate authority accepts.
const email =
  /^[A-Za-z0-9._%+-]+@[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)+$/;

const words: Record<InputDefinition['type'], string> = {
  string: 'a text',
  number: 'a number',
  boolean: 'true or false',
  list: 'a list',
};

/** What is wrong with a value for an input, as the rest of a sentence about it; undefined when nothing is. */
export function valueFault(value: unknown, definition: InputDefinition): string | undefined {
  const { type, options, pattern, hint, format, minimum, maximum, optional, sensitive, offered, integer } = definition;
  if (type === 'list') return listFault(value, definition);
  if (typeof value !== type) return `${words[type]} is expected${sensitive ? '' : `, not ${described(value)}`}`;
  if (value === '' && optional) return undefined;
  if (value === '') return 'it must not be empty';
  if (options && !options.some((option) => option === value)) return `it must be one of ${options.join(', ')}`;
  if (offered && !offered.some((choice) => choice.value === value))
    return offered.length === 0
      ? `the cluster has none to choose from, not ${described(value)} either`
      : `it must be one of ${offered.map((choice) => choice.value).join(', ')}, which the cluster has; not ${described(value)}`;
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) return 'it must be a finite number';
    if (integer && !Number.isSafeInteger(value)) return 'it must be a whole number';
    if (minimum !== undefined && value < minimum) return `it must be at least ${minimum}`;
    if (maximum !== undefined && value > maximum) return `it must be at most ${maximum}`;
  }
  if (typeof value !== 'string') return undefined;
  if (format === 'email' && !email.test(value)) return hint ?? 'it must be an e-mail address, e.g. admin@example.com';
  if (pattern !== undefined && !matchesWhole(pattern, value)) return hint ?? `it must match \`${pattern}\``;
  return undefined;
}

function listFault(value: unknown, { options, offered, optional }: InputDefinition): string | undefined {
  if (!Array.isArray(value)) return `a list is expected, not ${described(value)}`;
  const allowed = (options ?? offered?.map((choice) => choice.value))?.map(String);
  const wrong = value.filter((one) => typeof one !== 'string' || allowed?.includes(one) === false);
  if (wrong.length > 0)
    return `${wrong.map(described).join(', ')} is not among them: ${allowed?.join(', ') || 'there are none'}`;
  return value.length === 0 && !optional ? 'at least one must be chosen' : undefined;
}

function described(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (typeof value === 'string') return value === '' ? 'nothing' : `\`${value}\``;
  if (typeof value === 'object') return Array.isArray(value) ? 'a list' : 'a map';
  return String(value);
}
