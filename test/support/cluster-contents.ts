import { createHash } from 'node:crypto';
import type { ApiResource } from '../../src/cluster/api-resource.ts';
import type { Connection } from '../../src/cluster/connection.ts';
import { discover } from '../../src/cluster/discovery.ts';
import { hasStatus } from '../../src/cluster/kubernetes-error.ts';
import { listObjects } from '../../src/cluster/objects.ts';
import type { KubernetesObject } from '../../src/kubernetes/object.ts';

/** What stands on a cluster: `apps/v1 Deployment tars/postgres` → a hash of what is wanted of it, without its status. */
export type ClusterContents = ReadonlyMap<string, string>;

/** How two looks at a cluster differ; each is sorted, and all are empty where it is as it was. */
export interface ContentsDifference {
  gone: string[];
  come: string[];
  changed: string[];
}

/** Kinds that come and go by themselves: records, heartbeats, and what follows from Services and pods. */
const noise = new Set(['Event', 'Lease', 'Endpoints', 'EndpointSlice', 'PodMetrics', 'NodeMetrics', 'ComponentStatus']);

/**
 * Everything on a cluster that can be listed, of every kind that it serves. What a controller owns follows from its owner and is
 * left out, unless that owner is gone. `within` takes only these namespaces, and nothing that is in none: for a cluster on which
 * others are at work.
 */
export async function clusterContents(
  connection: Connection,
  { within }: { within?: readonly string[] } = {},
): Promise<ClusterContents> {
  const kinds = preferred(await discover(connection)).filter(({ namespaced }) => namespaced || within === undefined);
  const lists = await Promise.all(kinds.map(async (kind) => listed(connection, kind)));
  const objects = lists.flat();
  const uids = new Set(objects.map(({ metadata }) => metadata.uid));
  const wanted = objects.filter(
    ({ metadata: { namespace, ownerReferences = [] } }) =>
      (within === undefined || within.includes(namespace ?? '')) &&
      !ownerReferences.some(({ controller, uid }) => controller === true && uids.has(uid)),
  );
  return new Map(
    wanted.map((object) => [nameOf(object), hashOf(object)] as const).sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

/** What has become of a cluster between two looks at it. */
export function contentsDifference(before: ClusterContents, after: ClusterContents): ContentsDifference {
  return {
    gone: [...before.keys()].filter((name) => !after.has(name)),
    come: [...after.keys()].filter((name) => !before.has(name)),
    changed: [...before].flatMap(([name, hash]) => (after.has(name) && after.get(name) !== hash ? [name] : [])),
  };
}

/** Each kind once, in the version that the server prefers. */
function preferred(resources: readonly ApiResource[]): ApiResource[] {
  const byKind = new Map<string, ApiResource>();
  for (const resource of resources) {
    const [group = ''] = resource.apiVersion.includes('/') ? resource.apiVersion.split('/') : [''];
    const key = `${group} ${resource.kind}`;
    if (!byKind.has(key) && resource.verbs.includes('list') && !noise.has(resource.kind)) byKind.set(key, resource);
  }
  return [...byKind.values()];
}

async function listed(connection: Connection, { apiVersion, kind }: ApiResource): Promise<KubernetesObject[]> {
  try {
    return await listObjects(connection, { apiVersion, kind, allNamespaces: true });
  } catch (error) {
    // A definition, or the server behind an API service, went away in the meantime: then nothing of it is there.
    if (hasStatus(error, 404) || hasStatus(error, 503)) return [];
    throw error;
  }
}

function nameOf({ apiVersion, kind, metadata: { namespace, name } }: KubernetesObject): string {
  return `${apiVersion} ${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`;
}

/** Over what somebody wants of it: no status, and of its metadata only what is written by hand. */
function hashOf({ status: _, metadata, ...rest }: KubernetesObject): string {
  const { labels = {}, annotations = {}, finalizers = [] } = metadata;
  return createHash('sha256')
    .update(JSON.stringify(sorted({ ...rest, labels, annotations, finalizers })))
    .digest('hex')
    .slice(0, 16);
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, item]) => [key, sorted(item)]));
}
