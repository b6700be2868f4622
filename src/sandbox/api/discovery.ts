import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  type DiscoveredGroup,
  type DiscoveredResource,
  type DiscoveredVersion,
  discovered,
} from '../data/discovered.ts';
import { methodNotAllowed, StatusError } from './errors.ts';
import { notAcceptable } from './media-types.ts';
import { respondJson, yamlText } from './respond.ts';
import { servedGroups, storageVersionHash } from './served-groups.ts';
import type { ServerContext } from './server-context.ts';

const aggregatedType = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';

/** Answers a path of discovery: `/api`, `/apis`, `/apis/GROUP`, `/apis/GROUP/VERSION`. False when it is of nothing served. */
export function answerDiscovery(
  context: ServerContext,
  path: string,
  incoming: IncomingMessage,
  response: ServerResponse,
): boolean {
  const [root, ...below] = path.split('/').filter((part) => part !== '');
  if (root !== 'api' && root !== 'apis') return false;
  const groups = root === 'api' ? discovered.core : servedGroups(context);
  const body = root === 'api' ? ofCore(below, incoming) : ofGroups(groups, below);
  if (body === undefined) return false;
  // The lists of groups are the aggregator's, which negotiates in its own words.
  const isRouted = root === 'api' || below.length === 2;
  if (isRouted && incoming.method !== 'GET') throw methodNotAllowed();
  const { aggregated, yaml } = accepts(incoming.headers.accept ?? '', below.length === 0, isRouted);
  if (aggregated) return answerAggregated(groups, yaml, incoming, response);
  respondJson(response, 200, body);
  return true;
}

const served = ['application/json', 'application/yaml'];

/**
 * Which of its forms a client takes, the first that is served here; only the roots have the aggregated one. Throws 406 when there
 * is none.
 */
function accepts(accept: string, isRoot: boolean, isRouted: boolean): { aggregated: boolean; yaml: boolean } {
  const ranges = accept === '' ? ['*/*'] : accept.split(',');
  for (const range of ranges) {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim());
    const found = ['application/*', '*/*'].includes(type) ? 'application/json' : type;
    if (!served.includes(found)) continue;
    const yaml = found === 'application/yaml';
    const as = parameters.filter((parameter) => /^(g|v|as)=/.test(parameter)).sort();
    if (as.length === 0) return { aggregated: false, yaml };
    if (isRoot && as.join() === 'as=APIGroupDiscoveryList,g=apidiscovery.k8s.io,v=v2')
      return { aggregated: true, yaml };
  }
  const knows = ranges.some((range) => /^\s*application\/(json|yaml|vnd\.kubernetes\.protobuf)\s*(;|$)/.test(range));
  if (isRouted && !knows) throw notAcceptable();
  throw new StatusError(
    406,
    'NotAcceptable',
    'only the following media types are accepted: application/json, application/yaml, application/vnd.kubernetes.protobuf',
  );
}

/** `apiserver/pkg/endpoints/discovery/aggregated/etag.go`: the hash of the list is its tag. */
function answerAggregated(
  items: DiscoveredGroup[],
  yaml: boolean,
  incoming: IncomingMessage,
  response: ServerResponse,
): true {
  const list = { kind: 'APIGroupDiscoveryList', apiVersion: 'apidiscovery.k8s.io/v2', metadata: {}, items };
  const text = yaml ? yamlText(list) : JSON.stringify(list);
  const etag = `"${createHash('sha512').update(text).digest('hex').toUpperCase()}"`;
  const headers = { etag, vary: 'Accept', 'cache-control': 'public' };
  if (incoming.headers['if-none-match'] === etag) response.writeHead(304, headers).end();
  else {
    const type = yaml ? aggregatedType.replace('json', 'yaml') : aggregatedType;
    response.writeHead(200, { ...headers, 'content-type': type }).end(text);
  }
  return true;
}

function ofCore([version]: readonly string[], incoming: IncomingMessage): unknown {
  if (version === undefined) {
    const serverAddress = `127.0.0.1:${incoming.socket.localPort ?? ''}`;
    const serverAddressByClientCIDRs = [{ clientCIDR: '0.0.0.0/0', serverAddress }];
    return { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs };
  }
  const found = discovered.core[0]?.versions.find((one) => one.version === version);
  if (!found) throw unknownVersion();
  return { kind: 'APIResourceList', groupVersion: version, resources: listed('', found) };
}

function ofGroups(groups: readonly DiscoveredGroup[], [name, version]: readonly string[]): unknown {
  if (name === undefined) return { kind: 'APIGroupList', apiVersion: 'v1', groups: groups.map(legacyGroup) };
  const group = groups.find(({ metadata }) => metadata.name === name);
  if (!group) return undefined;
  if (version === undefined) return { kind: 'APIGroup', apiVersion: 'v1', ...legacyGroup(group) };
  const found = group.versions.find((one) => one.version === version);
  if (!found) throw unknownVersion();
  const groupVersion = `${name}/${version}`;
  return { kind: 'APIResourceList', apiVersion: 'v1', groupVersion, resources: listed(name, found) };
}

function unknownVersion(): StatusError {
  return new StatusError(404, 'NotFound', 'the server could not find the requested resource', {});
}

function legacyGroup({ metadata: { name = '' }, versions }: DiscoveredGroup) {
  const named = versions.map(({ version }) => ({ groupVersion: `${name}/${version}`, version }));
  return { name, versions: named, preferredVersion: named[0] };
}

function listed(group: string, { version, resources }: DiscoveredVersion): unknown[] {
  return resources.flatMap((one) => [mainEntry(group, version, one), ...subresourceEntries(group, version, one)]);
}

function mainEntry(group: string, version: string, one: DiscoveredResource) {
  const hash = storageVersionHash(group, version, one);
  return {
    name: one.resource,
    singularName: one.singularResource,
    namespaced: one.scope === 'Namespaced',
    kind: one.responseKind.kind,
    verbs: one.verbs,
    ...(one.shortNames ? { shortNames: one.shortNames } : {}),
    ...(one.categories ? { categories: one.categories } : {}),
    ...(hash === undefined ? {} : { storageVersionHash: hash }),
  };
}

/** They carry no short names, or kubectl takes them for the resource; group and version only where these differ. */
function subresourceEntries(group: string, version: string, one: DiscoveredResource) {
  return (one.subresources ?? []).map(({ subresource, responseKind: kind, verbs }) => ({
    name: `${one.resource}/${subresource}`,
    singularName: '',
    namespaced: one.scope === 'Namespaced',
    ...(kind && kind.version !== '' && (kind.group !== group || kind.version !== version)
      ? { group: kind.group, version: kind.version }
      : {}),
    kind: kind?.kind ?? '',
    verbs,
  }));
}
