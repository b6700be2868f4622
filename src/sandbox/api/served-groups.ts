import { createHash } from 'node:crypto';
import { type DiscoveredGroup, type DiscoveredResource, discovered } from '../data/discovered.ts';
import type { AggregatedResource, Delegates } from './delegates.ts';
import type { Resource } from './resources.ts';
import type { ServerContext } from './server-context.ts';

const customVerbs = ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch'];
const scaleKind = { group: 'autoscaling', version: 'v1', kind: 'Scale' };

/** The groups of `/apis` in its order: Kubernetes' own, those of CustomResourceDefinitions by name, aggregated ones. */
export function servedGroups({ registry, delegates }: ServerContext): DiscoveredGroup[] {
  return [...discovered.groups, ...customGroups(registry.custom()), ...aggregatedGroups(delegates)];
}

/** The hash that legacy lists show of a resource's storage version. */
export function storageVersionHash(group: string, version: string, resource: DiscoveredResource): string | undefined {
  const recorded = discovered.storageVersions[`${group}/${version}/${resource.resource}`];
  if (recorded !== undefined || resource.responseKind.group !== group || group === '') return recorded;
  // `apiserver/pkg/endpoints/discovery/storageversionhash.go`; a custom resource shows its own version.
  const text = `${group}/${version}/${resource.responseKind.kind}`;
  return createHash('sha256').update(text).digest().subarray(0, 8).toString('base64');
}

function customGroups(resources: readonly Resource[]): DiscoveredGroup[] {
  const names = [...new Set(resources.map(({ group }) => group))].sort();
  return names.map((name) => {
    const inGroup = resources.filter(({ group }) => group === name);
    const versions = [...new Set(inGroup.map(({ version }) => version))].sort(byVersion);
    return {
      metadata: { name },
      versions: versions.map((version) => ({
        version,
        resources: inGroup
          .filter((resource) => resource.version === version)
          .sort((left, right) => (left.plural < right.plural ? -1 : 1))
          .map(describe),
        freshness: 'Current',
      })),
    };
  });
}

/** As `apiextensions-apiserver/pkg/apiserver/customresource_discovery_controller.go` tells of a custom resource. */
function describe({ group, version, kind, ...resource }: Resource): DiscoveredResource {
  const own = { group, version, kind };
  const subresources = ['status', 'scale'].filter((name) => resource.subresources.includes(name));
  return {
    resource: resource.plural,
    responseKind: own,
    scope: resource.namespaced ? 'Namespaced' : 'Cluster',
    singularResource: resource.singular,
    verbs: customVerbs,
    ...(resource.shortNames.length > 0 ? { shortNames: [...resource.shortNames] } : {}),
    ...(resource.categories.length > 0 ? { categories: [...resource.categories] } : {}),
    ...(subresources.length > 0
      ? {
          subresources: subresources.map((subresource) => ({
            subresource,
            responseKind: subresource === 'scale' ? scaleKind : own,
            verbs: ['get', 'patch', 'update'],
          })),
        }
      : {}),
  };
}

/** `v2`, `v1`, `v1beta2`, `v1alpha1`, `other`: `apimachinery/pkg/version/helpers.go CompareKubeAwareVersionStrings`. */
function byVersion(left: string, right: string): number {
  const parse = (text: string) => /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(text);
  const [one, other] = [parse(left), parse(right)];
  if (!one || !other) return one ? -1 : other ? 1 : left < right ? -1 : 1;
  const rank = (match: RegExpExecArray) => (match[2] === undefined ? 2 : match[2] === 'beta' ? 1 : 0);
  const differences = [rank(other) - rank(one), Number(other[1]) - Number(one[1]), Number(other[3]) - Number(one[3])];
  return differences.find((difference) => difference !== 0 && !Number.isNaN(difference)) ?? 0;
}

function aggregatedGroups({ aggregated = {} }: Delegates): DiscoveredGroup[] {
  return Object.entries(aggregated).map(([key, { resources }]) => {
    const [name = '', version = ''] = key.split('/');
    return { metadata: { name }, versions: [{ version, resources: resources.map(aggregate), freshness: 'Current' }] };
  });
}

function aggregate({ plural, singular, kind, namespaced, verbs, shortNames }: AggregatedResource): DiscoveredResource {
  return {
    resource: plural,
    responseKind: { group: '', version: '', kind },
    scope: namespaced ? 'Namespaced' : 'Cluster',
    singularResource: singular,
    verbs,
    ...(shortNames ? { shortNames } : {}),
  };
}
