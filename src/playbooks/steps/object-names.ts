import { Problem } from '../../base/errors.ts';
import type { Connection } from '../../cluster/connection.ts';
import { findKind, findResource, type ObjectRef } from '../../cluster/resources.ts';

/** `Deployment/x` or `apps/v1/Deployment/x`, in parts. Throws `Problem`. */
function parseObjectName(text: string): { apiVersion: string | undefined; kind: string; name: string } {
  const parts = text.split('/');
  const name = parts.pop();
  const kind = parts.pop();
  if (name && kind && parts.length <= 2)
    return { apiVersion: parts.length > 0 ? parts.join('/') : undefined, kind, name };
  throw new Problem(`\`${text}\` is no object; write it like \`Deployment/tars-backend\``);
}

/** The object that a name means on this cluster. Throws `Problem` for a kind that it does not have. */
export async function resolveObjectName(connection: Connection, text: string, namespace: string): Promise<ObjectRef> {
  const { apiVersion, kind, name } = parseObjectName(text);
  const resource = apiVersion ? await findResource(connection, apiVersion, kind) : await findKind(connection, kind);
  if (!resource)
    throw new Problem(`The cluster has no kind ${kind}`, { next: ['kubectl api-resources shows what it has'] });
  return { apiVersion: resource.apiVersion, kind, name, ...(resource.namespaced ? { namespace } : {}) };
}

/** `deployment/x`, as kubectl takes it. */
export function kubectlName(text: string): string {
  const { apiVersion, kind, name } = parseObjectName(text);
  const group = apiVersion?.includes('/') ? `.${apiVersion.split('/').reverse().join('.')}` : '';
  return `${kind.toLowerCase()}${group}/${name}`;
}
