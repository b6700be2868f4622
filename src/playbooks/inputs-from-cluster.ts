import { messageOf } from '../base/errors.ts';
import { compileExpression, ExpressionError } from '../base/expressions.ts';
import { withinTimeLimit } from '../base/time-limit.ts';
import type { Connection } from '../cluster/connection.ts';
import { type CurrentValue, currentValue } from './current-value.ts';
import { type InputChoices, sourceVariables } from './input-sources.ts';
import type { InputValue } from './inputs.ts';
import type { InputChoice, InputDefinition, Playbook } from './model.ts';
import { createObjectReader, type ObjectReader } from './object-reader.ts';
import { everyStep } from './plan.ts';
import { quantityFunctions } from './scope.ts';

/** What there is now in place of defaults: by playbook, then by input. */
export type CurrentInputs = Record<string, Record<string, InputValue>>;

/** An input of which the cluster did not tell what was asked. */
export interface UnreadInput {
  name: string;
  key: 'from' | 'choices';
  /** A sentence without its stop. */
  reason: string;
}

export interface InputReading {
  current: CurrentInputs;
  /** What may be chosen, of those inputs of the playbook itself of which it could be read. */
  offered: Record<string, InputChoice[]>;
  unread: UnreadInput[];
}

/** Milliseconds that reading takes at most: then the defaults stand. */
const longestReadMs = 10_000;
/** And what somebody wrote over a long list may take: nothing else goes on meanwhile. */
const longestChoiceMs = 5000;

/** Whether a playbook, or one that it calls, has an input that reads the cluster. */
export function readsCluster(playbook: Playbook): boolean {
  return inputsToRead(playbook).length > 0;
}

/**
 * Reads what the inputs of a playbook name in the cluster, each object once. An input of a called playbook is read where neither
 * the call nor the caller's inputs give it. Never throws for what cannot be read: it stands in `unread`.
 */
export async function readInputs(
  connection: Connection,
  playbook: Playbook,
  namespace: string,
  signal: AbortSignal = new AbortController().signal,
): Promise<InputReading> {
  const reading: InputReading = { current: {}, offered: {}, unread: [] };
  const until = AbortSignal.any([signal, AbortSignal.timeout(longestReadMs)]);
  const reader = createObjectReader(connection, namespace, until);
  await Promise.all(
    inputsToRead(playbook).map(async ({ ref, name, definition }) => {
      const own = ref === playbook.ref;
      const taken = await takeCurrent(definition, reader, (key, reason) => {
        if (own || key === 'from') reading.unread.push({ name, key, reason });
      });
      if (taken.value !== undefined) reading.current[ref] = { ...reading.current[ref], [name]: taken.value };
      if (own && taken.offered) reading.offered[name] = taken.offered;
    }),
  );
  signal.throwIfAborted();
  return reading;
}

/** The playbook with what was read: what there is now as defaults, and what may be chosen. */
export function withReading(playbook: Playbook, { current, offered = {} }: Partial<InputReading>): Playbook {
  const own = current?.[playbook.ref] ?? {};
  const inputs = Object.entries(playbook.inputs).map(([name, definition]): [string, InputDefinition] => {
    const value = own[name];
    const choices = offered[name];
    return [
      name,
      {
        ...definition,
        ...(value === undefined ? {} : { default: value }),
        ...(choices === undefined ? {} : { offered: choices }),
      },
    ];
  });
  const calls = Object.entries(playbook.calls).map(([id, called]): [string, Playbook] => [
    id,
    withReading(called, { current: current ?? {} }),
  ]);
  return { ...playbook, inputs: Object.fromEntries(inputs), calls: Object.fromEntries(calls) };
}

interface InputToRead {
  ref: string;
  name: string;
  definition: InputDefinition;
}

function inputsToRead(playbook: Playbook): InputToRead[] {
  const reads = ({ from, choices }: InputDefinition) => from !== undefined || choices !== undefined;
  const own = Object.entries(playbook.inputs)
    .filter(([, definition]) => reads(definition))
    .map(([name, definition]): InputToRead => ({ ref: playbook.ref, name, definition }));
  const called = everyStep(playbook).flatMap(({ called, playbook: caller, step }) =>
    Object.entries(called?.inputs ?? {})
      .filter(([name, { from }]) => from && !(name in caller.inputs) && !Object.hasOwn(asMap(step.config.with), name))
      .map(([name, definition]): InputToRead => ({ ref: called?.ref ?? '', name, definition })),
  );
  const all = [...own, ...called].map((one): [string, InputToRead] => [`${one.ref} ${one.name}`, one]);
  return [...new Map(all).values()];
}

/** The value that there is now, else the preferred choice; and the choices. */
async function takeCurrent(
  definition: InputDefinition,
  reader: ObjectReader,
  tell: (key: UnreadInput['key'], reason: string) => void,
): Promise<{ value?: InputValue; offered?: InputChoice[] }> {
  const [now, choices] = await Promise.all([
    readFrom(definition, reader).catch((error: unknown): CurrentValue => ({ fault: messageOf(error) })),
    readChoices(definition, reader).catch((error: unknown) => ({ fault: messageOf(error) })),
  ]);
  if (now.fault !== undefined) tell('from', now.fault);
  if (choices && 'fault' in choices) tell('choices', choices.fault);
  const offers = choices && !('fault' in choices) ? choices : undefined;
  const value = now.value ?? offers?.preferred;
  if (!offers) return value === undefined ? {} : { value };
  const { offered } = offers;
  // What there is now may have lost its place among the choices, and can stay all the same.
  const lost = typeof now.value === 'string' || typeof now.value === 'number' ? now.value : undefined;
  const known = lost === undefined || lost === '' || offered.some((one) => one.value === lost);
  const all = known ? offered : [{ value: lost, label: `${lost} (what there is now)` }, ...offered];
  return { ...(value === undefined ? {} : { value }), offered: all };
}

async function readFrom({ from, ...definition }: InputDefinition, reader: ObjectReader): Promise<CurrentValue> {
  if (!from) return {};
  const object = await reader.get(from);
  const found = object === undefined ? undefined : valueIn(object, from.value);
  const { value, fault } = currentValue(found, definition);
  if (fault === undefined) return value === undefined ? {} : { value };
  return { fault: `what there is now is not taken: ${fault}` };
}

async function readChoices({ choices, ...definition }: InputDefinition, reader: ObjectReader) {
  if (!choices) return undefined;
  const objects = await reader.list(choices);
  return withinTimeLimit(longestChoiceMs, () => choicesAmong(objects, choices, definition));
}

function choicesAmong(
  objects: readonly unknown[],
  choices: InputChoices,
  definition: Omit<InputDefinition, 'choices'>,
) {
  const one = definition.type === 'list' ? { ...definition, type: 'string' as const } : definition;
  const offered = new Map<string | number, InputChoice>();
  let preferred: InputValue | undefined;
  for (const object of objects) {
    const { value } = currentValue(valueIn(object, choices.value), one);
    if ((typeof value !== 'string' && typeof value !== 'number') || offered.has(value)) continue;
    const label = choices.label === undefined ? value : valueIn(object, choices.label);
    offered.set(value, { value, label: String(label ?? value) });
    if (preferred === undefined && choices.preferred && valueIn(object, choices.preferred) === true) preferred = value;
  }
  return { offered: [...offered.values()], preferred };
}

/** What an expression comes to over an object; undefined for a field that is not there. Throws `ExpressionError`. */
function valueIn(object: unknown, expression: string): unknown {
  try {
    return compileExpression(expression, { variables: sourceVariables, functions: quantityFunctions }).evaluate({
      object,
    });
  } catch (error) {
    if (error instanceof ExpressionError && /^there is no `.*` here$|^index out of bounds/.test(error.message))
      return undefined;
    throw error;
  }
}

function asMap(value: unknown): Record<string, unknown> {
  return (value ?? {}) as Record<string, unknown>;
}
