import { isObject, type Json } from '../json.ts';
import { additionalOf, isEmbedded, itemsOf, preservesUnknown, propertyOf, type Schema } from './schema.ts';

const metaFields = new Set(['apiVersion', 'kind', 'metadata']);

/**
 * Takes out of a custom resource what its schema does not know; changes the object, which has to be the caller's own copy.
 * Returns the paths of what it took, sorted, as strict decoding names them
 * (`apiextensions-apiserver/pkg/apiserver/schema/pruning/algorithm.go`).
 */
export function pruneCustom(object: Json, schema: Schema | undefined): string[] {
  const gone: string[] = [];
  pruneObject(object, { ...schema, 'x-kubernetes-embedded-resource': true }, '', gone);
  return gone.sort();
}

function prune(value: unknown, schema: Schema | undefined, path: string, gone: string[]): void {
  if (isObject(value)) pruneObject(value, schema, path, gone);
  else if (Array.isArray(value)) pruneList(value, schema, path, gone);
}

function pruneList(list: readonly unknown[], schema: Schema | undefined, path: string, gone: string[]): void {
  const described = itemsOf(schema);
  const keeps = preservesUnknown(schema);
  // What is nowhere described below a place that keeps everything is kept.
  if (!described && keeps) return;
  const items = keeps ? { ...described, 'x-kubernetes-preserve-unknown-fields': true } : described;
  for (const [at, item] of list.entries()) prune(item, items, `${path}[${at}]`, gone);
}

function pruneObject(object: Json, schema: Schema | undefined, path: string, gone: string[]): void {
  const keeps = preservesUnknown(schema);
  for (const name of Object.keys(object)) {
    if (isEmbedded(schema) && metaFields.has(name)) continue;
    const at = path === '' ? name : `${path}.${name}`;
    const below = propertyOf(schema, name) ?? additionalOf(schema);
    if (below) prune(object[name], below, at, gone);
    else if (!keeps) {
      if (!metaFields.has(name) || path !== '') gone.push(at);
      delete object[name];
    }
  }
}
