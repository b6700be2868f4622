import { z } from 'zod';
import { TooLongError, withinTimeLimit } from '../base/time-limit.ts';
import { choicesSchema, fromSchema } from './input-sources.ts';
import type { InputDefinition } from './model.ts';
import { kindOf } from './steps/check/sources/kind-name.ts';

const scalar = z.union([z.string(), z.number(), z.boolean()]);
const optionalFields = {
  type: z.enum(['string', 'number', 'boolean']).optional().describe('Without it, the type of the default; else string'),
  default: z
    .union([scalar, z.array(z.string())])
    .optional()
    .describe('Taken when nothing is given; a list with `multiple`'),
  multiple: z.literal(true).optional().describe('Any number of the `options` or `choices`; its value is a list'),
  sensitive: z.boolean().optional().describe('Never in --set, on disk or on the screen'),
  generate: z
    .strictObject({ bytes: z.number().int().min(8).max(1024), encoding: z.enum(['base64', 'base64url', 'hex']) })
    .optional()
    .describe('Made from a secure random source when nothing is given and none exists'),
  pattern: z.string().min(1).optional().describe('A regular expression that the whole text must match'),
  format: z.enum(['email']).optional().describe('What kind of text it is'),
  hint: z.string().optional().describe('Says the pattern in words'),
  options: z
    .array(z.union([z.string(), z.number()]))
    .min(1)
    .optional()
    .describe('The only values that are allowed'),
  minimum: z.number().optional().describe('Of a number'),
  maximum: z.number().optional().describe('Of a number'),
  integer: z.boolean().optional().describe('Of a number: a whole one'),
  optional: z.boolean().optional().describe('May be left empty'),
  when: z.string().optional().describe('CEL over `inputs`: only asked for when true'),
  from: fromSchema.optional().describe('What the cluster has now stands in place of the default'),
  choices: choicesSchema.optional().describe('Objects of the cluster: the only values that are allowed'),
};

/** One input as it is written. */
export const inputSchema = z.strictObject({
  description: z.string().min(1).describe('What it is for, in one sentence'),
  ...optionalFields,
});

export type WrittenInput = z.infer<typeof inputSchema>;

/** What stands in a playbook below `inputs`. */
export const inputsSchema = z.record(
  z
    .string()
    .regex(/^[a-zA-Z][a-zA-Z0-9_]*$/, 'an input is named by letters, digits and `_`, so that expressions can name it'),
  inputSchema,
);

/** The definition with its type made sure, and every contradiction in it by the key that it stands at. */
export function defineInput(written: WrittenInput): {
  definition: InputDefinition;
  faults: [key: string, message: string][];
} {
  const type = written.multiple ? 'list' : (written.type ?? typeOf(written));
  const faults: [string, string][] = [];
  const { default: value, options, pattern, sensitive, generate, minimum, maximum } = written;
  if (written.multiple) return { definition: listDefinition(written), faults: multipleFaults(written) };
  if (value !== undefined && typeof value !== type) faults.push(['default', `the default is no ${type}`]);
  if (value !== undefined && sensitive)
    faults.push(['default', 'a sensitive input has no default: it would stand in this file']);
  if (options?.some((option) => typeof option !== type))
    faults.push(['options', `the options must all be of the type ${type}`]);
  else if (value !== undefined && options && !options.some((option) => option === value))
    faults.push(['default', `the default is none of the options: ${options.join(', ')}`]);
  if (generate && type !== 'string') faults.push(['generate', 'only a string can be generated']);
  if (minimum !== undefined && type !== 'number') faults.push(['minimum', 'only a number has a minimum']);
  if (maximum !== undefined && type !== 'number') faults.push(['maximum', 'only a number has a maximum']);
  if (written.integer && type !== 'number') faults.push(['integer', 'only a number can be a whole one']);
  if (written.integer && typeof value === 'number' && !Number.isInteger(value))
    faults.push(['default', 'the default is no whole number']);
  if (typeof value === 'number' && (value < (minimum ?? value) || value > (maximum ?? value)))
    faults.push(['default', 'the default is outside of minimum and maximum']);
  const faulty = pattern === undefined ? undefined : patternFault(pattern, type);
  if (faulty) faults.push(['pattern', faulty]);
  else if (pattern !== undefined && typeof value === 'string' && value !== '' && !matchesWhole(pattern, value))
    faults.push(['default', 'the default does not match the pattern']);
  faults.push(...sourceFaults(written, type));
  return { definition: { ...written, type } as InputDefinition, faults };
}

function listDefinition({ multiple: _, ...written }: WrittenInput): InputDefinition {
  return { ...written, type: 'list' } as InputDefinition;
}

/** What contradicts itself in an input of which any number may be chosen. */
function multipleFaults(written: WrittenInput): [string, string][] {
  const { default: value, options, choices, from, sensitive, generate, pattern, format, type } = written;
  const faults: [string, string][] = [];
  if (!options && !choices) faults.push(['multiple', '`options` or `choices` say what can be chosen; one is needed']);
  const others = { from, sensitive, generate, pattern, format, type };
  for (const [key, other] of Object.entries(others))
    if (other !== undefined) faults.push([key, `\`${key}\` and \`multiple\` do not go together`]);
  if (options?.some((option) => typeof option !== 'string')) faults.push(['options', 'the options must all be texts']);
  const missing =
    value === undefined ? [] : Array.isArray(value) ? value.filter((one) => !options?.includes(one)) : [value];
  if (value !== undefined && !Array.isArray(value)) faults.push(['default', 'the default is no list']);
  else if (options && missing.length > 0)
    faults.push(['default', `the default is not among the options: ${missing.join(', ')}`]);
  return [...faults, ...sourceFaults(written, 'list')];
}

/** What contradicts itself in what an input reads of the cluster. */
function sourceFaults({ from, choices, options, sensitive }: WrittenInput, type: string): [string, string][] {
  const faults: [string, string][] = [];
  for (const [key, kind] of [
    ['from', from?.get],
    ['choices', choices?.list],
  ] as const) {
    if (kind === undefined) continue;
    if (sensitive) faults.push([key, `a sensitive input has no \`${key}\`: it would be shown`]);
    else if (kindOf(kind).kind === 'Secret' && kindOf(kind).apiVersion === 'v1')
      faults.push([key, 'no input reads a Secret: what it holds would be shown']);
  }
  if (choices && options) faults.push(['choices', '`options` and `choices` both say what is allowed; leave one out']);
  if (choices && type === 'boolean') faults.push(['choices', 'yes or no has no choices']);
  if (choices?.namespace !== undefined && choices.allNamespaces)
    faults.push(['choices', '`namespace` and `allNamespaces` contradict each other']);
  return faults;
}

/** Some patterns take longer than anybody lives. */
const longestMs = 500;

/** Whether a text matches a pattern from its first character to its last; one that takes too long to tell does not. */
export function matchesWhole(pattern: string, text: string): boolean {
  try {
    return withinTimeLimit(longestMs, () => new RegExp(`^(?:${pattern})$`, 'u').test(text));
  } catch (error) {
    if (error instanceof TooLongError) return false;
    throw error;
  }
}

function typeOf({ default: value, options, minimum, maximum }: WrittenInput): InputDefinition['type'] {
  if (typeof value === 'number' || typeof value === 'boolean') return typeof value as 'number' | 'boolean';
  if (value === undefined && (typeof options?.[0] === 'number' || minimum !== undefined || maximum !== undefined))
    return 'number';
  return 'string';
}

function patternFault(pattern: string, type: string): string | undefined {
  if (type !== 'string') return 'only a string has a pattern';
  try {
    new RegExp(pattern, 'u');
    return undefined;
  } catch {
    return 'this is not a regular expression';
  }
}
