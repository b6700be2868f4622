import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { LogRequest } from '../delegates.ts';
import { notFound, StatusError } from '../errors.ts';
import { textAt } from '../json.ts';
import { type Answer, type ApiRequest, countOf, flagOf } from '../request.ts';
import { leavingSignal, respondError } from '../respond.ts';
import { lookUp, type ServerContext } from '../server-context.ts';
import { chosenContainer } from './chosen-container.ts';

/** GET of `pods/NAME/log`: text as the node has it, streamed when it is followed. */
export async function logs(context: ServerContext, request: ApiRequest): Promise<Answer> {
  const { resource, namespace, name, query, response } = request;
  const pod = lookUp(context, resource, namespace, name);
  if (!pod) throw notFound(resource, name);
  const { readLogs } = context.delegates;
  if (!readLogs)
    throw new StatusError(503, 'ServiceUnavailable', 'this cluster has no nodes that could be asked for logs');
  const container = chosenContainer(pod, query.get('container') ?? '');
  // A pod without a node has written nothing yet.
  if (textAt(pod, 'spec', 'nodeName') === '') {
    response.writeHead(200, { 'content-type': 'text/plain' }).end();
    return 'answered';
  }
  const time = query.get('sinceTime');
  const wanted: LogRequest = {
    namespace,
    pod: name,
    container,
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
