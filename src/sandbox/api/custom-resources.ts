import type { KubernetesObject } from '../../kubernetes/object.ts';
import { fill, isObject, type Json, listAt, objectAt, textAt } from './json.ts';
import type { PrinterColumn } from './printer-column.ts';
import type { CustomResource, Resource } from './resources.ts';

export const definitionStorage = 'apiextensions.k8s.io/customresourcedefinitions';

/** The resources that a CustomResourceDefinition serves: one for each served version, as soon as its names are accepted. */
export function resourcesOf(definition: KubernetesObject): Resource[] {
  const established = listAt(definition, 'status', 'conditions').some(
    (one) => isObject(one) && one.type === 'Established' && one.status === 'True',
  );
  return established ? describedResources(definition) : [];
}

/** Where the objects of a definition lie. */
export function storageOf(definition: KubernetesObject): string {
  return `${textAt(definition, 'spec', 'group')}/${textAt(definition, 'spec', 'names', 'plural')}`;
}

function describedResources(definition: KubernetesObject): Resource[] {
  const group = textAt(definition, 'spec', 'group');
  const names = objectAt(definition, 'spec', 'names');
  const versions = listAt(definition, 'spec', 'versions').filter(isObject);
  const stored = versions.find((version) => version.storage === true) ?? versions[0];
  const terminating = definition.metadata.deletionTimestamp !== undefined;
  return versions
    .filter((version) => version.served !== false)
    .sort((left, right) => byPriority(textAt(left, 'name'), textAt(right, 'name')))
    .map((version) => ({
      group,
      version: textAt(version, 'name'),
      kind: textAt(names, 'kind'),
      plural: textAt(names, 'plural'),
      singular: textAt(names, 'singular') || textAt(names, 'kind').toLowerCase(),
      shortNames: listAt(names, 'shortNames').map(String),
      namespaced: textAt(definition, 'spec', 'scope') === 'Namespaced',
      categories: listAt(names, 'categories').map(String),
      subresources: ['status', 'scale'].filter((name) => isObject(objectAt(version, 'subresources')[name])),
      storage: storageOf(definition),
      storedAs: `${group}/${textAt(stored, 'name')}`,
      createOnly: false,
      custom: customOf(version, stored, terminating),
    }));
}

function customOf(version: Json, stored: Json | undefined, terminating: boolean): CustomResource {
  const scale = objectAt(version, 'subresources').scale;
  return {
    columns: listAt(version, 'additionalPrinterColumns').filter(isObject) as unknown as PrinterColumn[],
    schema: schemaOf(version),
    storedSchema: schemaOf(stored),
    scale: isObject(scale) ? (scale as CustomResource['scale']) : undefined,
    selectableFields: listAt(version, 'selectableFields').map((one) => textAt(one, 'jsonPath').replace(/^\./, '')),
    terminating,
  };
}

function schemaOf(version: Json | undefined): Json | undefined {
  const schema = objectAt(version, 'schema').openAPIV3Schema;
  return isObject(schema) ? schema : undefined;
}

/** Stable versions first, then beta, then alpha, the newest of each first (`apimachinery/pkg/version/helpers.go`). */
function byPriority(left: string, right: string): number {
  const [one, other] = [rankOf(left), rankOf(right)];
  const differing = one.findIndex((rank, at) => rank !== other[at]);
  if (differing >= 0) return (other[differing] ?? 0) - (one[differing] ?? 0);
  return left < right ? -1 : 1;
}

function rankOf(version: string): number[] {
  const [, major, stage, minor] = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(version) ?? [];
  if (major === undefined) return [0];
  return [stage === undefined ? 3 : stage === 'beta' ? 2 : 1, Number(major), Number(minor ?? 0)];
}

/** What is filled in when nothing is said (`apis/apiextensions/v1/defaults.go`). */
export function defaultDefinition(object: Json): void {
  const spec = object.spec;
  if (!isObject(spec)) return;
  const kind = textAt(spec, 'names', 'kind');
  if (isObject(spec.names) && kind !== '') {
    fill(spec.names, 'singular', kind.toLowerCase());
    fill(spec.names, 'listKind', `${kind}List`);
  }
  fill(spec, 'conversion', { strategy: 'None' });
}

/**
 * What the server itself writes into a definition: which versions objects may lie in, and the frame of a status that the keeper
 * of definitions fills (`registry/customresourcedefinition/strategy.go`).
 */
export function establish(definition: KubernetesObject): void {
  const status = objectAt(definition, 'status');
  const versions = listAt(definition, 'spec', 'versions').filter(isObject);
  const stored = versions.filter((version) => version.storage === true).map((version) => textAt(version, 'name'));
  const before = listAt(status, 'storedVersions').map(String);
  definition.status = {
    conditions: null,
    acceptedNames: { plural: '', kind: '' },
    ...status,
    // A second storage version is refused; only the first is ever written down.
    storedVersions: [...new Set([...before, ...stored.slice(0, 1)])],
  };
}
