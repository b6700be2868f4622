import type { Diagnostic } from '../yaml/diagnostic.ts';
import type { LocatedDocument } from '../yaml/parse.ts';
import { locate } from '../yaml/parse.ts';
import { placeOf } from '../yaml/source.ts';
import { suggest } from '../yaml/suggest.ts';
import { diagnosticAtPath, validateYaml } from '../yaml/validate.ts';
import type { StepDefinition } from './model.ts';
import { commonStepFields, stepSchema } from './schema.ts';
import type { StepKind } from './step-kind.ts';

export interface LoadedStep {
  index: number;
  /** Undefined when the step has no kind that is known. */
  kind: StepKind | undefined;
  /** Undefined when something is wrong with it. */
  definition: StepDefinition | undefined;
  /** The id that others name it by, even when the step is faulty. */
  id: string;
  written: Record<string, unknown>;
  diagnostics: Diagnostic[];
}

/** Reads the step at an index of a playbook's `steps`. */
export function loadStep(
  document: LocatedDocument,
  index: number,
  written: Record<string, unknown>,
  kinds: readonly StepKind[],
): LoadedStep {
  const path = ['steps', index];
  const id = typeof written.id === 'string' ? written.id : idFrom(written.title, index);
  const { kind, fault } = kindOf(written, kinds);
  if (!kind) {
    const { message, hint, key } = fault;
    const diagnostic = diagnosticAtPath(
      document,
      key ? [...path, key] : path,
      { message, hint },
      key ? 'key' : 'value',
    );
    return { index, kind, definition: undefined, id, written, diagnostics: [diagnostic] };
  }
  const { value, diagnostics } = validateYaml(document, stepSchema(kind), path);
  const { line } = placeOf(document.source, locate(document, path).start);
  return { index, kind, definition: value && toDefinition(value, kind, id, line), id, written, diagnostics };
}

type KindFound =
  | { kind: StepKind; fault?: never }
  | { kind: undefined; fault: { message: string; hint?: string | undefined; key?: string } };

/** The kind is named by its key; a key that is an option of another present kind does not count. */
function kindOf(written: Record<string, unknown>, kinds: readonly StepKind[]): KindFound {
  const present = kinds.filter((kind) => Object.hasOwn(written, kind.name));
  const own = present.filter(
    (kind) => !present.some((other) => other !== kind && Object.hasOwn(other.shape, kind.name)),
  );
  const [kind, second] = own;
  const names = kinds.map((one) => one.name);
  if (kind && second) {
    const message = `a step is of one kind; this one has ${own.map((one) => `\`${one.name}\``).join(' and ')}`;
    return { kind: undefined, fault: { message, hint: 'make a step of each', key: second.name } };
  }
  if (kind) return { kind };
  const strange = Object.keys(written).filter((key) => !Object.hasOwn(commonStepFields, key));
  for (const key of strange) {
    const near = suggest(key, names);
    if (near)
      return {
        kind: undefined,
        fault: { message: `unknown step kind \`${key}\``, hint: `did you mean \`${near}\`?`, key },
      };
  }
  const [key] = strange;
  const hint = `kinds: ${names.map((name) => `\`${name}\``).join(', ')}`;
  if (key) return { kind: undefined, fault: { message: `unknown step kind \`${key}\``, hint, key } };
  return { kind: undefined, fault: { message: 'this step does nothing: it has no kind', hint } };
}

function idFrom(title: unknown, index: number): string {
  const words = typeof title === 'string' ? title.toLowerCase().match(/[a-z0-9]+/g) : null;
  return words ? words.slice(0, 6).join('-') : `step-${index + 1}`;
}

/** Kebab-case keys become the model's; what was not said stays away. */
function toDefinition(value: Record<string, unknown>, kind: StepKind, id: string, line: number): StepDefinition {
  const config = Object.fromEntries(
    Object.keys(kind.shape).flatMap((key) => (value[key] === undefined ? [] : [[key, value[key]]])),
  );
  const retry = value.retry as { for?: number; every?: number; times?: number } | undefined;
  const fields = {
    description: value.description,
    when: value.when,
    needs: value.needs,
    timeoutMs: value.timeout,
    idleTimeoutMs: value['idle-timeout'],
    retry: retry && defined({ forMs: retry.for, everyMs: retry.every, times: retry.times }),
    onFailure: value['on-failure'],
    always: value.always,
    undo: value.undo,
    rehearse: value.rehearse,
    outputs: value.outputs,
  };
  const step = { id, title: String(value.title), kind: kind.name, config, line, ...defined(fields) };
  // The schema has checked every one of them.
  return step as StepDefinition;
}

function defined<T extends object>(fields: T): Partial<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<T>;
}
