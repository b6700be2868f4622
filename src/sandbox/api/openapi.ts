import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { openApiText } from '../data/documents.ts';
import { documentEntries } from '../data/schemas.ts';
import { kubernetesVersion } from '../version.ts';
import { customDocument } from './custom-document.ts';
import type { Resource } from './resources.ts';
import { respondJson } from './respond.ts';
import type { ServerContext } from './server-context.ts';

interface Document {
  hash: string;
  text: Buffer;
}

/** The documents of the custom resources that there are, until these change. */
const customDocuments = new WeakMap<readonly Resource[], Map<string, Document>>();

/** Answers `/openapi/v2`, `/openapi/v3` and the documents below it. False for other paths. */
export function answerOpenApi(
  context: ServerContext,
  url: URL,
  incoming: IncomingMessage,
  response: ServerResponse,
): boolean {
  const path = url.pathname.replace(/\/+$/, '');
  if (path === '/openapi/v2') return answerV2(incoming.headers.accept ?? '', response);
  if (path === '/openapi/v3') {
    respondJson(response, 200, index(context), 'text/plain; charset=utf-8');
    return true;
  }
  const prefix = '/openapi/v3/';
  if (!path.startsWith(prefix)) return false;
  answerDocument(path.slice(prefix.length), documentOf(context, path.slice(prefix.length)), url, incoming, response);
  return true;
}

/** `kube-openapi/pkg/handler3/handler.go HandleGroupVersion` */
function answerDocument(
  path: string,
  document: Document | undefined,
  url: URL,
  incoming: IncomingMessage,
  response: ServerResponse,
): void {
  const { accept = '*/*', 'if-none-match': known } = incoming.headers;
  if (!document) return void response.writeHead(404, { 'content-length': 0 }).end();
  if (!/(^|,)\s*(application\/(json|\*)|\*\/\*)/.test(accept)) return void response.writeHead(406).end();
  const etag = `"${document.hash}"`;
  const asked = url.searchParams.get('hash');
  const headers = { etag, vary: 'Accept', 'content-type': 'application/json', 'cache-control': 'no-cache, private' };
  if (asked && asked !== document.hash)
    return void response.writeHead(301, { ...headers, location: addressOf(path, document.hash) }).end();
  const lasting = asked
    ? { 'cache-control': 'public, immutable', expires: new Date(Date.now() + 365 * 86_400_000).toUTCString() }
    : {};
  if (known === etag) return void response.writeHead(304, { ...headers, ...lasting }).end();
  response.writeHead(200, { ...headers, ...lasting, 'content-length': document.text.length }).end(document.text);
}

function addressOf(path: string, hash: string): string {
  return `/openapi/v3/${path}?hash=${hash}`;
}

function index(context: ServerContext) {
  const custom = [...customOf(context)].map(([path, { hash }]) => ({ path, hash }));
  const all = [...documentEntries(), ...custom].sort((left, right) => (left.path < right.path ? -1 : 1));
  return {
    paths: Object.fromEntries(all.map(({ path, hash }) => [path, { serverRelativeURL: addressOf(path, hash) }])),
  };
}

function documentOf(context: ServerContext, path: string): Document | undefined {
  const own = openApiText(path);
  return own ? { hash: own.entry.hash, text: own.text } : customOf(context).get(path);
}

function customOf({ registry }: ServerContext): ReadonlyMap<string, Document> {
  const resources = registry.custom();
  const known = customDocuments.get(resources);
  if (known) return known;
  const made = new Map<string, Document>();
  for (const { group, version } of resources) {
    const path = `apis/${group}/${version}`;
    if (made.has(path)) continue;
    const inside = resources.filter((one) => one.group === group && one.version === version);
    const text = Buffer.from(JSON.stringify(customDocument(inside)));
    made.set(path, { text, hash: createHash('sha512').update(text).digest('hex').toUpperCase() });
  }
  customDocuments.set(resources, made);
  return made;
}

/**
 * kubectl reads this before it applies a `v1 List`. It asks for protobuf and validates by the definitions that it finds:
 * none, which is an empty message, leaves the validation to the server.
 */
function answerV2(accept: string, response: ServerResponse): true {
  if (/proto-openapi\.spec\.v2/.test(accept)) {
    const type = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';
    response.writeHead(200, { 'content-type': type }).end();
  } else {
    const info = { title: 'Kubernetes', version: kubernetesVersion };
    respondJson(response, 200, { swagger: '2.0', info, paths: {}, definitions: {} });
  }
  return true;
}
