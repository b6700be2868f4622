import { Problem } from '../base/errors.ts';
import type { ApiResource } from './api-resource.ts';
import { closestName } from './closest-name.ts';
import type { Connection } from './connection.ts';
import { discover } from './discovery.ts';

/** Names one object; without a namespace the connection's counts where the kind has one. */
export interface ObjectRef {
  apiVersion: string;
  kind: string;
  name: string;
  namespace?: string | undefined;
}

interface Known {
  resources: Promise<ApiResource[]>;
  at: number;
}

const known = new WeakMap<Connection, Known>();

/** What the API server serves, asked once per connection. */
export function listResources(connection: Connection): Promise<ApiResource[]> {
  return (known.get(connection) ?? refresh(connection)).resources;
}

/** Forgets what is known, after a CustomResourceDefinition was applied. */
export function forgetResources(connection: Connection): void {
  known.delete(connection);
}

/** Has one connection know what is known of another that leads to the same server. */
export function shareResources(connection: Connection, other: Connection): void {
  const entry = known.get(connection);
  if (entry) known.set(other, entry);
}

/** How a kind is served; asked anew when it is unknown. Throws `Problem` when the cluster does not have it. */
export async function findResource(connection: Connection, apiVersion: string, kind: string): Promise<ApiResource> {
  const fits = (resource: ApiResource) => resource.apiVersion === apiVersion && resource.kind === kind;
  const found = (await listResources(connection)).find(fits) ?? (await relist(connection)).find(fits);
  if (found) return found;
  throw unknownKind(await listResources(connection), apiVersion, kind);
}

/** Whether the cluster has a kind; what is unknown is asked for anew. */
export async function servesKind(connection: Connection, apiVersion: string, kind: string): Promise<boolean> {
  const fits = (resource: ApiResource) => resource.apiVersion === apiVersion && resource.kind === kind;
  return (await listResources(connection)).some(fits) || (await relist(connection)).some(fits);
}

/** The apiVersion that a kind is served in, the server's preferred one first. Undefined when it has none such. */
export async function findKind(connection: Connection, kind: string): Promise<ApiResource | undefined> {
  const fits = (resource: ApiResource) => resource.kind === kind;
  return (await listResources(connection)).find(fits) ?? (await relist(connection)).find(fits);
}

/** The path of an object, or of its kind's list where `name` is left out. */
export async function pathOf(
  connection: Connection,
  ref: { apiVersion: string; kind: string; name?: string; namespace?: string | undefined; allNamespaces?: boolean },
): Promise<string> {
  const resource = await findResource(connection, ref.apiVersion, ref.kind);
  const namespace = ref.allNamespaces ? undefined : (ref.namespace ?? connection.info.namespace);
  const place = resource.namespaced && namespace !== undefined ? `/namespaces/${encodeURIComponent(namespace)}` : '';
  const name = ref.name === undefined ? '' : `/${encodeURIComponent(ref.name)}`;
  return `${rootOf(resource.apiVersion)}${place}/${resource.resource}${name}`;
}

/** `/api/v1`, or `/apis/apps/v1`. */
function rootOf(apiVersion: string): string {
  return apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
}

function refresh(connection: Connection): Known {
  const resources = discover(connection);
  const entry = { resources, at: Date.now() };
  known.set(connection, entry);
  // A failed discovery is not remembered.
  resources.catch(() => {
    if (known.get(connection) === entry) known.delete(connection);
  });
  return entry;
}

// Many objects of an unknown kind at once must not ask once each.
async function relist(connection: Connection): Promise<ApiResource[]> {
  const entry = known.get(connection);
  return entry && Date.now() - entry.at < 1000 ? entry.resources : refresh(connection).resources;
}

function unknownKind(resources: readonly ApiResource[], apiVersion: string, kind: string): Problem {
  const elsewhere = resources.filter((resource) => resource.kind === kind);
  const near = closestName(kind, [...new Set(resources.map((resource) => resource.kind))]);
  const next = elsewhere.length
    ? `It has ${kind} in ${elsewhere.map((resource) => resource.apiVersion).join(', ')}`
    : near
      ? `Did you mean ${near}?`
      : `Install what brings it (its CustomResourceDefinition or API service) first`;
  return new Problem(`The cluster has no ${kind} in ${apiVersion}`, {
    next: [next, 'kubectl api-resources shows all that it has'],
  });
}
