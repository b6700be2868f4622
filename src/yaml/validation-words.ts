import type { z } from 'zod';
import type { Fault } from './source.ts';
import { suggest, suggestion } from './suggest.ts';

type Issue = z.core.$ZodIssue;

/** What an issue says to a person. */
export function faultOf(issue: Issue, value: unknown): Fault {
  switch (issue.code) {
    case 'invalid_type':
      return { message: `${article(issue.expected)} is expected here, not ${described(value)}` };
    case 'invalid_value': {
      const allowed = issue.values.map(String);
      return {
        message: `${described(value)} is not allowed here`,
        hint: suggestion(String(value), allowed, 'allowed'),
      };
    }
    case 'too_small':
      return { message: bound(issue.origin, issue.inclusive === false ? 'more' : 'least', issue.minimum) };
    case 'too_big':
      return { message: bound(issue.origin, issue.inclusive === false ? 'less' : 'most', issue.maximum) };
    case 'invalid_format':
      // The library's own sentences begin so; every other was written for this place.
      return 'prefix' in issue && issue.message.startsWith('Invalid string')
        ? { message: `this must begin with \`${String(issue.prefix)}\`` }
        : { message: issue.message };
    case 'invalid_key':
      return { message: issue.issues[0]?.message ?? issue.message };
    default:
      return { message: issue.message };
  }
}

function bound(origin: string, side: 'least' | 'most' | 'more' | 'less', limit: number | bigint): string {
  if (side === 'more' || side === 'less') return `this must be ${side} than ${limit}`;
  if (origin === 'string')
    return limit === 1 && side === 'least' ? 'this must not be empty' : `this must have at ${side} ${limit} characters`;
  if (origin === 'array' || origin === 'set')
    return `this list must have at ${side} ${limit} item${Number(limit) === 1 ? '' : 's'}`;
  return `this must be at ${side} ${limit}`;
}

/** What a value that fits no branch of a union should have been. */
export function unionFault(branches: readonly Issue[][], value: unknown): Fault {
  const message = unionMessage(branches, value);
  const allowed = branches.flat().flatMap((issue) => (issue.code === 'invalid_value' ? issue.values.map(String) : []));
  const near = typeof value === 'string' ? suggest(value, allowed) : undefined;
  return { message, hint: near && `did you mean \`${near}\`?` };
}

function unionMessage(branches: readonly Issue[][], value: unknown): string {
  const expected = branches.flat().flatMap((issue) => {
    if (issue.code === 'invalid_type') return [article(issue.expected)];
    if (issue.code === 'invalid_value') return issue.values.map((allowed) => `\`${String(allowed)}\``);
    return [];
  });
  const other = branches.flat().find((issue) => issue.code !== 'invalid_type' && issue.code !== 'invalid_value');
  if (expected.length === 0) return other?.message ?? 'this value is not allowed here';
  return `${listed([...new Set(expected)])} is expected here, not ${described(value)}`;
}

/** `a`, `a or b`, `a, b or c`. */
function listed(words: readonly string[]): string {
  const last = words.at(-1) ?? '';
  return words.length > 1 ? `${words.slice(0, -1).join(', ')} or ${last}` : last;
}

const names: Record<string, string> = {
  object: 'a map',
  record: 'a map',
  array: 'a list',
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: '`true` or `false`',
  null: 'nothing',
};

function article(type: string): string {
  return names[type] ?? type;
}

function described(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a map';
  if (typeof value === 'string') return value.length > 40 ? 'this text' : `the text \`${value}\``;
  return `the ${typeof value === 'boolean' ? 'value' : 'number'} \`${String(value)}\``;
}
