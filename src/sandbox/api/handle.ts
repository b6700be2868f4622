import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { discovered } from '../data/discovered.ts';
import { createReviews, withReviews } from './admission/webhooks/reviews.ts';
import { letIn } from './auth/access.ts';
import type { User } from './auth/user.ts';
import { answerDiscovery } from './discovery.ts';
import { methodNotAllowed, noSuchResource } from './errors.ts';
import { notAcceptable } from './media-types.ts';
import { answerOpenApi } from './openapi.ts';
import { type ApiRequest, parseAddress, type ResourceAddress } from './request.ts';
import { respondError, respondJson, respondText } from './respond.ts';
import { route } from './router.ts';
import type { ServerContext } from './server-context.ts';

/** Answers one request of this user. Never throws. */
export async function handle(
  context: ServerContext,
  asking: User,
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    // One id for each request, the client's own where it gives one (`endpoints/filters/with_auditid.go`).
    response.setHeader('audit-id', String(incoming.headers['audit-id'] ?? randomUUID()).slice(0, 64));
    const url = urlOf(incoming);
    if (!url) return respondText(response, 400, '400 Bad Request');
    const address = parseAddress(url.pathname);
    const user = letIn(context.access, asking, incoming, url, address);
    if (answerFixed(context, url, incoming, response)) return;
    if (!address) return respondText(response, 404, '404 page not found\n');
    const aggregated = context.delegates.aggregated?.[`${address.group}/${address.version}`];
    if (aggregated && address.plural !== '') {
      if (url.pathname.includes('//')) throw noSuchResource();
      if (incoming.method !== 'GET') throw methodNotAllowed();
      const below = url.pathname.split('/').slice(4).join('/');
      const answer = await aggregated.get(`/${below}`, url.searchParams);
      return respondJson(response, answer.status, answer.body);
    }
    await answerResource(context, user, address, url, incoming, response);
  } catch (error) {
    respondError(response, error);
  }
}

/** Undefined for what Go's own server refuses before it looks at it: escapes that are none. */
function urlOf(incoming: IncomingMessage): URL | undefined {
  const [path = '/', ...query] = (incoming.url ?? '/').split('?');
  if (/%(?![0-9a-f]{2})/i.test(path)) return undefined;
  return new URL(
    `https://sandbox${path.startsWith('/') ? path : `/${path}`}${query.length > 0 ? `?${query.join('?')}` : ''}`,
  );
}

async function answerResource(
  context: ServerContext,
  user: User,
  address: ResourceAddress,
  url: URL,
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { accept = '' } = incoming.headers;
  if (address.plural === '') {
    if (!answerDiscovery(context, url.pathname, incoming, response)) respondText(response, 404, '404 page not found\n');
    return;
  }
  const resource = context.registry.find(address.group, address.version, address.plural);
  if (!resource && !context.registry.hasGroup(address.group)) return respondText(response, 404, '404 page not found\n');
  // Two slashes are an empty name, which nothing has.
  if (!resource || (url.pathname.includes('//') && address.subresource !== 'proxy')) throw noSuchResource();
  // What belongs to the cluster lies in no namespace, whatever somebody may do in his own.
  if (!resource.namespaced && address.namespace !== '') throw noSuchResource();
  if (address.watch) watchByPath(address, url.searchParams);
  const request: ApiRequest = {
    ...address,
    resource,
    method: incoming.method ?? 'GET',
    path: url.pathname,
    query: url.searchParams,
    accept,
    contentType: incoming.headers['content-type'] ?? '',
    agent: agentOf(incoming),
    user,
    incoming,
    response,
    reviews: createReviews(response),
  };
  const answer = await withReviews(request.reviews, () => route(context, request));
  if (answer !== 'answered') respondJson(response, answer.status, answer.object);
}

/** The old path of a watch says what the query says today. */
function watchByPath(address: ResourceAddress, query: URLSearchParams): void {
  query.set('watch', 'true');
  if (address.name !== '') query.set('fieldSelector', `metadata.name=${address.name}`);
  address.name = '';
}

/** The first word of the user agent, as `managedFieldsManager` falls back to. */
function agentOf(incoming: IncomingMessage): string {
  const [first = ''] = (incoming.headers['user-agent'] ?? '').split('/');
  return (first.split(' ')[0] ?? '').slice(0, 128) || 'unknown';
}

/** Paths that are no resources: version, health, discovery's roots, OpenAPI. True when it has answered. */
function answerFixed(context: ServerContext, url: URL, incoming: IncomingMessage, response: ServerResponse): boolean {
  const path = url.pathname.replace(/(.)\/$/, '$1');
  if (/^\/(healthz|livez|readyz)(\/|$)/.test(path)) {
    respondText(response, 200, 'ok');
    return true;
  }
  if (path.startsWith('/openapi/')) return answerOpenApi(context, url, incoming, response);
  const body = fixedBody(path);
  if (body !== undefined) {
    if (path === '/version' && incoming.method !== 'GET') throw methodNotAllowed();
    if (path === '/version') negotiateJson(incoming.headers.accept ?? '');
    respondJson(response, 200, body);
    return true;
  }
  if (!/^\/apis?(\/[^/]+)?$/.test(path)) return false;
  return answerDiscovery(context, path, incoming, response);
}

/** The version is told in JSON alone (`apiserver/pkg/server/routes/version.go`). Throws 406. */
function negotiateJson(accept: string): void {
  const types = accept.split(',').map((range) => (range.split(';')[0] ?? '').trim());
  if (!types.some((type) => ['', 'application/json', 'application/*', '*/*'].includes(type)))
    throw notAcceptable(['application/json']);
}

function fixedBody(path: string): unknown {
  if (path === '/version') return discovered.version;
  if (path === '/') return { paths: ['/api', '/apis', '/healthz', '/livez', '/openapi/v3', '/readyz', '/version'] };
  return undefined;
}
