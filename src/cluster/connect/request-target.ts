import type { KubernetesRequest } from '../connection.ts';

/** What a request asks of the API, in the words of its authorization. */
export interface RequestTarget {
  verb: string;
  group: string;
  version: string;
  resource: string;
  subresource: string;
  namespace: string;
  name: string;
}

/**
 * Reads an API path as the server's `k8s.io/apiserver/pkg/endpoints/request/requestinfo.go` does. Undefined for paths
 * that are no resource, such as `/version`.
 */
export function targetOf(request: Pick<KubernetesRequest, 'method' | 'path' | 'query'>): RequestTarget | undefined {
  const parts = request.path
    .split('/')
    .filter((part) => part !== '')
    .map(decode);
  const [root] = parts;
  if (root !== 'api' && root !== 'apis') return undefined;
  const group = root === 'apis' ? (parts[1] ?? '') : '';
  let rest = parts.slice(root === 'apis' ? 3 : 2);
  const version = parts[root === 'apis' ? 2 : 1] ?? '';
  let namespace = '';
  if (rest[0] === 'namespaces' && rest.length > 2 && !['status', 'finalize'].includes(rest[2] ?? '')) {
    namespace = rest[1] ?? '';
    rest = rest.slice(2);
  }
  const [resource = '', name = '', subresource = ''] = rest;
  if (resource === '') return undefined;
  return { verb: verbOf(request, name), group, version, resource, subresource, namespace, name };
}

function verbOf(request: Pick<KubernetesRequest, 'method' | 'query'>, name: string): string {
  const method = request.method ?? 'GET';
  if (method === 'GET') {
    if (request.query?.watch) return 'watch';
    return name === '' ? 'list' : 'get';
  }
  if (method === 'DELETE') return name === '' ? 'deletecollection' : 'delete';
  return { POST: 'create', PUT: 'update', PATCH: 'patch' }[method];
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** `pods/web-1 in namespace tars`, for messages. */
export function describeTarget(request: Pick<KubernetesRequest, 'method' | 'path' | 'query'>): string {
  const target = targetOf(request);
  if (!target) return request.path;
  const { resource, name, subresource, namespace } = target;
  const what = [resource, name, subresource].filter((part) => part !== '').join('/');
  return namespace === '' ? what : `${what} in namespace ${namespace}`;
}

/** The line that shows whether one may do this. */
export function canILine(target: RequestTarget, info?: { context: string; kubeconfig?: string | undefined }): string {
  const resource = target.group === '' ? target.resource : `${target.resource}.${target.group}`;
  const of = target.name === '' ? resource : `${resource}/${target.name}`;
  const sub = target.subresource === '' ? '' : ` --subresource=${target.subresource}`;
  const file = info?.kubeconfig === undefined ? '' : ` --kubeconfig ${word(info.kubeconfig)}`;
  const where = info ? `${file} --context ${word(info.context)}` : '';
  return `kubectl${where} auth can-i ${target.verb} ${of}${sub}${target.namespace === '' ? '' : ` -n ${target.namespace}`}`;
}

function word(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
