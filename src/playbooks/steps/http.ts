import { z } from 'zod';
import { Problem } from '../../base/errors.ts';
import type { AccessNeed, StepContext, StepKind } from '../step-kind.ts';
import { renderKnown, shellWord } from './explain.ts';
import { type HttpAnswer, sendRequest } from './http/answer.ts';
import { askedShape, oneIsAsked, oneIsAskedFault } from './http/asked.ts';
import { findDestination, type HttpDestination } from './http/destination.ts';
import { sendThroughProxy } from './http/through-proxy.ts';

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;
const shape = {
  http: z
    .strictObject({
      ...askedShape,
      method: z.enum(methods).optional().describe('`GET` unless said'),
      body: z.json().optional().describe('A text is sent as it is, anything else as JSON'),
      expect: z.string().optional().describe('CEL over `status`, `headers`, `body`; a status below 400 unless said'),
    })
    .refine(oneIsAsked, oneIsAskedFault)
    .describe('A request and what its answer must be'),
};
type Config = z.infer<z.ZodObject<typeof shape>>;
type Request = Omit<Config['http'], 'expect'>;

const locals = ['status', 'headers', 'body'];
const verbs = { GET: 'get', HEAD: 'get', POST: 'create', PUT: 'update', PATCH: 'patch', DELETE: 'delete' } as const;
const reads = (method: string) => method === 'GET' || method === 'HEAD';

/** Sends a request and judges its answer. */
export const httpStep: StepKind<Config> = {
  name: 'http',
  description: 'Sends a request to a Service, an Ingress or a URL and judges the answer',
  shape,
  effects: 'none',
  effectsOf: ({ http: { method = 'GET', url } }) =>
    reads(method) ? 'none' : url === undefined ? 'cluster' : 'outside',
  needsCluster: ({ http: { url } }) => url === undefined,
  // What stands in an address is told to whoever answers there, and the answer may be meant for this machine only.
  reaches: ({ http: { url } }) => url !== undefined,
  expressions: [{ path: 'http.expect', locals }],
  outputs: { status: 'double', ms: 'double' },
  async plan({ http: { expect = 'status < 400', ...rest } }, context) {
    const wanted = renderKnown(context, rest);
    const { method = 'GET' } = wanted;
    const request = `${method} ${describe(wanted)}`;
    if (reads(method)) return { certainty: 'previewed', summary: `${request}, and ${expect}`, changes: [] };
    return {
      certainty: 'cannot preview',
      summary: request,
      changes: [{ object: request, action: 'run' }],
      why: 'what a request changes is known only to who answers it',
    };
  },
  async access({ http: { method = 'GET', service, ingress, namespace } }): Promise<AccessNeed[]> {
    const looks = (apiVersion: string, kind: string) => ({ verbs: ['get'], apiVersion, kind, namespace });
    if (ingress !== undefined) return [looks('networking.k8s.io/v1', 'Ingress')];
    if (service === undefined) return [];
    // The API server takes a proxied request's method for the verb.
    const proxy = { verbs: [verbs[method]], apiVersion: 'v1', kind: 'Service', subresource: 'proxy', namespace };
    return [looks('v1', 'Service'), proxy];
  },
  async probe({ http: { method = 'GET' } }) {
    if (reads(method)) return { done: false, reason: 'it only asks' };
    return { done: 'unknown', reason: 'it cannot be seen whether the request was answered' };
  },
  async run({ http: { expect = 'status < 400', ...written } }, context) {
    const wanted = context.render(written);
    const { connection, namespace, waiting } = context;
    const destination = await findDestination(wanted, connection, namespace, waiting);
    const startedAt = performance.now();
    const answer = await send(wanted, destination, context);
    const ms = Math.round(performance.now() - startedAt);
    const local = { ...answer };
    const name = `${wanted.method ?? 'GET'} ${describe(wanted)}`;
    if (context.evaluate(expect, local) !== true) throw unexpected(name, expect, answer);
    context.output(`${name}: ${answer.status} in ${ms} ms`);
    return { summary: `answered ${answer.status} in ${ms} ms`, outputs: { status: answer.status, ms }, locals: local };
  },
  async equivalent({ http }, context) {
    const {
      service,
      ingress,
      url,
      host,
      path = '/',
      namespace = context.namespace,
      ...rest
    } = renderKnown(context, http);
    const options = curlOptions(rest);
    if (url)
      return [
        `curl ${options}${host ? `-H ${shellWord(`Host: ${host}`)} ` : ''}${shellWord(url + (http.path ? path : ''))}`,
      ];
    const n = ` -n ${namespace}`;
    if (service) {
      const [name, port] = service.split(':');
      return [
        `kubectl port-forward${n} service/${name} ${port}:${port} &`,
        `curl ${options}${shellWord(`http://127.0.0.1:${port}${path}`)}`,
      ];
    }
    const address = `$(kubectl get ingress ${ingress}${n} -o jsonpath='{.status.loadBalancer.ingress[0].ip}')`;
    const hostOf = host ?? `$(kubectl get ingress ${ingress}${n} -o jsonpath='{.spec.rules[0].host}')`;
    return [`curl ${options}-H "Host: ${hostOf}" "http://${address}${path}"`];
  },
};

function describe({ service, ingress, url, path = '/' }: Request): string {
  if (url) return `${url}${path === '/' ? '' : path}`;
  return `${service ?? `ingress ${ingress}`}${path}`;
}

async function send(wanted: Request, destination: HttpDestination, context: StepContext): Promise<HttpAnswer> {
  const { method = 'GET', body } = wanted;
  const headers = Object.fromEntries(
    Object.entries(wanted.headers ?? {}).map(([name, value]) => [name.toLowerCase(), String(value)]),
  );
  if (destination.through === 'proxy')
    return sendThroughProxy({ method, path: destination.path, headers, body }, context.connection, context.waiting);
  const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
  if (text !== undefined && typeof body !== 'string') headers['content-type'] ??= 'application/json';
  const { url, host } = destination;
  return sendRequest({ url, method, headers, body: text, host }, context.waiting);
}

const shownBody = 600;

function unexpected(name: string, expect: string, { status, headers, body }: HttpAnswer): Problem {
  const text = typeof body === 'string' ? body : JSON.stringify(body, undefined, 2);
  const cut = text.length > shownBody ? `${text.slice(0, shownBody)} …` : text;
  return new Problem(`${name} answered ${status}, and that is not what was expected`, {
    evidence: [
      `expected: ${expect}`,
      `observed: status ${status}, ${headers['content-type'] ?? 'no content type'}`,
      ...cut.split('\n').slice(0, 15),
    ],
  });
}

function curlOptions({ method = 'GET', headers = {}, body }: Pick<Request, 'method' | 'headers' | 'body'>): string {
  const parts = ['-sS', '-i'];
  if (method === 'HEAD') parts.push('-I');
  else if (method !== 'GET') parts.push('-X', method);
  for (const [name, value] of Object.entries(headers)) parts.push('-H', shellWord(`${name}: ${value}`));
  if (body !== undefined && typeof body !== 'string') parts.push('-H', shellWord('content-type: application/json'));
  if (body !== undefined) parts.push('-d', shellWord(typeof body === 'string' ? body : JSON.stringify(body)));
  return `${parts.join(' ')} `;
}
