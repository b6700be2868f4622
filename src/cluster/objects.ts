import type { KubernetesObject } from '../kubernetes/object.ts';
import type { Connection } from './connection.ts';
import { hasStatus } from './kubernetes-error.ts';
import { type ObjectRef, pathOf } from './resources.ts';

/** Who changes what, in `managedFields`. */
export const fieldManager = 'tars-console';

export interface ChangeOptions {
  /** The server checks and answers, and changes nothing. */
  dryRun?: boolean | undefined;
  signal?: AbortSignal | undefined;
}

/** What names an object that is at hand. */
export function refOf(object: KubernetesObject): ObjectRef {
  const { name, namespace } = object.metadata;
  return { apiVersion: object.apiVersion, kind: object.kind, name, namespace };
}

/** The object as it is now; undefined when it, or its namespace, does not exist. */
export async function getObject(
  connection: Connection,
  ref: ObjectRef,
  signal?: AbortSignal,
): Promise<KubernetesObject | undefined> {
  try {
    const request = { path: await pathOf(connection, ref), signal };
    return (await connection.request<KubernetesObject>(request)).body;
  } catch (error) {
    if (hasStatus(error, 404)) return undefined;
    throw error;
  }
}

export interface ListQuery {
  apiVersion: string;
  kind: string;
  /** The connection's unless said. */
  namespace?: string | undefined;
  allNamespaces?: boolean | undefined;
  labelSelector?: string | undefined;
  fieldSelector?: string | undefined;
}

const pageSize = 500;

/** All objects of a kind that fit, page by page. Throws `KubernetesError`. */
export async function listObjects(
  connection: Connection,
  query: ListQuery,
  signal?: AbortSignal,
): Promise<KubernetesObject[]> {
  const { apiVersion, kind, namespace, allNamespaces = false, labelSelector, fieldSelector } = query;
  const path = await pathOf(connection, { apiVersion, kind, namespace, allNamespaces });
  const selectors = { labelSelector, fieldSelector };
  const pages = async (limit: number | undefined): Promise<KubernetesObject[]> => {
    const objects: KubernetesObject[] = [];
    let next: string | undefined;
    do {
      const request = { path, query: { ...selectors, limit, continue: next }, signal };
      const { body } = await connection.request<ObjectList>(request);
      // Items of a list leave out what the list says for them.
      for (const item of body.items ?? []) objects.push({ ...item, apiVersion, kind });
      next = body.metadata?.continue || undefined;
    } while (next !== undefined);
    return objects;
  };
  try {
    return await pages(pageSize);
  } catch (error) {
    // The place to go on from has expired: once more, in one piece.
    if (hasStatus(error, 410)) return pages(undefined);
    throw error;
  }
}

interface ObjectList {
  metadata?: { continue?: string; resourceVersion?: string };
  items?: KubernetesObject[];
}

/** Throws `KubernetesError` 409 when it exists already. */
export async function createObject(
  connection: Connection,
  object: KubernetesObject,
  options: ChangeOptions = {},
): Promise<KubernetesObject> {
  const { apiVersion, kind, metadata } = object;
  const path = await pathOf(connection, { apiVersion, kind, namespace: metadata.namespace });
  const query = { fieldManager, dryRun: options.dryRun ? 'All' : undefined };
  const request = { method: 'POST' as const, path, query, body: object, signal: options.signal };
  return (await connection.request<KubernetesObject>(request)).body;
}

export interface DeleteOptions extends ChangeOptions {
  /** `Foreground`: gone only when all that it owns is gone. `Background` unless said. */
  propagation?: 'Foreground' | 'Background' | 'Orphan';
  gracePeriodSeconds?: number | undefined;
  /** Only the object with this uid. */
  uid?: string | undefined;
}

/** Asks for a deletion; `waitDeleted` waits for it. */
export async function deleteObject(
  connection: Connection,
  ref: ObjectRef,
  options: DeleteOptions = {},
): Promise<'deleted' | 'absent'> {
  const body = {
    apiVersion: 'v1',
    kind: 'DeleteOptions',
    propagationPolicy: options.propagation ?? 'Background',
    gracePeriodSeconds: options.gracePeriodSeconds,
    preconditions: options.uid === undefined ? undefined : { uid: options.uid },
    dryRun: options.dryRun ? ['All'] : undefined,
  };
  try {
    const path = await pathOf(connection, ref);
    await connection.request({ method: 'DELETE', path, body, signal: options.signal });
    return 'deleted';
  } catch (error) {
    if (hasStatus(error, 404)) return 'absent';
    throw error;
  }
}

/** Changes the given fields; `null` takes one away (RFC 7386). */
export async function mergePatch(
  connection: Connection,
  ref: ObjectRef,
  patch: unknown,
  options: ChangeOptions & { subresource?: string } = {},
): Promise<KubernetesObject> {
  const path = `${await pathOf(connection, ref)}${options.subresource ? `/${options.subresource}` : ''}`;
  const { body } = await connection.request<KubernetesObject>({
    method: 'PATCH',
    path,
    query: { fieldManager, dryRun: options.dryRun ? 'All' : undefined },
    contentType: 'application/merge-patch+json',
    body: patch,
    signal: options.signal,
  });
  return body;
}

/** Sets the wanted number of replicas through the scale subresource, as `kubectl scale` does. */
export async function scaleObject(
  connection: Connection,
  ref: ObjectRef,
  replicas: number,
  options: ChangeOptions = {},
): Promise<KubernetesObject> {
  return mergePatch(connection, ref, { spec: { replicas } }, { ...options, subresource: 'scale' });
}
