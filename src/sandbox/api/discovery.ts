import type { Delegates } from './delegates.ts';
import { apiVersionOf, type Resource } from './resources.ts';
import type { ServerContext } from './server-context.ts';

const aggregatedType = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
const allVerbs = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];

interface Described {
  plural: string;
  singular: string;
  kind: string;
  namespaced: boolean;
  verbs: readonly string[];
  shortNames: readonly string[];
  categories: readonly string[];
  subresources: { name: string; kind: string; group: string; version: string; verbs: string[] }[];
}

interface GroupVersion {
  group: string;
  version: string;
  resources: Described[];
}

/** The answer of a discovery path, or undefined when it is none. */
export function discover(
  context: ServerContext,
  path: string,
  accept: string,
): { type: string; body: unknown } | undefined {
  const served = groupVersions(context);
  const plain = (body: unknown) => ({ type: 'application/json', body });
  const aggregated = accept.includes('as=APIGroupDiscoveryList');
  const parts = path.split('/').filter((part) => part !== '');
  if (parts.length === 1 && (parts[0] === 'api' || parts[0] === 'apis')) {
    const chosen = served.filter(({ group }) => (group === '') === (parts[0] === 'api'));
    if (aggregated) return { type: aggregatedType, body: aggregatedList(chosen) };
    return plain(parts[0] === 'api' ? coreVersions() : groupList(chosen));
  }
  const [group, version] = parts[0] === 'api' ? ['', parts[1]] : [parts[1], parts[2]];
  const ofGroup = served.filter((one) => one.group === group);
  if (ofGroup.length === 0) return undefined;
  if (version === undefined) return plain({ kind: 'APIGroup', apiVersion: 'v1', ...groupOf(ofGroup) });
  const found = ofGroup.find((one) => one.version === version);
  return found && plain(resourceList(found));
}

function groupVersions({ registry, delegates }: ServerContext): GroupVersion[] {
  const found = new Map<string, GroupVersion>();
  for (const resource of registry.all()) {
    const key = apiVersionOf(resource);
    const one = found.get(key) ?? { group: resource.group, version: resource.version, resources: [] };
    one.resources.push(describe(resource));
    found.set(key, one);
  }
  return [...found.values(), ...aggregatedVersions(delegates)];
}

function aggregatedVersions({ aggregated = {} }: Delegates): GroupVersion[] {
  return Object.entries(aggregated).map(([key, api]) => {
    const [group = '', version = ''] = key.split('/');
    const resources = api.resources.map((one) => ({ shortNames: [], ...one, categories: [], subresources: [] }));
    return { group, version, resources };
  });
}

const subresourceVerbs: Record<string, string[]> = {
  status: ['get', 'patch', 'update'],
  scale: ['get', 'patch', 'update'],
  resize: ['get', 'patch', 'update'],
  log: ['get'],
  finalize: ['update'],
  proxy: ['create', 'delete', 'get', 'patch', 'update'],
};

function describe(resource: Resource): Described {
  const subresources = resource.subresources.map((name) => ({
    name,
    ...subresourceKind(resource, name),
    verbs: subresourceVerbs[name] ?? ['create'],
  }));
  return { ...resource, verbs: resource.createOnly ? ['create'] : allVerbs, subresources };
}

function subresourceKind(resource: Resource, name: string): { kind: string; group: string; version: string } {
  if (name === 'scale') return { group: 'autoscaling', version: 'v1', kind: 'Scale' };
  if (name === 'eviction') return { group: 'policy', version: 'v1', kind: 'Eviction' };
  if (name === 'binding') return { group: '', version: 'v1', kind: 'Binding' };
  return { group: resource.group, version: resource.version, kind: resource.kind };
}

function aggregatedList(served: readonly GroupVersion[]) {
  const groups = [...new Set(served.map(({ group }) => group))];
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion: 'apidiscovery.k8s.io/v2',
    metadata: {},
    items: groups.map((group) => ({
      metadata: group === '' ? { creationTimestamp: null } : { name: group, creationTimestamp: null },
      versions: served.filter((one) => one.group === group).map(aggregatedVersion),
    })),
  };
}

function aggregatedVersion({ group, version, resources }: GroupVersion) {
  return {
    version,
    freshness: 'Current',
    resources: resources.map((one) => ({
      resource: one.plural,
      responseKind: { group, version, kind: one.kind },
      scope: one.namespaced ? 'Namespaced' : 'Cluster',
      singularResource: one.singular,
      verbs: one.verbs,
      ...(one.shortNames.length > 0 ? { shortNames: one.shortNames } : {}),
      ...(one.categories.length > 0 ? { categories: one.categories } : {}),
      ...(one.subresources.length > 0
        ? {
            subresources: one.subresources.map(({ name, verbs, ...responseKind }) => ({
              subresource: name,
              responseKind,
              verbs,
            })),
          }
        : {}),
    })),
  };
}

function coreVersions() {
  return {
    kind: 'APIVersions',
    versions: ['v1'],
    serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: '127.0.0.1' }],
  };
}

function groupList(served: readonly GroupVersion[]) {
  const names = [...new Set(served.map(({ group }) => group))];
  const groups = names.map((name) => groupOf(served.filter(({ group }) => group === name)));
  return { kind: 'APIGroupList', apiVersion: 'v1', groups };
}

function groupOf(versions: readonly GroupVersion[]) {
  const named = versions.map(({ group, version }) => ({ groupVersion: `${group}/${version}`, version }));
  return { name: versions[0]?.group ?? '', versions: named, preferredVersion: named[0] };
}

function resourceList({ group, version, resources }: GroupVersion) {
  return {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: group === '' ? version : `${group}/${version}`,
    resources: resources.flatMap((one) => [
      {
        name: one.plural,
        singularName: one.singular,
        namespaced: one.namespaced,
        kind: one.kind,
        verbs: one.verbs,
        ...(one.shortNames.length > 0 ? { shortNames: one.shortNames } : {}),
        ...(one.categories.length > 0 ? { categories: one.categories } : {}),
      },
      // Subresources must not carry short names, or kubectl takes them for the resource.
      ...one.subresources.map((sub) => ({
        name: `${one.plural}/${sub.name}`,
        singularName: '',
        namespaced: one.namespaced,
        kind: sub.kind,
        ...(sub.group === group ? {} : { group: sub.group, version: sub.version }),
        verbs: sub.verbs,
      })),
    ]),
  };
}
