import type { KubernetesObject } from '../../../kubernetes/object.ts';
import { afterUpdate, type ManagedEntry } from '../managed/managers.ts';
import { type ServerContext, timestamp } from '../server-context.ts';

/** The managed fields of what a part of the server itself writes straight into the store, under that part's name. */
export function managedBy(
  context: ServerContext,
  manager: string,
  before: KubernetesObject | undefined,
  next: KubernetesObject,
  subresource = '',
): ManagedEntry[] {
  const time = timestamp(context.now());
  return afterUpdate(before, next, { manager, operation: 'Update', subresource, time }, undefined);
}
