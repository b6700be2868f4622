import type { AccessNeed } from '../step-kind.ts';

interface Named {
  apiVersion: string;
  kind: string;
  namespace?: string | undefined;
  metadata?: { namespace?: string | undefined };
}

/** The rights to do this with these objects, or with references to them: one need for each kind and namespace. */
export function accessTo(objects: readonly Named[], verbs: readonly string[]): AccessNeed[] {
  const needs = new Map<string, AccessNeed>();
  for (const object of objects) {
    const { apiVersion, kind } = object;
    const namespace = object.metadata?.namespace ?? object.namespace;
    needs.set(`${apiVersion} ${kind} ${namespace ?? ''}`, { verbs, apiVersion, kind, namespace });
  }
  return [...needs.values()];
}

/** The rights to wait for these objects by watching them. */
export function accessToWatch(objects: readonly Named[]): AccessNeed[] {
  return accessTo(objects, ['get', 'list', 'watch']);
}
