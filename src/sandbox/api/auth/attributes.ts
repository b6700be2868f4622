import { StatusError } from '../errors.ts';
import { nameSelectedBy } from '../field-selector.ts';
import { flagOf, type ResourceAddress } from '../request.ts';
import type { User } from './user.ts';

/** What somebody wants to do (`apiserver/pkg/authorization/authorizer/interfaces.go`): with a resource, or with a path. */
export interface Attributes {
  verb: string;
  /** Undefined for what is no resource. */
  resource?: { group: string; plural: string; subresource: string; namespace: string; name: string };
  /** `/version`; for resources it means nothing. */
  path: string;
}

const verbs: Record<string, string> = { POST: 'create', PUT: 'update', PATCH: 'patch', DELETE: 'delete' };

/** What a request asks for (`apiserver/pkg/endpoints/request/requestinfo.go`). */
export function attributesOf(method: string, url: URL, address: ResourceAddress | undefined): Attributes {
  if (!address || address.plural === '') return { verb: method.toLowerCase(), path: url.pathname };
  const { group, plural, subresource, namespace, name } = address;
  // A namespace counts as lying in itself.
  const within = plural === 'namespaces' && group === '' && namespace === '' ? name : namespace;
  const several = name === '' && (method === 'GET' || method === 'HEAD');
  // A list of the one object with this name asks for this name.
  const chosen = several ? nameSelectedBy(url.searchParams.get('fieldSelector') ?? '') : name;
  return {
    verb: verbOf(method, address, url.searchParams),
    path: url.pathname,
    resource: { group, plural, subresource, namespace: within, name: chosen },
  };
}

function verbOf(method: string, { name, watch }: ResourceAddress, query: URLSearchParams): string {
  if (watch) return 'watch';
  if (method === 'DELETE' && name === '') return 'deletecollection';
  if (method !== 'GET' && method !== 'HEAD') return verbs[method] ?? '';
  if (name !== '') return 'get';
  return flagOf(query, 'watch') ? 'watch' : 'list';
}

/** 403 in the words of `endpoints/handlers/responsewriters/errors.go`. */
export function refusal(user: User, { verb, resource, path }: Attributes, reason = ''): StatusError {
  const head = `User ${JSON.stringify(user.name)} cannot ${verb}`;
  const why = reason === '' ? '' : `: ${reason}`;
  if (!resource) return new StatusError(403, 'Forbidden', `forbidden: ${head} path ${JSON.stringify(path)}${why}`, {});
  const { group, plural, subresource, namespace, name } = resource;
  const whole = subresource === '' ? plural : `${plural}/${subresource}`;
  const where = namespace === '' ? 'at the cluster scope' : `in the namespace ${JSON.stringify(namespace)}`;
  const about = `${plural}${group && `.${group}`}${name && ` ${JSON.stringify(name)}`} is forbidden`;
  const what = `resource ${JSON.stringify(whole)} in API group ${JSON.stringify(group)} ${where}`;
  return new StatusError(403, 'Forbidden', `${about}: ${head} ${what}${why}`, {
    ...(name ? { name } : {}),
    ...(group ? { group } : {}),
    kind: plural,
  });
}
