import type { Requirement } from '../../kubernetes/labels.ts';
import { badRequest } from './errors.ts';
import { labelKeyFaults, labelValueFaults } from './validation/names.ts';

type Token = { kind: 'symbol' | 'word' | 'end'; text: string };

const symbols: Record<string, Requirement['operator']> = {
  in: 'In',
  notin: 'NotIn',
  '=': 'In',
  '==': 'In',
  '!=': 'NotIn',
  '>': 'Gt',
  '<': 'Lt',
};

/**
 * Reads a `labelSelector`. Throws 400 in the words of a real server (`apimachinery/pkg/labels/selector.go`, whose grammar
 * this follows).
 */
export function readLabelSelector(text: string): Requirement[] {
  const tokens = tokensOf(text);
  const requirements: Requirement[] = [];
  for (;;) {
    const next = tokens[0] ?? end;
    if (next.kind === 'end') return requirements;
    if (next.kind !== 'word' && next.text !== '!')
      throw badRequest(`found '${next.text}', expected: !, identifier, or 'end of string'`);
    requirements.push(readRequirement(tokens));
    const after = tokens.shift() ?? end;
    if (after.kind === 'end') return requirements;
    if (after.text !== ',') throw badRequest(`found '${after.text}', expected: ',' or 'end of string'`);
    const following = tokens[0] ?? end;
    if (following.kind !== 'word' && following.text !== '!')
      throw badRequest(`found '${following.text}', expected: identifier after ','`);
  }
}

const end: Token = { kind: 'end', text: '' };

function tokensOf(text: string): Token[] {
  return [...text.matchAll(/(==|!=|[=!(),<>])|([^=!(),<>\s]+)/g)].map(([found, symbol]) => ({
    kind: symbol === undefined ? 'word' : 'symbol',
    text: found,
  }));
}

function readRequirement(tokens: Token[]): Requirement {
  let token = tokens.shift() ?? end;
  const absent = token.text === '!';
  if (absent) token = tokens.shift() ?? end;
  if (token.kind !== 'word') throw unable(`found '${token.text}', expected: identifier`);
  const key = token.text;
  const [fault] = labelKeyFaults(key);
  if (fault) throw unable(`<nil>: Invalid value: ${JSON.stringify(key)}: ${fault}`);
  if (absent) return { key, operator: 'DoesNotExist', values: [] };
  const next = tokens[0] ?? end;
  if (next.kind === 'end' || next.text === ',') return { key, operator: 'Exists', values: [] };
  tokens.shift();
  const operator = Object.hasOwn(symbols, next.text) ? symbols[next.text] : undefined;
  if (!operator) throw unable(`found '${next.text}', expected: in, notin, =, ==, !=, gt, lt`);
  const values = next.kind === 'word' ? readValues(tokens) : [readValue(tokens)];
  for (const [index, value] of values.entries()) checkValue(key, operator, value, index);
  return { key, operator, values };
}

function checkValue(key: string, operator: Requirement['operator'], value: string, index: number): void {
  const quoted = JSON.stringify(value);
  if ((operator === 'Gt' || operator === 'Lt') && !/^[+-]?\d+$/.test(value))
    throw unable(`values[${index}]: Invalid value: ${quoted}: for 'Gt', 'Lt' operators, the value must be an integer`);
  const [fault] = labelValueFaults(value);
  if (fault) throw unable(`values[${index}][${key}]: Invalid value: ${quoted}: ${fault}`);
}

function readValue(tokens: Token[]): string {
  const next = tokens[0] ?? end;
  if (next.kind === 'end' || next.text === ',') return '';
  tokens.shift();
  if (next.kind !== 'word') throw unable(`found '${next.text}', expected: identifier`);
  return next.text;
}

/** `(x,y)`; an empty place between commas is the empty value. */
function readValues(tokens: Token[]): string[] {
  const open = tokens.shift() ?? end;
  if (open.text !== '(') throw unable(`found '${open.text}' expected: '('`);
  const first = tokens[0] ?? end;
  if (first.kind !== 'word' && first.text !== ',' && first.text !== ')')
    throw unable(`found '${first.text}', expected: ',', ')' or identifier`);
  const values: string[] = [];
  let current = '';
  for (let word = false; ; ) {
    const token = tokens.shift() ?? end;
    if (token.kind === 'word' && !word) {
      current = token.text;
      word = true;
    } else if (token.text === ',' || token.text === ')') {
      values.push(current);
      if (token.text === ')') return [...new Set(values)].sort();
      current = '';
      word = false;
    } else throw unable(`found '${token.text}', expected: ',' or ${word ? "')'" : 'identifier'}`);
  }
}

function unable(why: string) {
  return badRequest(`unable to parse requirement: ${why}`);
}
