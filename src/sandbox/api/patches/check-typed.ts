import type { KubernetesObject } from '../../../kubernetes/object.ts';
import { unforeseen } from '../errors.ts';
import { isObject, type Json } from '../json.ts';
import { fieldType, isAtomicMap, isDeclared, itemsByPart, type MergeType } from '../managed/merge-type.ts';
import { goText } from './go-text.ts';

/**
 * Throws 500, as a real server does, for a configuration that its kind's schema cannot hold: a field that is not in it, another type,
 * an item that is there twice (`structured-merge-diff/typed/validate.go`).
 */
export function checkTyped(configuration: KubernetesObject, type: MergeType): void {
  const faults = faultsOf(configuration, type, '');
  if (faults.length === 0) return;
  const { apiVersion, kind, metadata } = configuration;
  const version = apiVersion.includes('/') ? apiVersion : `/${apiVersion}`;
  const about = `(${metadata.namespace ?? ''}/${metadata.name}; ${version}, Kind=${kind})`;
  const text = faults.length === 1 ? faults[0] : `errors:\n${faults.map((fault) => `  ${fault}`).join('\n')}`;
  throw unforeseen(`failed to create typed patch object ${about}: ${text}`);
}

function faultsOf(value: unknown, type: MergeType, path: string): string[] {
  if (value === null || value === undefined || !type) return [];
  const wanted = wantedType(value, type);
  if (wanted) return [`${path}: expected ${wanted}, got ${gotText(value, wanted)}`];
  if (Array.isArray(value)) return faultsOfItems(value, type, path);
  return isObject(value) ? faultsOfFields(value, type, path) : [];
}

function faultsOfFields(value: Json, type: MergeType, path: string): string[] {
  return Object.entries(value).flatMap(([name, below]) => {
    const at = `${path}.${name}`;
    if (isOpen(type) || isDeclared(type, name) || type?.additionalProperties)
      return isAtomicMap(type) && !isDeclared(type, name) ? [] : faultsOf(below, fieldType(type, name), at);
    return [`${at}: field not declared in schema`];
  });
}

/** Whether any field may be in it. */
function isOpen(type: MergeType): boolean {
  return !type || type.preserveUnknownFields || type.type !== 'object' || type.properties.size === 0;
}

function faultsOfItems(list: readonly unknown[], type: MergeType, path: string): string[] {
  const items = itemsByPart(list, type);
  if (!items) return list.flatMap((item, at) => faultsOf(item, type?.items, `${path}[${at}]`));
  return [...items].flatMap(([part, [item, ...more]]) => {
    const name = partName(part);
    return more.length > 0
      ? [`${path}: duplicate entries for key ${name}`]
      : faultsOf(item, type?.items, `${path}${name}`);
  });
}

function partName(part: string): string {
  if (part.startsWith('v:')) return `[=${part.slice(2)}]`;
  const keys = Object.entries(JSON.parse(part.slice(2)) as Json);
  return `[${keys.map(([key, value]) => `${key}=${JSON.stringify(value)}`).join(',')}]`;
}

/** The type that a value should have had; undefined when it is as it should be. */
function wantedType(value: unknown, { type, intOrString }: NonNullable<MergeType>): string | undefined {
  if (intOrString) return typeof value === 'object' ? 'string' : undefined;
  if (type === 'integer' || type === 'number') return typeof value === 'number' ? undefined : 'numeric (int or float)';
  if (type === 'string' || type === 'boolean') return typeof value === type ? undefined : type;
  if (type === 'array') return Array.isArray(value) ? undefined : 'list';
  return type === 'object' && !isObject(value) ? 'map' : undefined;
}

// Each of them is told in a way of its own by Go.
function gotText(value: unknown, wanted: string): string {
  if (wanted.startsWith('numeric')) return goType(value);
  return wanted === 'string' ? `&value.valueUnstructured{Value:${goSyntax(value)}}` : `&{${goText(value)}}`;
}

function goType(value: unknown): string {
  if (Array.isArray(value)) return '[]interface {}';
  if (typeof value === 'boolean') return 'bool';
  return isObject(value) ? 'map[string]interface {}' : typeof value;
}

function goSyntax(value: unknown): string {
  if (Array.isArray(value)) return `[]interface {}{${value.map(goSyntax).join(', ')}}`;
  if (!isObject(value)) return JSON.stringify(value);
  const fields = Object.entries(value).map(([name, below]) => `${JSON.stringify(name)}:${goSyntax(below)}`);
  return `map[string]interface {}{${fields.sort().join(', ')}}`;
}
