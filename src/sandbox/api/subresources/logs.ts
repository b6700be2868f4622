import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { LogRequest } from '../delegates.ts';
import { badRequest, type FieldFault, invalid, notFound, StatusError } from '../errors.ts';
import { textAt } from '../json.ts';
import { type Answer, type ApiRequest, flagOf } from '../request.ts';
import { leavingSignal, respondError } from '../respond.ts';
import { lookUp, type ServerContext } from '../server-context.ts';
import { chosenContainer } from './chosen-container.ts';

/** GET of `pods/NAME/log`: text as the node has it, streamed when it is followed. */
export async function logs(context: ServerContext, request: ApiRequest): Promise<Answer> {
  const { resource, namespace, name, query, response } = request;
  const pod = lookUp(context, resource, namespace, name);
  if (!pod) throw notFound(resource, name);
  refuseBadOptions(name, query);
  const { readLogs } = context.delegates;
  if (!readLogs)
    throw new StatusError(503, 'ServiceUnavailable', 'this cluster has no nodes that could be asked for logs');
  const container = chosenContainer(pod, query.get('container') ?? '');
  // A pod without a node has written nothing yet.
  if (textAt(pod, 'spec', 'nodeName') === '') {
    response.writeHead(204, { 'cache-control': 'no-cache, private' }).end();
    return 'answered';
  }
  const wanted: LogRequest = {
    namespace,
    pod: name,
    container,
    follow: flagOf(query, 'follow'),
    previous: flagOf(query, 'previous'),
    timestamps: flagOf(query, 'timestamps'),
    tailLines: wholeNumber(query, 'tailLines'),
    sinceSeconds: wholeNumber(query, 'sinceSeconds'),
    sinceTime: timeOf(query.get('sinceTime')),
    limitBytes: wholeNumber(query, 'limitBytes'),
    signal: leavingSignal(response),
  };
  await send(response, await readLogs(wanted));
  return 'answered';
}

/** By `ValidatePodLogOptions` in `pkg/apis/core/validation/validation.go`. Throws 422. */
function refuseBadOptions(pod: string, query: URLSearchParams): void {
  const faults: FieldFault[] = [];
  const least = (field: string, minimum: number, message: string) => {
    const value = wholeNumber(query, field);
    if (value !== undefined && value < minimum)
      faults.push({ type: 'FieldValueInvalid', field, message: `${value}: ${message}` });
  };
  least('tailLines', 0, 'must be greater than or equal to 0');
  least('limitBytes', 1, 'must be greater than 0');
  if (query.get('sinceSeconds') && query.get('sinceTime')) {
    const message = 'at most one of `sinceTime` or `sinceSeconds` may be specified';
    faults.push({ type: 'FieldValueForbidden', field: '[]', message });
  } else least('sinceSeconds', 1, 'must be greater than 0');
  if (query.has('stream'))
    faults.push({ type: 'FieldValueForbidden', field: 'stream', message: 'may not be specified' });
  if (faults.length > 0) throw invalid({ group: '', kind: 'PodLogOptions' }, pod, faults);
}

/** As Go reads an int64. Throws 400. */
function wholeNumber(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null || text === '') return undefined;
  if (!/^[-+]?\d+$/.test(text)) throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
  return Number(text);
}

/** Milliseconds since 1970. Throws 400. */
function timeOf(text: string | null): number | undefined {
  if (!text) return undefined;
  const time = Date.parse(text);
  if (Number.isFinite(time)) return time;
  const quoted = JSON.stringify(text);
  throw badRequest(`parsing time ${quoted} as "2006-01-02T15:04:05Z07:00": cannot parse ${quoted} as "2006"`);
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
