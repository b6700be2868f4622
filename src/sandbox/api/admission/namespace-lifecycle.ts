import { namespacePhase } from '../effects.ts';
import { forbidden, notFound, StatusError } from '../errors.ts';
import type { Resource } from '../resources.ts';
import type { AdmissionRequest } from './admission-request.ts';

const immortal = new Set(['default', 'kube-system', 'kube-public']);

/** Nothing new comes into a namespace that is not there or is leaving (`apiserver/pkg/admission/plugin/namespace/lifecycle`). Throws 404 and 403. */
export function requireNamespace({ context, resource, namespace, object }: AdmissionRequest): void {
  if (!resource.namespaced) return;
  const phase = namespacePhase(context, namespace);
  if (phase === 'missing') throw notFound({ group: '', plural: 'namespaces' }, namespace);
  if (phase === 'active') return;
  const name = object.metadata.generateName || object.metadata.name;
  const { code, reason, message, details } = forbidden(
    resource,
    name,
    `unable to create new content in namespace ${namespace} because it is being terminated`,
  );
  const cause = {
    reason: 'NamespaceTerminating',
    message: `namespace ${namespace} is being terminated`,
    field: 'metadata.namespace',
  };
  throw new StatusError(code, reason, message, { ...details, causes: [cause] });
}

/** The namespaces that every cluster lives by stay. Throws 403. */
export function keepImmortal(resource: Resource, name: string): void {
  if (resource.storage === '/namespaces' && immortal.has(name))
    throw forbidden(resource, name, 'this namespace may not be deleted');
}
