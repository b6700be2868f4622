import { readTextFile } from '../../base/text-file.ts';
import type { Diagnostic } from '../../yaml/diagnostic.ts';
import { type LocatedDocument, parseYamlDocuments } from '../../yaml/parse.ts';
import { diagnosticAt, sourceText } from '../../yaml/source.ts';
import { diagnosticAtPath } from '../../yaml/validate.ts';

/** Files below a folder called `manifests` hold Kubernetes objects. */
export function isManifest(name: string): boolean {
  return /(^|\/)manifests\/.*\.ya?ml$/.test(name);
}

/** A manifest's objects with every fault in it: what is no YAML, keys twice, no apiVersion, kind or name. */
export function checkManifest(path: string, shown: string): Diagnostic[] {
  const text = readTextFile(path);
  const documents = parseYamlDocuments(text, shown);
  if (documents.length === 0)
    return [diagnosticAt(sourceText(text, shown), 0, 1, { message: 'this manifest holds no object' })];
  const diagnostics = documents.flatMap(checkObject);
  const seen = new Set<string>();
  for (const document of documents) {
    const name = fullName(document.value);
    if (name && seen.has(name))
      diagnostics.push(
        diagnosticAtPath(document, ['metadata', 'name'], { message: `${name} stands in this file twice` }),
      );
    if (name) seen.add(name);
  }
  return diagnostics;
}

function checkObject(document: LocatedDocument): Diagnostic[] {
  if (document.diagnostics.length > 0) return document.diagnostics;
  const { value } = document;
  if (!isMap(value)) return [diagnosticAtPath(document, [], { message: 'a Kubernetes object is a map' })];
  const missing = (['apiVersion', 'kind'] as const).flatMap((key) =>
    typeof value[key] === 'string' && value[key] !== '' ? [] : [fault(document, [key])],
  );
  const name = isMap(value.metadata) ? value.metadata.name : undefined;
  if (typeof name !== 'string' || name === '') missing.push(fault(document, ['metadata', 'name']));
  return [...missing, ...placeholders(document)];
}

/** `REPLACE_WITH_…` is where somebody was to write a value of his own. */
function placeholders(document: LocatedDocument): Diagnostic[] {
  const found: Diagnostic[] = [];
  const visit = (value: unknown, path: (string | number)[]): void => {
    if (typeof value === 'string' && value.includes('REPLACE_WITH_'))
      found.push(
        diagnosticAtPath(document, path, {
          message: 'a placeholder stands where a value belongs',
          hint: 'write the value; secrets come from the inputs instead',
        }),
      );
    else if (value !== null && typeof value === 'object')
      for (const [key, item] of Object.entries(value)) visit(item, [...path, Array.isArray(value) ? Number(key) : key]);
  };
  visit(document.value, []);
  return found;
}

function fault(document: LocatedDocument, path: string[]): Diagnostic {
  const at = isMap(document.value) && path.length > 1 && document.value[path[0] ?? ''] ? path.slice(0, -1) : [];
  return diagnosticAtPath(
    document,
    at,
    { message: `\`${path.join('.')}\` is missing` },
    at.length > 0 ? 'key' : 'value',
  );
}

function fullName(value: unknown): string | undefined {
  if (!isMap(value) || !isMap(value.metadata) || typeof value.metadata.name !== 'string') return undefined;
  const { name, namespace } = value.metadata;
  return `${String(value.kind)}/${typeof namespace === 'string' ? `${namespace}/` : ''}${name}`;
}

function isMap(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
