import type { SchemaNode } from '../../data/schema-node.ts';
import { copy, isObject, type Json } from '../json.ts';
import { type EmptyFields, emptyFieldsOf, isEmptyValue } from './empty-fields.ts';
import { decodeScalar } from './scalars.ts';
import { type Step, typeError } from './type-error.ts';

/** As many unknown and duplicate fields are told of (`sigs.k8s.io/json`). */
export const mostStrictFaults = 100;

export interface Decoded {
  value: Json;
  /** Paths of fields that the kind does not have, like `spec.containers[0].imag`; they are not in the value. */
  unknown: string[];
}

interface State {
  /** Where the walk is: fields and the indexes of lists. */
  path: Step[];
  unknown: string[];
}

/**
 * Reads a JSON value as a kind's Go type does: throws a `TypeFault` for the first value of a wrong type, leaves out unknown
 * fields and what Go leaves out, writes what Go always writes, and gives times and quantities their one form. What is as it should be is not copied, and
 * what is part of `known`, an object that was decoded before, is not looked at again.
 */
export function decodeValue(schema: SchemaNode, value: Json, known?: unknown): Decoded {
  const state: State = { path: [], unknown: [] };
  return { value: struct(schema, value, known, state) as Json, unknown: state.unknown };
}

function decode(node: SchemaNode, value: unknown, known: unknown, state: State): unknown {
  if (value === known && typeof value === 'object') return value;
  if (node.preserveUnknownFields) return value;
  if (node.type === 'array') return list(node, value, known, state);
  if (node.type !== 'object') return decodeScalar(node, value, state.path);
  return node.additionalProperties ? map(node, value, known, state) : struct(node, value, known, state);
}

function struct(node: SchemaNode, value: unknown, known: unknown, state: State): unknown {
  if (!isObject(value)) throw typeError(state.path, value);
  const before = isObject(known) ? known : undefined;
  const empty = node.definition === undefined ? undefined : emptyFieldsOf(node.definition);
  let result = value;
  const drop = (key: string) => {
    if (result === value) result = { ...value };
    delete result[key];
  };
  for (const key of Object.keys(value)) {
    const child = node.properties.get(key);
    if (!child) {
      if (state.unknown.length < mostStrictFaults) state.unknown.push(pathText([...state.path, { field: key }]));
      drop(key);
      continue;
    }
    const given = value[key];
    if (given === null) {
      if (empty?.written.get(key) !== null) drop(key);
      continue;
    }
    state.path.push({ field: key, owner: node, node: child });
    const read = decode(child, given, before?.[key], state);
    state.path.pop();
    if (empty && isLeftOut(empty, key, child, read)) drop(key);
    else if (read !== given) {
      if (result === value) result = { ...value };
      result[key] = read;
    }
  }
  if (!empty) return result;
  for (const [key, zero] of empty.written) {
    if (result[key] !== undefined) continue;
    if (result === value) result = { ...value };
    result[key] = copy(zero);
  }
  return result;
}

/** Whether Go would leave a field out, or write null for it. */
function isLeftOut({ leftOut, written, forgets }: EmptyFields, key: string, child: SchemaNode, read: unknown): boolean {
  if (leftOut.has(key)) return isEmptyValue(read);
  if (!forgets || written.get(key) !== null) return false;
  return (child.type === 'array' || child.additionalProperties !== undefined) && isEmptyValue(read);
}

function map(node: SchemaNode, value: unknown, known: unknown, state: State): unknown {
  if (!isObject(value)) throw typeError(state.path, value);
  const child = node.additionalProperties;
  if (!child) return value;
  const before = isObject(known) ? known : undefined;
  let result = value;
  for (const key of Object.keys(value)) {
    const given = value[key];
    state.path.push({ key, node: child });
    const read = given === null ? zeroOf(child) : decode(child, given, before?.[key], state);
    state.path.pop();
    if (read === given) continue;
    if (result === value) result = { ...value };
    result[key] = read;
  }
  return result;
}

function list(node: SchemaNode, value: unknown, known: unknown, state: State): unknown {
  if (!Array.isArray(value)) throw typeError(state.path, value);
  const child = node.items;
  if (!child) return value;
  const before = Array.isArray(known) ? known : [];
  let result = value;
  for (let index = 0; index < value.length; index++) {
    const given = value[index];
    state.path.push({ index, node: child });
    const read = given === null ? zeroOf(child) : decode(child, given, before[index], state);
    state.path.pop();
    if (read === given) continue;
    if (result === value) result = [...value];
    result[index] = read;
  }
  return result;
}

/** What null is in a list or a map. */
function zeroOf(node: SchemaNode): unknown {
  if (node.type === 'string') return '';
  if (node.type === 'integer' || node.type === 'number') return 0;
  if (node.type === 'boolean') return false;
  return node.type === 'object' && !node.additionalProperties ? {} : null;
}

/** `spec.containers[0].imag` */
function pathText(path: readonly Step[]): string {
  let text = '';
  for (const step of path)
    if (step.index !== undefined) text += `[${step.index}]`;
    else text += text === '' ? (step.field ?? step.key) : `.${step.field ?? step.key}`;
  return text;
}
