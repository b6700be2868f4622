import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Reviews } from './admission/webhooks/reviews.ts';
import type { User } from './auth/user.ts';
import { badRequest } from './errors.ts';
import type { Resource } from './resources.ts';

/** The address of a resource request, by `apiserver/pkg/endpoints/request/requestinfo.go`. */
export interface ResourceAddress {
  group: string;
  version: string;
  /** Empty for all namespaces and for what belongs to the cluster. */
  namespace: string;
  /** Empty on the group's or version's own path. */
  plural: string;
  name: string;
  subresource: string;
  /** What stands behind the subresource, with its leading slash: the proxy's path. */
  rest: string;
  /** By the old path of watches, `/api/v1/watch/…`. */
  watch: boolean;
}

/** One request for a known resource. */
export interface ApiRequest extends ResourceAddress {
  resource: Resource;
  method: string;
  /** What stands before the first `?`. */
  path: string;
  query: URLSearchParams;
  accept: string;
  contentType: string;
  /** Who writes, when the request does not say so: the first word of the user agent. */
  agent: string;
  /** Who asks. */
  user: User;
  incoming: IncomingMessage;
  response: ServerResponse;
  /** What webhooks have said of it. */
  reviews: Reviews;
}

/** What a handler says: an object to be presented, or that it has answered by itself. */
export type Answer = { status: number; object: unknown } | 'answered';

/** Reads `/api/v1/…` and `/apis/GROUP/VERSION/…`; undefined for any other path. */
export function parseAddress(path: string): ResourceAddress | undefined {
  const parts = path.split('/').filter((part) => part !== '');
  const [root, ...others] = parts.map(decode);
  if (root !== 'api' && root !== 'apis') return undefined;
  const [group, version, ...all] = root === 'api' ? ['', ...others] : others;
  if (group === undefined || version === undefined) return undefined;
  const watch = all[0] === 'watch' && all.length > 1;
  const below = watch ? all.slice(1) : all;
  const [first, second, ...more] = below;
  // A namespace itself, its own subresources, or what is in it.
  const inside = first === 'namespaces' && more.length > 0 && !['status', 'finalize'].includes(more[0] ?? '');
  const [plural = '', name = '', subresource = '', ...rest] = inside ? more : below;
  const behind = rest.length > 0 || path.endsWith('/') ? `/${rawRest(path, parts.length - rest.length)}` : '';
  const namespace = inside ? (second ?? '') : '';
  return { group, version, namespace, plural, name, subresource, rest: behind, watch };
}

// The proxy's path goes on as it was written, not decoded and encoded again.
function rawRest(path: string, skip: number): string {
  return path.replace(/^\/+/, '').split('/').slice(skip).join('/');
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw badRequest(`invalid path segment ${part}`);
  }
}

/** A boolean of the query: there and neither `0` nor `false` (`apimachinery/pkg/runtime/conversion.go`). */
export function flagOf(query: URLSearchParams, name: string): boolean {
  const text = query.get(name);
  return text !== null && text !== '0' && text.toLowerCase() !== 'false';
}

const largest = 2n ** 63n - 1n;

/** A whole number of the query. Throws 400 when it is something else, in the words of Go's `strconv`. */
export function countOf(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  if (!/^[+-]?\d+$/.test(text)) throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
  const value = BigInt(text.replace('+', ''));
  if (value > largest || value < -largest - 1n)
    throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: value out of range`);
  return Number(value);
}
