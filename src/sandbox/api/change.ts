import type { KubernetesObject } from '../../kubernetes/object.ts';
import { readObject } from './body.ts';
import { fromVersion } from './conversion.ts';
import { badRequest, conflict, modifiedMeanwhile, notFound } from './errors.ts';
import { presentationOf } from './presentation.ts';
import type { Answer, ApiRequest } from './request.ts';
import type { Resource } from './resources.ts';
import { asObject, checkNamespace } from './sent-object.ts';
import { lookUp, type ServerContext } from './server-context.ts';
import { createObject, updateObject } from './write.ts';
import { checkOptions, optionsOf } from './write-options.ts';

/** POST on a collection. */
export async function create(context: ServerContext, request: ApiRequest): Promise<Answer> {
  const { resource, namespace, query } = request;
  const body = await readObject(request.incoming, request.contentType, resource.kind);
  checkOptions('CreateOptions', query);
  const sent = asObject(resource, body, { request });
  if (resource.namespaced) checkNamespace(sent, namespace);
  return makeNew(context, request, sent);
}

function makeNew(context: ServerContext, request: ApiRequest, sent: KubernetesObject): Answer {
  const object = fromVersion(sent, request.resource);
  const created = createObject(context, object, optionsOf(context, request, request.namespace, 'Update'));
  return { status: 201, object: presentationOf(request).one(created) };
}

/** Kinds whose PUT creates what is not there (`AllowCreateOnUpdate` of `pkg/registry/<group>/<kind>/strategy.go`). */
const createdByUpdate = new Set([
  'Endpoints',
  'Event',
  'Lease',
  'LimitRange',
  'Service',
  'Role',
  'RoleBinding',
  'ClusterRole',
  'ClusterRoleBinding',
]);

function isCreatedByUpdate({ kind, custom }: Resource): boolean {
  return !custom && createdByUpdate.has(kind);
}

/** PUT: replaces an object or, on `…/status`, its status. */
export async function replace(context: ServerContext, request: ApiRequest): Promise<Answer> {
  const { resource, namespace, name, subresource, query } = request;
  const body = await readObject(request.incoming, request.contentType, resource.kind);
  checkOptions('UpdateOptions', query);
  const sent = asObject(resource, body, { request });
  if (resource.namespaced) checkNamespace(sent, namespace);
  if (!sent.metadata.name)
    throw badRequest(`the name of the object (${name} based on URL) was undeterminable: name must be provided`);
  const current = lookUp(context, resource, namespace, name);
  if (!current) {
    if (subresource !== '' || !isCreatedByUpdate(resource)) throw notFound(resource, name);
    if (sent.metadata.resourceVersion) throw conflict(resource, name, modifiedMeanwhile);
    return makeNew(context, request, sent);
  }
  const options = optionsOf(context, request, namespace, 'Update');
  const stored = updateObject(context, current, fromVersion(sent, resource), options);
  return { status: 200, object: presentationOf(request).one(stored) };
}
