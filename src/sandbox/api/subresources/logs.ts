import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { KubernetesObject } from '../../../kubernetes/object.ts';
import type { LogRequest } from '../delegates.ts';
import { badRequest, notFound, StatusError } from '../errors.ts';
import { isObject, listAt, textAt } from '../json.ts';
import { type Answer, type ApiRequest, countOf, flagOf } from '../request.ts';
import { leavingSignal, respondError } from '../respond.ts';
import { lookUp, type ServerContext } from '../server-context.ts';

/** GET of `pods/NAME/log`: text as the node has it, streamed when it is followed. */
export async function logs(context: ServerContext, request: ApiRequest): Promise<Answer> {
  const { resource, namespace, name, query, response } = request;
  const pod = lookUp(context, resource, namespace, name);
  if (!pod) throw notFound(resource, name);
  const { readLogs } = context.delegates;
  if (!readLogs)
    throw new StatusError(503, 'ServiceUnavailable', 'this cluster has no nodes that could be asked for logs');
  if (textAt(pod, 'spec', 'nodeName') === '') throw badRequest(`pod ${name} does not have a host assigned`);
  const time = query.get('sinceTime');
  const wanted: LogRequest = {
    namespace,
    pod: name,
    container: containerOf(pod, query.get('container') ?? ''),
    follow: flagOf(query, 'follow'),
    previous: flagOf(query, 'previous'),
    timestamps: flagOf(query, 'timestamps'),
    tailLines: countOf(query, 'tailLines'),
    sinceSeconds: countOf(query, 'sinceSeconds'),
    sinceTime: time ? Date.parse(time) : undefined,
    limitBytes: countOf(query, 'limitBytes'),
    signal: leavingSignal(response),
  };
  await send(response, await readLogs(wanted));
  return 'answered';
}

/** The headers wait for the first text, so that a refusal can still be a Status; a quiet log opens after a moment. */
async function send(response: ServerResponse, stream: AsyncIterable<string>): Promise<void> {
  const open = () => {
    if (response.headersSent) return;
    response.writeHead(200, { 'content-type': 'text/plain' });
    response.flushHeaders();
  };
  const timer = setTimeout(open, 100);
  try {
    for await (const text of stream) {
      open();
      if (response.destroyed) return;
      if (!response.write(text)) await Promise.race([once(response, 'drain'), once(response, 'close')]);
    }
    open();
    response.end();
  } catch (error) {
    if (response.headersSent) response.end();
    else respondError(response, error);
  } finally {
    clearTimeout(timer);
  }
}

function containerOf(pod: KubernetesObject, wanted: string): string {
  const fields = ['containers', 'initContainers', 'ephemeralContainers'];
  const names = fields.map((field) =>
    listAt(pod, 'spec', field)
      .filter(isObject)
      .map((one) => textAt(one, 'name')),
  );
  const [main = [], initial = []] = names;
  const about = `pod ${pod.metadata.name}`;
  if (wanted !== '') {
    if (names.flat().includes(wanted)) return wanted;
    throw badRequest(`container ${wanted} is not valid for ${about}`);
  }
  const [first = ''] = main;
  if (main.length === 1) return first;
  const chosen = pod.metadata.annotations?.['kubectl.kubernetes.io/default-container'];
  if (chosen && main.includes(chosen)) return chosen;
  const others = initial.length > 0 ? ` or one of the init containers: [${initial.join(' ')}]` : '';
  throw badRequest(`a container name must be specified for ${about}, choose one of: [${main.join(' ')}]${others}`);
}
