import type { ASTNode } from '@marcbachmann/cel-js';
import { mayTakeLong } from './expression-cost.ts';
import { checkTypes, environmentsFor, unshadowed, type Variables, withShadowed } from './expression-environment.ts';
import type { ExpressionFunction } from './expression-functions.ts';
import { withinTimeLimit } from './time-limit.ts';

/** What an expression may take: one that is written for it never ends. */
const longestMs = 2000;

export interface ExpressionOptions {
  /**
   * Every name that the expression may use. An object of types means a map with exactly these fields, so that an unknown
   * field and a wrong type are errors before anything runs.
   */
  variables: Variables;
  functions?: readonly ExpressionFunction[] | undefined;
}

export interface Expression {
  readonly source: string;
  /** The checked type as CEL names it: `bool`, `double`, `dyn`, `list<string>`, … */
  readonly type: string;
  readonly tree: ASTNode;
  /** The value; integers come back as numbers. Throws `ExpressionError`. */
  evaluate(scope: Record<string, unknown>): unknown;
}

/** What is wrong with an expression, and where in its text. */
export class ExpressionError extends Error {
  override readonly name = 'ExpressionError';
  readonly offset: number;
  readonly length: number;
  /** The name that is not known, for a `did you mean`. */
  readonly unknown: string | undefined;

  constructor(message: string, offset: number, length: number, unknown?: string) {
    super(message);
    this.offset = offset;
    this.length = length;
    this.unknown = unknown;
  }
}

/**
 * Reads and checks a CEL expression: syntax, names, types, functions. The language is that of Kubernetes
 * (https://kubernetes.io/docs/reference/using-api/cel/) with one relaxation: as every number that comes from JSON is a
 * double, `double * int` and its like are defined. Throws `ExpressionError`.
 */
export function compileExpression(source: string, options: ExpressionOptions): Expression {
  const environments = environmentsFor(options.variables, options.functions ?? []);
  let type: string;
  let tree: ASTNode;
  let run: (scope: Record<string, unknown>) => unknown;
  try {
    if (source.trim() === '') throw new ExpressionError('the expression is empty', 0, 1);
    const inside = withShadowed(source);
    type = checkTypes(inside, environments);
    const parsed = environments.evaluating.parse(inside);
    tree = parsed.ast;
    run = parsed;
  } catch (error) {
    throw asExpressionError(error, source);
  }
  const watched = mayTakeLong(tree);
  return {
    source,
    type,
    tree,
    evaluate(scope) {
      try {
        return watched ? withinTimeLimit(longestMs, () => plain(run(scope))) : plain(run(scope));
      } catch (error) {
        throw asExpressionError(error, source);
      }
    },
  };
}

/** The syntax tree alone, of an expression whose names and types may still be wrong. Throws `ExpressionError`. */
export function parseExpression(source: string): ASTNode {
  try {
    return environmentsFor({}, []).checking.parse(source).ast;
  } catch (error) {
    throw asExpressionError(error, source);
  }
}

const unknownName = /^(?:Unknown variable|No such key): ([A-Za-z_][\w-]*)$/;

function asExpressionError(error: unknown, source: string): ExpressionError {
  if (error instanceof ExpressionError) return error;
  const { summary, range } = error as { summary?: string; range?: { start: number; end: number } };
  const text = summary ?? (error instanceof Error ? error.message : String(error));
  const start = Math.min(range?.start ?? 0, Math.max(0, source.length - 1));
  const length = Math.max(1, (range?.end ?? source.length) - start);
  return new ExpressionError(unshadowed(inPlainWords(text)), start, length, unknownName.exec(text)?.[1]);
}

// The library names what its evaluator met; people read sentences.
function inPlainWords(text: string): string {
  if (text === 'Unexpected token: EOF') return 'the expression ends too early';
  return text
    .replace(/^Unknown variable: (.*)$/, 'unknown name `$1`')
    .replace(/^No such key: (index out of bounds.*)$/, '$1')
    .replace(/^No such key: (.*)$/, 'there is no `$1` here')
    .replace(/^found no matching overload for '(.*)'$/, 'there is no function `$1`')
    .replace(/^no such overload: (.*)$/, 'these types do not go together: $1')
    .replaceAll('dyn<', '<')
    .replace(/^Unexpected/, 'unexpected');
}

/** BigInt → number, in lists and maps too, so that nobody outside needs to know of CEL's integers. */
function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (Array.isArray(value)) return value.map(plain);
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, item]) => [String(key), plain(item)]));
  if (value !== null && typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype)
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]));
  return value;
}

/** One `${{ … }}` in a text. Offsets are into that text. */
export interface Template {
  start: number;
  /** Behind the closing braces. */
  end: number;
  /** The expression without the blanks around it. */
  source: string;
  sourceStart: number;
}

const open = '${{';

/** Finds every `${{ … }}`; `$${{` stands for the characters themselves. Throws `ExpressionError` for one without an end. */
export function findTemplates(text: string): Template[] {
  const found: Template[] = [];
  let from = 0;
  for (;;) {
    const start = text.indexOf(open, from);
    if (start === -1) return found;
    if (text[start - 1] === '$') {
      from = start + open.length;
      continue;
    }
    const end = endOf(text, start + open.length);
    if (end === undefined) throw new ExpressionError('the template is not closed by `}}`', start, open.length);
    const inner = text.slice(start + open.length, end);
    const blanks = inner.length - inner.trimStart().length;
    found.push({ start, end: end + 2, source: inner.trim(), sourceStart: start + open.length + blanks });
    from = end + 2;
  }
}

/** Where `}}` stands that is not in a string or a map of the expression. */
function endOf(text: string, from: number): number | undefined {
  let quote = '';
  let depth = 0;
  for (let at = from; at < text.length; at += 1) {
    const character = text[at];
    if (quote) {
      if (character === '\\') at += 1;
      else if (character === quote) quote = '';
    } else if (character === '"' || character === "'") quote = character;
    else if (character === '{') depth += 1;
    else if (character === '}' && depth > 0) depth -= 1;
    else if (character === '}' && text[at + 1] === '}') return at;
  }
  return undefined;
}

/**
 * Puts the values of its `${{ }}` into a value of any shape. A string that is one whole expression keeps the value's type;
 * inside a longer text lists are joined by commas and maps are JSON.
 */
export function renderValue<T>(value: T, evaluate: (expression: string) => unknown): T {
  return render(value, evaluate) as T;
}

function render(value: unknown, evaluate: (expression: string) => unknown): unknown {
  if (typeof value === 'string') return renderText(value, evaluate);
  if (Array.isArray(value)) return value.map((item) => render(item, evaluate));
  if (value !== null && typeof value === 'object')
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, render(item, evaluate)]));
  return value;
}

function renderText(text: string, evaluate: (expression: string) => unknown): unknown {
  const templates = findTemplates(text);
  const [only] = templates;
  if (only && templates.length === 1 && only.start === 0 && only.end === text.length) return evaluate(only.source);
  let rendered = '';
  let from = 0;
  for (const template of templates) {
    rendered += literal(text.slice(from, template.start)) + asText(evaluate(template.source));
    from = template.end;
  }
  return rendered + literal(text.slice(from));
}

function literal(text: string): string {
  return text.replaceAll(`$${open}`, open);
}

function asText(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (Array.isArray(value)) return value.map(asText).join(', ');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
