import type { KubernetesObject } from '../../kubernetes/object.ts';
import type { Connection } from '../connection.ts';
import { getObject, refOf } from '../objects.ts';
import { findResource } from '../resources.ts';

/** `volumeBindingMode` of a claim's class; undefined for everything else, and where it may not be read. */
export async function bindingModeOf(
  connection: Connection,
  object: KubernetesObject,
  signal?: AbortSignal,
): Promise<string | undefined> {
  if (object.kind !== 'PersistentVolumeClaim' || object.apiVersion !== 'v1') return undefined;
  const claim = await getObject(connection, refOf(object), signal);
  const name = (claim?.spec as { storageClassName?: string } | undefined)?.storageClassName;
  if (!name) return undefined;
  const ref = { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', name };
  const storageClass = await getObject(connection, ref, signal).catch(() => undefined);
  return storageClass?.volumeBindingMode as string | undefined;
}

interface Definition {
  versions?: { name: string; subresources?: { status?: unknown } }[];
}

/** Whether the definition of a custom resource gives it a status: then its controller is likely to write one. */
export async function hasStatusResource(
  connection: Connection,
  { apiVersion, kind }: KubernetesObject,
  signal?: AbortSignal,
): Promise<boolean> {
  const [group = '', version = ''] = apiVersion.split('/');
  // The API server's own groups have no dot, or end with its domain; their kinds are known.
  if (version === '' || !group.includes('.') || /(^|\.)k8s\.io$/.test(group)) return false;
  try {
    const { resource } = await findResource(connection, apiVersion, kind);
    const name = `${resource}.${group}`;
    const ref = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', name };
    const definition = (await getObject(connection, ref, signal))?.spec as Definition | undefined;
    return definition?.versions?.find((one) => one.name === version)?.subresources?.status !== undefined;
  } catch {
    signal?.throwIfAborted();
    return false;
  }
}
