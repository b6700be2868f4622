import { type DiscoveredResource, type DiscoveredVersion, discovered } from '../data/discovered.ts';
import type { PrinterColumn } from './printer-column.ts';

/** One resource in one version, as clients address it. */
export interface Resource {
  group: string;
  version: string;
  kind: string;
  plural: string;
  singular: string;
  shortNames: readonly string[];
  namespaced: boolean;
  categories: readonly string[];
  /** `status`, `scale` and those of the kind's own. */
  subresources: readonly string[];
  /** Where its objects lie; two versions or groups may share one place. */
  storage: string;
  /** The `apiVersion` that objects lie there with. */
  storedAs: string;
  /** Reviews are answered and never stored. */
  createOnly: boolean;
  /** Of Kubernetes' own resources: what discovery says, with the verbs. */
  discovered?: DiscoveredResource;
  custom?: CustomResource;
}

/** What a custom resource's definition says of one version. */
export interface CustomResource {
  columns: readonly PrinterColumn[];
  schema: Record<string, unknown> | undefined;
  /** Of the version that objects lie in. */
  storedSchema: Record<string, unknown> | undefined;
  scale: { specReplicasPath: string; statusReplicasPath: string; labelSelectorPath?: string } | undefined;
  /** What can be selected by beside name and namespace, e.g. `spec.size`. */
  selectableFields: readonly string[];
  /** Its definition is being deleted. */
  terminating: boolean;
}

/** `v1`, `apps/v1` */
export function apiVersionOf({ group, version }: Pick<Resource, 'group' | 'version'>): string {
  return group === '' ? version : `${group}/${version}`;
}

/** Kinds that several versions or groups show: where they lie, and as what. */
const sharedStorage: Record<string, { storage: string; storedAs: string }> = {
  'events.k8s.io/events': { storage: '/events', storedAs: 'v1' },
  'autoscaling/horizontalpodautoscalers': {
    storage: 'autoscaling/horizontalpodautoscalers',
    storedAs: 'autoscaling/v2',
  },
};

/** All that a real API server serves, the core group first. */
export const builtInResources: readonly Resource[] = [...discovered.core, ...discovered.groups].flatMap(
  ({ metadata: { name = '' }, versions }) => versions.flatMap((version) => resourcesOfVersion(name, version)),
);

function resourcesOfVersion(group: string, { version, resources }: DiscoveredVersion): Resource[] {
  return resources.map((one) => {
    const own = { storage: `${group}/${one.resource}`, storedAs: apiVersionOf({ group, version }) };
    return {
      group,
      version,
      kind: one.responseKind.kind,
      plural: one.resource,
      singular: one.singularResource,
      shortNames: one.shortNames ?? [],
      namespaced: one.scope === 'Namespaced',
      categories: one.categories ?? [],
      subresources: one.subresources?.map(({ subresource }) => subresource) ?? [],
      ...(sharedStorage[own.storage] ?? own),
      createOnly: one.verbs.every((verb) => verb === 'create'),
      discovered: one,
    };
  });
}
