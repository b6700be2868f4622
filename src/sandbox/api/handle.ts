import type { IncomingMessage, ServerResponse } from 'node:http';
import { kubernetesVersion } from '../version.ts';
import { discover } from './discovery.ts';
import { StatusError } from './errors.ts';
import { openApiDocument, openApiIndex, openApiV2 } from './openapi.ts';
import { type ApiRequest, parseAddress, type ResourceAddress } from './request.ts';
import { respondError, respondJson, respondText } from './respond.ts';
import { route } from './router.ts';
import type { ServerContext } from './server-context.ts';

/** Answers one request that was let in. Never throws. */
export async function handle(
  context: ServerContext,
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const url = new URL(incoming.url ?? '/', 'https://sandbox');
    if (answerFixed(context, url, incoming, response)) return;
    const address = parseAddress(url.pathname);
    if (!address) return respondText(response, 404, '404 page not found\n');
    const aggregated = context.delegates.aggregated?.[`${address.group}/${address.version}`];
    if (aggregated && address.plural !== '') {
      const below = url.pathname.split('/').slice(4).join('/');
      const answer = await aggregated.get(`/${below}`, url.searchParams);
      return respondJson(response, answer.status, answer.body);
    }
    await answerResource(context, address, url, incoming, response);
  } catch (error) {
    respondError(response, error);
  }
}

async function answerResource(
  context: ServerContext,
  address: ResourceAddress,
  url: URL,
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { accept = '' } = incoming.headers;
  if (address.plural === '') {
    const found = discover(context, url.pathname, accept);
    return found
      ? respondJson(response, 200, found.body, found.type)
      : respondText(response, 404, '404 page not found\n');
  }
  if (!context.registry.hasVersion(address.group, address.version))
    return respondText(response, 404, '404 page not found\n');
  const resource = context.registry.find(address.group, address.version, address.plural);
  if (!resource) throw new StatusError(404, 'NotFound', 'the server could not find the requested resource');
  const request: ApiRequest = {
    ...address,
    resource,
    method: incoming.method ?? 'GET',
    path: url.pathname,
    query: url.searchParams,
    accept,
    contentType: incoming.headers['content-type'] ?? '',
    agent: agentOf(incoming),
    incoming,
    response,
  };
  const answer = await route(context, request);
  if (answer !== 'answered') respondJson(response, answer.status, answer.object);
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
  if (path === '/openapi/v2') {
    const { type, body } = openApiV2(incoming.headers.accept ?? '');
    response.writeHead(200, { 'content-type': type }).end(body);
    return true;
  }
  const body = fixedBody(context, path);
  if (body !== undefined) {
    respondJson(response, 200, body);
    return true;
  }
  if (!/^\/apis?(\/[^/]+)?$/.test(path)) return false;
  const found = discover(context, path, incoming.headers.accept ?? '');
  if (!found) return false;
  respondJson(response, 200, found.body, found.type);
  return true;
}

function fixedBody(context: ServerContext, path: string): unknown {
  if (path === '/version') return versionBody();
  if (path === '/openapi/v3') return openApiIndex(context);
  if (path.startsWith('/openapi/v3/')) return openApiDocument(context, path.slice('/openapi/v3/'.length));
  if (path === '/') return { paths: ['/api', '/apis', '/healthz', '/livez', '/openapi/v3', '/readyz', '/version'] };
  return undefined;
}

function versionBody() {
  const [major, minor] = kubernetesVersion.slice(1).split('.');
  return {
    major,
    minor,
    gitVersion: kubernetesVersion,
    gitCommit: '',
    gitTreeState: 'clean',
    buildDate: '2026-04-22T00:00:00Z',
    goVersion: '',
    compiler: '',
    platform: 'sandbox',
  };
}
