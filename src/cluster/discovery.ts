import type { ApiResource } from './api-resource.ts';
import type { Connection } from './connection.ts';
import { hasStatus } from './kubernetes-error.ts';

const aggregated = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json';

/**
 * Every kind that the API server serves, in its order of preference: aggregated discovery (KEP-3352, two requests), or
 * one request for each group and version where the server does not know that.
 */
export async function discover(connection: Connection): Promise<ApiResource[]> {
  const [core, groups] = await Promise.all([read(connection, '/api'), read(connection, '/apis')]);
  return [...core, ...groups];
}

interface AggregatedList {
  kind: string;
  items: {
    metadata: { name?: string };
    versions: {
      version: string;
      resources?: { resource: string; responseKind?: { kind: string }; scope: string; verbs?: string[] }[];
    }[];
  }[];
}

interface LegacyList {
  kind: string;
  versions?: string[];
  groups?: { versions: { groupVersion: string }[]; preferredVersion?: { groupVersion: string } }[];
}

async function read(connection: Connection, path: string): Promise<ApiResource[]> {
  const { body } = await connection.request<AggregatedList | LegacyList>({ path, accept: aggregated });
  if ('items' in body) return body.items.flatMap((group) => fromGroup(group));
  const versions = body.versions ?? (body.groups ?? []).flatMap((group) => preferredFirst(group));
  const lists = await Promise.all(versions.map((version) => readLegacy(connection, path, version)));
  return lists.flat();
}

function fromGroup({ metadata, versions }: AggregatedList['items'][number]): ApiResource[] {
  return versions.flatMap(({ version, resources }) =>
    (resources ?? []).map(({ resource, responseKind, scope, verbs }) => ({
      apiVersion: metadata.name ? `${metadata.name}/${version}` : version,
      kind: responseKind?.kind ?? '',
      resource,
      namespaced: scope === 'Namespaced',
      verbs: verbs ?? [],
    })),
  );
}

function preferredFirst(group: NonNullable<LegacyList['groups']>[number]): string[] {
  const versions = group.versions.map(({ groupVersion }) => groupVersion);
  const preferred = group.preferredVersion?.groupVersion;
  return preferred ? [preferred, ...versions.filter((version) => version !== preferred)] : versions;
}

async function readLegacy(connection: Connection, path: string, version: string): Promise<ApiResource[]> {
  interface ResourceList {
    resources?: { name: string; kind: string; namespaced: boolean; verbs?: string[] }[];
  }
  try {
    const { body } = await connection.request<ResourceList>({ path: `${path}/${version}` });
    return (body.resources ?? [])
      .filter(({ name }) => !name.includes('/'))
      .map(({ name, kind, namespaced, verbs }) => ({
        apiVersion: version,
        kind,
        resource: name,
        namespaced,
        verbs: verbs ?? [],
      }));
  } catch (error) {
    // An aggregated API whose server is down must not hide all the others.
    if (hasStatus(error, 503) || hasStatus(error, 404)) return [];
    throw error;
  }
}
