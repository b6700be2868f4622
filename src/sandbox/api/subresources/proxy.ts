import { readBody } from '../body.ts';
import { notFound, StatusError } from '../errors.ts';
import type { Answer, ApiRequest } from '../request.ts';
import { leavingSignal } from '../respond.ts';
import { lookUp, type ServerContext } from '../server-context.ts';

/** Headers that belong to one connection, and the token, which is nobody else's business. */
const notForwarded = new Set([
  'connection',
  'keep-alive',
  'transfer-encoding',
  'upgrade',
  'te',
  'trailer',
  'host',
  'content-length',
  'authorization',
]);

/** `services/[https:]NAME[:PORT]/proxy/PATH` and the same for pods. */
export async function proxy(context: ServerContext, request: ApiRequest): Promise<Answer> {
  const { resource, namespace, incoming, response, method, query, rest } = request;
  const { name, port } = targetOf(request.name);
  if (!lookUp(context, resource, namespace, name)) throw notFound(resource, name);
  const { proxyService, proxyPod } = context.delegates;
  const ask = resource.kind === 'Service' ? proxyService : proxyPod;
  if (!ask) throw new StatusError(503, 'ServiceUnavailable', 'this cluster has no nodes that could be reached');
  const search = query.toString();
  const answer = await ask({
    namespace,
    name,
    port,
    method,
    path: `${rest || '/'}${search === '' ? '' : `?${search}`}`,
    headers: forwarded(incoming.headers),
    body: await readBody(incoming),
    signal: leavingSignal(response),
  });
  const body = Buffer.from(answer.body);
  response.writeHead(answer.status, { ...forwarded(answer.headers), 'content-length': body.length });
  response.end(body);
  return 'answered';
}

function targetOf(text: string): { name: string; port: string } {
  const [first = '', second, third] = text.split(':');
  if (third !== undefined) return { name: second ?? '', port: third };
  return { name: first, port: second ?? '' };
}

function forwarded(headers: NodeJS.Dict<string | string[]>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]): [string, string][] => {
      if (value === undefined || notForwarded.has(name.toLowerCase())) return [];
      return [[name, Array.isArray(value) ? value.join(', ') : value]];
    }),
  );
}
