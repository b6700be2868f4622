import { Problem } from '../../base/errors.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import { invalidFiles } from '../../yaml/diagnostics.ts';
import { parseYamlDocuments } from '../../yaml/parse.ts';
import { suggestion } from '../../yaml/suggest.ts';
import type { PlanContext } from '../step-kind.ts';
import { concretePaths, withChange } from './structural-change.ts';

/** A change to objects before they are applied. */
export interface StructuralChange {
  /** `Deployment/tars-backend`, or `Deployment` for every one. */
  select: string;
  /** `[*]` in it means every item of a list. */
  path: string;
  value?: unknown;
  /** Takes away what stands there. */
  remove?: boolean | undefined;
  when?: string | undefined;
}

/** The objects of manifest files, in the files' order. Throws `Problem` with file and line for what cannot be read. */
export async function readObjects(
  names: readonly string[],
  context: Pick<PlanContext, 'readFile' | 'namespace' | 'scope'>,
): Promise<KubernetesObject[]> {
  const objects: KubernetesObject[] = [];
  for (const name of names) {
    const { path, text } = await context.readFile(name);
    const documents = parseYamlDocuments(text, path);
    const faults = documents.flatMap(({ diagnostics }) => diagnostics);
    if (faults.some(({ severity }) => severity === 'error')) throw invalidFiles(faults);
    objects.push(...documents.flatMap(({ value }) => objectsIn(value, path)));
  }
  const { system } = context.scope;
  return objects.map((object) => inNamespace(object, system, context.namespace));
}

function objectsIn(value: unknown, path: string): KubernetesObject[] {
  if (value === null || value === undefined) return [];
  const object = value as Partial<KubernetesObject> & { items?: unknown[] };
  if (object.kind === 'List' && Array.isArray(object.items))
    return object.items.flatMap((item) => objectsIn(item, path));
  if (object.apiVersion && object.kind && object.metadata?.name) return [object as KubernetesObject];
  throw new Problem('This is no Kubernetes object: apiVersion, kind and metadata.name are needed', { where: path });
}

/** With another namespace than the system's own, what names that one goes there too. */
function inNamespace(object: KubernetesObject, system: unknown, namespace: string): KubernetesObject {
  const own = (system as { namespace?: string } | undefined)?.namespace;
  if (own === undefined || own === namespace) return object;
  const { metadata } = object;
  if (object.kind === 'Namespace' && metadata.name === own)
    return { ...object, metadata: { ...metadata, name: namespace } };
  if (metadata.namespace === own) return { ...object, metadata: { ...metadata, namespace } };
  return object;
}

/**
 * The objects with the changes in them; `select` means what an object is called in its file, also when a change gives it another
 * name. Throws `Problem` for a change that selects nothing or whose path matches nothing.
 */
export function withChanges(
  objects: readonly KubernetesObject[],
  changes: readonly StructuralChange[] | undefined,
  context: Pick<PlanContext, 'render' | 'evaluate'>,
): KubernetesObject[] {
  const changed = [...objects];
  for (const { when, ...written } of changes ?? []) {
    if (when !== undefined && context.evaluate(when) !== true) continue;
    const { select, ...change } = context.render(written);
    if (!objects.some((object) => isSelected(object, select))) throw nothingSelected(select, objects);
    for (const [index, object] of changed.entries())
      if (objects[index] && isSelected(objects[index], select)) changed[index] = withChange(object, change);
  }
  return changed;
}

/** The paths of an object at which changes put a value into it. */
export function putInto(
  object: KubernetesObject,
  changes: readonly StructuralChange[] | undefined,
  context: Pick<PlanContext, 'render' | 'evaluate'>,
): string[] {
  return (changes ?? []).flatMap(({ when, remove, ...written }) => {
    if (remove || (when !== undefined && context.evaluate(when) !== true)) return [];
    const { select, path } = context.render(written);
    return isSelected(object, select) ? concretePaths(object, path) : [];
  });
}

export function isSelected({ kind, metadata }: KubernetesObject, select: string): boolean {
  const [wantedKind, name] = select.split('/');
  return kind === wantedKind && (name === undefined || name === metadata.name);
}

function nothingSelected(select: string, objects: readonly KubernetesObject[]): Problem {
  const names = objects.map(({ kind, metadata }) => `${kind}/${metadata.name}`);
  const hint = suggestion(select, names, 'there are');
  return new Problem(`\`select: ${select}\` fits none of the objects`, { next: hint ? [hint] : [] });
}
