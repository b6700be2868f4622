import { readObject } from './body.ts';
import { fromVersion } from './conversion.ts';
import { notFound } from './errors.ts';
import { presentationOf } from './presentation.ts';
import type { Answer, ApiRequest } from './request.ts';
import { asObject, checkNamespace } from './sent-object.ts';
import { lookUp, type ServerContext } from './server-context.ts';
import { createObject, updateObject } from './write.ts';
import { optionsOf } from './write-options.ts';

/** POST on a collection. */
export async function create(context: ServerContext, request: ApiRequest): Promise<Answer> {
  const { resource, namespace } = request;
  const sent = asObject(resource, await readObject(request.incoming, request.contentType));
  const inside = resource.namespaced ? namespace || sent.metadata.namespace || 'default' : '';
  checkNamespace(sent, inside);
  const object = fromVersion(sent, resource);
  const created = createObject(context, object, optionsOf(context, request, inside, 'Update'));
  return { status: 201, object: presentationOf(request).one(created) };
}

/** PUT: replaces an object or, on `…/status`, its status. */
export async function replace(context: ServerContext, request: ApiRequest): Promise<Answer> {
  const { resource, namespace, name } = request;
  const sent = asObject(resource, await readObject(request.incoming, request.contentType));
  sent.metadata.name ||= name;
  checkNamespace(sent, namespace);
  const current = lookUp(context, resource, namespace, name);
  if (!current) throw notFound(resource, name);
  const options = optionsOf(context, request, namespace, 'Update');
  const stored = updateObject(context, current, fromVersion(sent, resource), options);
  return { status: 200, object: presentationOf(request).one(stored) };
}
