import { createHash } from 'node:crypto';
import type { KubernetesObject } from '../kubernetes/object.ts';
import type { ApiResource } from './api-resource.ts';
import type { Connection } from './connection.ts';
import { hasStatus } from './kubernetes-error.ts';
import { fieldManager, getObject } from './objects.ts';
import { listResources, type ObjectRef, pathOf } from './resources.ts';

const label = 'tars-console/applied-set';
const annotation = 'tars-console/applied-by';

/** What one step keeps in one namespace: objects that carry its mark were put there by it. */
export interface AppliedSet {
  id: string;
  marks: { labels: Record<string, string>; annotations: Record<string, string> };
}

/** The set of a step, named like `tars/deploy databases`; another namespace to work in is another set. */
export function appliedSet(origin: string, namespace: string): AppliedSet {
  const name = `${origin} in ${namespace}`;
  const id = createHash('sha256').update(name).digest('hex').slice(0, 40);
  return { id, marks: { labels: { [label]: id }, annotations: { [annotation]: name } } };
}

export interface Members {
  objects: KubernetesObject[];
  /** Kinds that one may not list, so that nothing is known of them. */
  unseen: string[];
}

/**
 * All objects of a set, of every kind that the cluster can list and delete, wherever one may look: everywhere, or else in the
 * namespaces that are named. Only what was applied by us counts: controllers copy labels to objects of their own.
 */
export async function membersOf(
  connection: Connection,
  { id }: AppliedSet,
  namespaces: readonly string[],
  signal?: AbortSignal,
): Promise<Members> {
  const members: Members = { objects: [], unseen: [] };
  const left = kindsToLookAt(await listResources(connection));
  const work = async () => {
    for (let resource = left.shift(); resource; resource = left.shift()) {
      const found = await listMarked(connection, resource, id, namespaces, signal);
      if (found === undefined) members.unseen.push(resource.kind);
      else members.objects.push(...found.filter((object) => isOurs(object, id)));
    }
  };
  await Promise.all(Array.from({ length: 8 }, work));
  return { objects: members.objects, unseen: members.unseen.sort() };
}

/** Each kind once, in the server's preferred version. */
function kindsToLookAt(resources: readonly ApiResource[]): ApiResource[] {
  const kinds = new Map<string, ApiResource>();
  for (const resource of resources) {
    const { apiVersion, verbs } = resource;
    const group = apiVersion.includes('/') ? apiVersion.split('/')[0] : '';
    const key = `${group} ${resource.resource}`;
    if (!kinds.has(key) && verbs.includes('list') && verbs.includes('delete')) kinds.set(key, resource);
  }
  return [...kinds.values()];
}

const metadataOnly = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json';

async function listMarked(
  connection: Connection,
  { apiVersion, kind, namespaced }: ApiResource,
  id: string,
  namespaces: readonly string[],
  signal: AbortSignal | undefined,
): Promise<KubernetesObject[] | undefined> {
  const list = async (place: { namespace?: string; allNamespaces?: boolean }) => {
    const path = await pathOf(connection, { apiVersion, kind, ...place });
    const query = { labelSelector: `${label}=${id}` };
    const request = { path, query, accept: metadataOnly, signal };
    const { body } = await connection.request<{ items?: KubernetesObject[] }>(request);
    return (body.items ?? []).map((item) => ({ ...item, apiVersion, kind }));
  };
  try {
    return await list({ allNamespaces: true });
  } catch (error) {
    if (hasStatus(error, 404) || hasStatus(error, 405)) return [];
    if (!hasStatus(error, 403) && !hasStatus(error, 503)) throw error;
    if (!namespaced) return undefined;
  }
  try {
    return (await Promise.all(namespaces.map((namespace) => list({ namespace })))).flat();
  } catch (error) {
    if (hasStatus(error, 403) || hasStatus(error, 503)) return undefined;
    throw error;
  }
}

/** Whether an object is still of the set: a person may have thought about it for long. */
export async function isMember(
  connection: Connection,
  { id }: AppliedSet,
  ref: ObjectRef & { uid?: string | undefined },
  signal?: AbortSignal,
): Promise<boolean> {
  const live = await getObject(connection, ref, signal);
  return live !== undefined && live.metadata.uid === ref.uid && isOurs(live, id);
}

type OwnedFields = { 'f:metadata'?: { 'f:labels'?: Record<string, unknown> } };

function isOurs({ metadata }: KubernetesObject, id: string): boolean {
  if (metadata.labels?.[label] !== id || metadata.deletionTimestamp !== undefined) return false;
  if (metadata.ownerReferences?.some(({ controller }) => controller)) return false;
  const entries = (metadata.managedFields ?? []) as { manager?: string; operation?: string; fieldsV1?: OwnedFields }[];
  return entries.some(
    ({ manager, operation, fieldsV1 }) =>
      manager === fieldManager &&
      operation === 'Apply' &&
      fieldsV1?.['f:metadata']?.['f:labels']?.[`f:${label}`] !== undefined,
  );
}
