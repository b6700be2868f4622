import { readData } from './read-data.ts';

/** A kind as aggregated discovery names it; empty group and version are those of the resource (`apidiscovery/v2/types.go`). */
export interface DiscoveredKind {
  group: string;
  version: string;
  kind: string;
}

export interface DiscoveredSubresource {
  subresource: string;
  responseKind?: DiscoveredKind;
  verbs: string[];
}

export interface DiscoveredResource {
  resource: string;
  responseKind: DiscoveredKind;
  scope: 'Namespaced' | 'Cluster';
  singularResource: string;
  verbs: string[];
  shortNames?: string[];
  categories?: string[];
  subresources?: DiscoveredSubresource[];
}

export interface DiscoveredVersion {
  version: string;
  resources: DiscoveredResource[];
  freshness: 'Current';
}

export interface DiscoveredGroup {
  /** No name is the core group's. */
  metadata: { name?: string };
  versions: DiscoveredVersion[];
}

/** What a real API server serves without any CustomResourceDefinition and without aggregated API servers. */
export interface Discovered {
  /** The body of `/version`. */
  version: Record<string, string>;
  core: DiscoveredGroup[];
  /** By priority, as `/apis` lists them. */
  groups: DiscoveredGroup[];
  /** By `GROUP/VERSION`: the group's minimum priority and the version's, as in the APIServices. */
  priorities: Record<string, [group: number, version: number]>;
  /** By `GROUP/VERSION/PLURAL`. */
  storageVersions: Record<string, string>;
}

/** Kubernetes' own discovery, as recorded. */
export const discovered: Discovered = JSON.parse(readData('discovery.json').toString());
