import type { ASTNode } from '@marcbachmann/cel-js';

/** What an input is in the script: the content of a shell word in double quotes, and its type. */
export interface ShellInput {
  content: string;
  type: 'string' | 'number' | 'boolean';
  /** Lines that must run before it is used. */
  before?: string[];
}

/** The variable of a script for when it began, in UTC, as `run.time` is written. */
export const runTimeVariable = 'RUN_TIME';

export type ShellInputs = ReadonlyMap<string, ShellInput>;

/** A value as the content of a word in double quotes; `before` are lines that must run first. */
export interface ShellValue {
  content: string;
  type: 'string' | 'number' | 'boolean';
  before: string[];
}

/** Says a variable's name that is not taken. */
export type NewVariable = () => string;

/** A CEL expression over inputs as a value of the shell; undefined when a shell cannot say it. */
export function shellValue(node: ASTNode, inputs: ShellInputs, fresh: NewVariable): ShellValue | undefined {
  const { op, args } = node as unknown as { op: string; args: never };
  if (op === 'value') return constant(args);
  if (op === '.') return inputOf(node, inputs);
  if (op === 'call') {
    const [name, [only, more]] = args as [string, ASTNode[]];
    const value = name === 'string' && only && !more ? shellValue(only, inputs, fresh) : undefined;
    return value && { ...value, type: 'string' };
  }
  if (op === 'rcall') return replaced(args, inputs, fresh);
  if (op === '+') {
    const [left, right] = (args as ASTNode[]).map((one) => shellValue(one, inputs, fresh));
    // Only texts are joined; numbers would be added.
    if (left?.type !== 'string' || right?.type !== 'string') return undefined;
    return { content: left.content + right.content, type: 'string', before: [...left.before, ...right.before] };
  }
  return op === '?:' ? choice(args, inputs, fresh) : undefined;
}

function choice(args: ASTNode[], inputs: ShellInputs, fresh: NewVariable): ShellValue | undefined {
  const [condition, whenTrue, whenFalse] = args;
  const test = condition && shellTest(condition, inputs, fresh);
  const yes = whenTrue && shellValue(whenTrue, inputs, fresh);
  const no = whenFalse && shellValue(whenFalse, inputs, fresh);
  if (!test || !yes || !no || yes.before.length + no.before.length > 0) return undefined;
  const name = fresh();
  return {
    content: `\${${name}}`,
    type: yes.type,
    before: [`if ${test}; then ${name}="${yes.content}"; else ${name}="${no.content}"; fi`],
  };
}

/** `text.replace("a", "b")` with texts that are known, by sed. */
function replaced(
  [name, receiver, given]: [string, ASTNode, ASTNode[]],
  inputs: ShellInputs,
  fresh: NewVariable,
): ShellValue | undefined {
  const [old, fresher, more] = given.map(({ op, args }) => (op === 'value' ? (args as unknown) : undefined));
  if (name !== 'replace' || typeof old !== 'string' || typeof fresher !== 'string' || more !== undefined)
    return undefined;
  const value = shellValue(receiver, inputs, fresh);
  if (value?.type !== 'string' || old === '' || /\n/.test(old + fresher)) return undefined;
  const script = `s/${old.replace(/[\\/.*[\]^$]/g, '\\$&')}/${fresher.replace(/[\\/&]/g, '\\$&')}/g`;
  const variable = fresh();
  const quoted = `'${script.replaceAll("'", `'\\''`)}'`;
  return {
    content: `\${${variable}}`,
    type: 'string',
    before: [...value.before, `${variable}="$(printf '%s\\n' "${value.content}" | sed ${quoted})"`],
  };
}

function constant(value: unknown): ShellValue | undefined {
  if (typeof value === 'string') return { content: escaped(value), type: 'string', before: [] };
  if (typeof value === 'boolean') return { content: String(value), type: 'boolean', before: [] };
  if (typeof value === 'bigint' || typeof value === 'number')
    return { content: String(value), type: 'number', before: [] };
  return undefined;
}

function inputOf({ args }: ASTNode, inputs: ShellInputs): ShellValue | undefined {
  const [object, name] = args as [ASTNode, string];
  if (object?.op === 'id' && (object.args as string) === 'run' && name === 'time')
    return { content: `\${${runTimeVariable}}`, type: 'string', before: [] };
  const input = object?.op === 'id' && (object.args as string) === 'inputs' ? inputs.get(name) : undefined;
  return input && { ...input, before: input.before ?? [] };
}

const comparisons: Record<string, string> = { '==': '=', '!=': '!=' };
const orders: Record<string, string> = { '>': '-gt', '>=': '-ge', '<': '-lt', '<=': '-le' };

function compared(op: string, left: number, right: number): boolean {
  if (op === '>' || op === '>=') return left > right || (op === '>=' && left === right);
  return left < right || (op === '<=' && left === right);
}

/** A condition over inputs as a test of the shell; undefined when a shell cannot say it. */
export function shellTest(node: ASTNode, inputs: ShellInputs, fresh: NewVariable): string | undefined {
  const { op, args } = node as unknown as { op: string; args: never };
  if (op === '!_') {
    const inner = shellTest(args, inputs, fresh);
    if (inner === 'true' || inner === 'false') return inner === 'true' ? 'false' : 'true';
    return inner && `! ${inner}`;
  }
  if (op === '&&' || op === '||') {
    const [left, right] = (args as ASTNode[]).map((one) => shellTest(one, inputs, fresh));
    return left && right && joined(op, left, right);
  }
  if (op === 'rcall') return beginsWith(args, inputs, fresh);
  const comparison = comparisons[op] ?? orders[op];
  if (comparison !== undefined) {
    const [left, right] = (args as ASTNode[]).map((one) => shellValue(one, inputs, fresh));
    if (!left || !right || left.before.length + right.before.length > 0) return undefined;
    // Without a variable in it the answer is known.
    if (orders[op] === undefined && !/\$\{/.test(left.content + right.content))
      return (left.content === right.content) === (op === '==') ? 'true' : 'false';
    if (!/\$\{/.test(left.content + right.content))
      return String(compared(op, Number(left.content), Number(right.content)));
    return `[ "${left.content}" ${comparison} "${right.content}" ]`;
  }
  const value = shellValue(node, inputs, fresh);
  if (value?.type !== 'boolean' || value.before.length > 0) return undefined;
  return value.content.startsWith('$') ? `[ "${value.content}" = true ]` : value.content;
}

/** `text.startsWith("a")` with a text that is known. */
function beginsWith(
  [name, receiver, [only, more]]: [string, ASTNode, ASTNode[]],
  inputs: ShellInputs,
  fresh: NewVariable,
): string | undefined {
  const start: unknown = only?.op === 'value' ? only.args : undefined;
  if (name !== 'startsWith' || typeof start !== 'string' || more) return undefined;
  const value = shellValue(receiver, inputs, fresh);
  if (value?.type !== 'string' || value.before.length > 0) return undefined;
  return `case "${value.content}" in '${start.replaceAll("'", `'\\''`)}'*) true ;; *) false ;; esac`;
}

function joined(op: '&&' | '||', left: string, right: string): string {
  const [ends, goesOn] = op === '&&' ? ['false', 'true'] : ['true', 'false'];
  if (left === ends || right === ends) return ends;
  if (left === goesOn) return right;
  return right === goesOn ? left : `{ ${left} ${op} ${right}; }`;
}

/** Text as it may stand between double quotes of a shell. */
export function escaped(text: string): string {
  return text.replace(/[\\"$`]/g, '\\$&');
}
