import { requestToken } from './auth/token-request.ts';
import { create, replace } from './change.ts';
import { componentStatuses } from './component-statuses.ts';
import { unjudgedRules } from './custom/unjudged-rules.ts';
import { definitionStorage } from './custom-resources.ts';
import { remove, removeCollection } from './delete.ts';
import { deprecationOf } from './deprecations.ts';
import { methodNotAllowed, noSuchResource } from './errors.ts';
import { objectAt } from './json.ts';
import { negotiate } from './media-types.ts';
import { patch } from './patch.ts';
import { get, list } from './read.ts';
import type { Answer, ApiRequest } from './request.ts';
import { review } from './reviews.ts';
import type { ServerContext } from './server-context.ts';
import { bind, bindByBody } from './subresources/binding.ts';
import { connect } from './subresources/connect.ts';
import { evict } from './subresources/eviction.ts';
import { logs } from './subresources/logs.ts';
import { proxy } from './subresources/proxy.ts';
import { scale } from './subresources/scale.ts';
import { warn } from './warnings.ts';

type Handler = (context: ServerContext, request: ApiRequest) => Answer | Promise<Answer>;

const collection: Record<string, Handler> = { GET: list, POST: create, DELETE: removeCollection };
/** What of a namespaced resource can be asked for in all namespaces. */
const everywhere: Record<string, Handler> = { GET: list };
const item: Record<string, Handler> = { GET: get, PUT: replace, PATCH: patch, DELETE: remove };
const status: Record<string, Handler> = { GET: get, PUT: replace, PATCH: patch };

const subresources: Record<string, Record<string, Handler>> = {
  status,
  resize: status,
  ephemeralcontainers: status,
  scale: { GET: scale, PUT: scale, PATCH: scale },
  finalize: { PUT: replace },
  eviction: { POST: evict },
  binding: { POST: bind },
  log: { GET: logs },
  token: { POST: requestToken },
  exec: { GET: connect, POST: connect },
  attach: { GET: connect, POST: connect },
  portforward: { GET: connect, POST: connect },
};

const presented = new Set(['', 'status', 'scale']);

/** Sends a request for a resource to what answers it. Throws 404 or 405 as a Status. */
export async function route(context: ServerContext, request: ApiRequest): Promise<Answer> {
  const { resource, name, subresource, method } = request;
  if (resource.storage === '/bindings') return bindByBody(context, request);
  if (resource.createOnly) {
    if (method !== 'POST') throw methodNotAllowed();
    return review(context, request);
  }
  // What an answer would look like is asked before anything is done.
  if (presented.has(subresource)) negotiate(request.accept, name === '');
  if (subresource === '') {
    const all = resource.namespaced && request.namespace === '' ? everywhere : collection;
    const handler = (name === '' ? all : item)[method];
    if (!handler || !allowed(request)) throw methodNotAllowed();
    const deprecation = deprecationOf(resource);
    if (deprecation !== undefined) warn(request.response, [deprecation]);
    if (resource.storage === '/componentstatuses') return componentStatuses(request);
    const answer = await handler(context, request);
    if (resource.storage === definitionStorage && writes.has(method)) warnOfRules(request, answer);
    return answer;
  }
  if (!resource.subresources.includes(subresource)) throw noSuchResource();
  if (subresource === 'proxy') return proxy(context, request);
  const handler = subresources[subresource]?.[method];
  if (!handler) throw methodNotAllowed();
  return handler(context, request);
}

const writes = new Set(['POST', 'PUT', 'PATCH']);

function warnOfRules({ response }: ApiRequest, answer: Answer): void {
  const warnings = answer === 'answered' ? [] : unjudgedRules(objectAt(answer.object, 'spec').versions);
  if (warnings.length > 0) warn(response, warnings);
}

const verbs: Record<string, [item: string, collection: string]> = {
  GET: ['get', 'list'],
  POST: ['create', 'create'],
  PUT: ['update', ''],
  PATCH: ['patch', ''],
  DELETE: ['delete', 'deletecollection'],
};

/** Whether discovery names the verb; of the old watch paths GET is all there is. */
function allowed({ resource, name, method, watch }: ApiRequest): boolean {
  if (watch) return method === 'GET';
  const verb = verbs[method]?.[name === '' ? 1 : 0] ?? '';
  return !resource.discovered || resource.discovered.verbs.includes(verb);
}
