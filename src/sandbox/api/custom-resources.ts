import type { KubernetesObject } from '../../kubernetes/object.ts';
import { isObject, listAt, objectAt, textAt } from './json.ts';
import type { PrinterColumn } from './printer-column.ts';
import type { CustomResource, Resource } from './resources.ts';

export const definitionStorage = 'apiextensions.k8s.io/customresourcedefinitions';

/** The resources that a CustomResourceDefinition brings: one for each served version. */
export function resourcesOf(definition: KubernetesObject): Resource[] {
  const group = textAt(definition, 'spec', 'group');
  const names = objectAt(definition, 'spec', 'names');
  const plural = textAt(names, 'plural');
  const versions = listAt(definition, 'spec', 'versions').filter(isObject);
  const stored = versions.find((version) => version.storage === true) ?? versions[0];
  return versions
    .filter((version) => version.served !== false)
    .map((version) => ({
      group,
      version: textAt(version, 'name'),
      kind: textAt(names, 'kind'),
      plural,
      singular: textAt(names, 'singular') || textAt(names, 'kind').toLowerCase(),
      shortNames: listAt(names, 'shortNames').map(String),
      namespaced: textAt(definition, 'spec', 'scope') === 'Namespaced',
      categories: listAt(names, 'categories').map(String),
      subresources: Object.keys(objectAt(version, 'subresources')),
      storage: `${group}/${plural}`,
      storedAs: `${group}/${textAt(stored, 'name')}`,
      createOnly: false,
      custom: customOf(version),
    }));
}

function customOf(version: Record<string, unknown>): CustomResource {
  const schema = objectAt(version, 'schema').openAPIV3Schema;
  const scale = objectAt(version, 'subresources').scale;
  return {
    columns: listAt(version, 'additionalPrinterColumns').filter(isObject) as unknown as PrinterColumn[],
    schema: isObject(schema) ? schema : undefined,
    scale: isObject(scale) ? (scale as CustomResource['scale']) : undefined,
  };
}

/** What the server itself writes into a definition: names accepted, established, and which version is stored. */
export function establish(definition: KubernetesObject, now: string): void {
  const status = objectAt(definition, 'status');
  const names = objectAt(definition, 'spec', 'names');
  names.singular ??= textAt(names, 'kind').toLowerCase();
  names.listKind ??= `${textAt(names, 'kind')}List`;
  const versions = listAt(definition, 'spec', 'versions').filter(isObject);
  const stored = versions.filter((version) => version.storage === true).map((version) => textAt(version, 'name'));
  const before = listAt(status, 'storedVersions').map(String);
  definition.status = {
    ...status,
    acceptedNames: names,
    conditions: status.conditions ?? [
      condition('NamesAccepted', 'NoConflicts', 'no conflicts found', now),
      condition('Established', 'InitialNamesAccepted', 'the initial names have been accepted', now),
    ],
    storedVersions: [...new Set([...before, ...stored])],
  };
}

function condition(type: string, reason: string, message: string, lastTransitionTime: string) {
  return { type, status: 'True', reason, message, lastTransitionTime };
}
