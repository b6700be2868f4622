import { compileExpression, renderValue } from '../../base/expressions.ts';
import type { PlanContext } from '../step-kind.ts';
import { type ShellInputs, type ShellValue, shellTest, shellValue } from './cel-shell.ts';

/**
 * Values that only the script will know. While a step is explained each is a token, a word without anything that needs quotes;
 * in the finished line the token becomes the variable, quoted by where it stands.
 */
export interface ShellTokens {
  /** Renders templates; what depends on inputs becomes a token. Notes what could not be said. */
  render<T>(value: T, inputs: ShellInputs, context: PlanContext): T;
  /** A condition as a test; undefined when a shell cannot say it. */
  test(expression: string, inputs: ShellInputs): string | undefined;
  /** What must run before the lines that were made since this was asked last, and what was noted about them. */
  taken(): { before: string[]; unknown: string[]; decided: string[] };
  inLine(line: string): string;
  /** In a here-document that is expanded, between double quotes of YAML. */
  inDocument(text: string): string;
  /** For somebody who reads: `$INPUT_TAG`. */
  inProse(text: string): string;
  has(text: string): boolean;
  /** The lines that must run before what the tokens of a text stand for. */
  beforeOf(text: string): string[];
}

const token = /__([vn])(\d+)__/g;

export function createShellTokens(): ShellTokens {
  const values: ShellValue[] = [];
  let computed = 0;
  let before: string[] = [];
  let unknown: string[] = [];
  /** Said with the inputs as they are now, as a shell cannot say it. */
  let decided: string[] = [];
  const said = new WeakMap<ShellInputs, Map<string, ShellValue | undefined>>();
  const fresh = () => {
    computed += 1;
    return `value_${computed}`;
  };
  const contentOf = (index: string) => values[Number(index)]?.content ?? '';
  return {
    render: (value, inputs, context) =>
      renderValue(value, (expression) => {
        const found = isTheScripts(expression) ? translated(expression, inputs) : undefined;
        if (found && isTheScriptsOwn(found)) {
          before.push(...found.before);
          values.push(found);
          return `__${found.type === 'string' ? 'v' : 'n'}${values.length - 1}__`;
        }
        try {
          const value = context.evaluate(expression);
          if (!found && isTheScripts(expression)) decided.push(expression);
          return value;
        } catch {
          unknown.push(expression);
          return `<${expression}>`;
        }
      }),
    test: (expression, inputs) => shellTest(treeOf(expression), inputs, fresh),
    taken() {
      const all = { before: [...new Set(before)], unknown: [...new Set(unknown)], decided: [...new Set(decided)] };
      before = [];
      unknown = [];
      decided = [];
      return all;
    },
    inLine: (line) => replaceQuoted(line, contentOf),
    inDocument: (text) =>
      text
        .replace(/"__n(\d+)__"/g, '__n$1__')
        .replace(/[\\$`]/g, '\\$&')
        .replace(token, (_, __, index: string) => contentOf(index)),
    inProse: (text) => text.replace(token, (_, __, index: string) => contentOf(index).replace(/\$\{(\w+)\}/g, '$$$1')),
    has: (text) => text.search(token) >= 0,
    beforeOf: (text) => [...text.matchAll(token)].flatMap(([, , index]) => values[Number(index)]?.before ?? []),
  };

  function translated(expression: string, inputs: ShellInputs): ShellValue | undefined {
    const known = said.get(inputs) ?? new Map<string, ShellValue | undefined>();
    said.set(inputs, known);
    if (!known.has(expression)) known.set(expression, inShell(expression, inputs));
    return known.get(expression);
  }

  function inShell(expression: string, inputs: ShellInputs): ShellValue | undefined {
    try {
      return shellValue(treeOf(expression), inputs, fresh);
    } catch {
      return undefined;
    }
  }
}

/** Whether a value is known only when the script runs; what a playbook gives another as it stands is known now. */
function isTheScriptsOwn({ content, before }: ShellValue): boolean {
  return before.length > 0 || /(?<!\\)\$\{/.test(content);
}

/** Whether something is in it that only the script will know. */
function isTheScripts(expression: string): boolean {
  return /\binputs\b|\brun\.time\b/.test(expression);
}

function treeOf(expression: string) {
  const dynamic = Object.fromEntries(
    ['inputs', 'steps', 'system', 'cluster', 'item', 'run'].map((name) => [name, 'dyn' as const]),
  );
  return compileExpression(expression, { variables: dynamic }).tree;
}

/** The tokens of a shell line, each quoted by whether it stands bare, in single or in double quotes. */
function replaceQuoted(line: string, contentOf: (index: string) => string): string {
  let quote = '';
  /** Of what a substitution or a subshell stands in. */
  const outer: string[] = [];
  let result = '';
  for (let at = 0; at < line.length; ) {
    const [whole, , index] = /^__([vn])(\d+)__/.exec(line.slice(at)) ?? [];
    if (whole !== undefined && index !== undefined) {
      const content = contentOf(index);
      result += quote === '"' ? content : quote === "'" ? `'"${content}"'` : `"${content}"`;
      at += whole.length;
      continue;
    }
    const character = line[at] ?? '';
    if (character === '\\' && quote !== "'") {
      result += line.slice(at, at + 2);
      at += 2;
      continue;
    }
    const opens = character === '(' && (quote === '' || (quote === '"' && line[at - 1] === '$'));
    if (opens) {
      outer.push(quote);
      quote = '';
    } else if (character === ')' && quote === '' && outer.length > 0) quote = outer.pop() ?? '';
    else if (character === quote) quote = '';
    else if (quote === '' && (character === '"' || character === "'")) quote = character;
    result += character;
    at += 1;
  }
  return result;
}
