import { Problem } from '../../base/errors.ts';
import type { ConnectionInfo, StreamRequest } from '../connection.ts';
import { answerError } from './answer-error.ts';
import { isFields } from './kubeconfig.ts';
import type { RefusedStream } from './message-stream.ts';
import { describeTarget } from './request-target.ts';

/**
 * Why there is no stream. A `KubernetesError` where the API server says so in its own words; a `Problem` for an answer that
 * it does not give by itself, which comes from something in between that breaks the upgrade.
 */
export function refusedStream(
  { refused: { status, headers, text } }: RefusedStream,
  request: StreamRequest,
  info: ConnectionInfo,
  plugin: string | undefined,
): Problem {
  const body = statusIn(text);
  // `query parameter "port" is required`, an unknown subprotocol: plain text of the node.
  const isOwn = body !== undefined || (text.length > 0 && !text.includes('<') && [400, 403, 404].includes(status));
  if (isOwn) return answerError(status, { headers, body: body ?? text }, { path: request.path }, info, plugin);
  const from = headers.server ?? headers.via;
  return new Problem(`The connection could not be upgraded to a WebSocket: the answer was ${status}`, {
    where: `${describeTarget({ path: request.path })} (context ${info.context}, ${info.server})`,
    evidence: [...(from ? [`answered by: ${from}`] : []), ...text.trim().split('\n').slice(0, 3)].filter(Boolean),
    next: [
      'A proxy or load balancer between here and the API server must let WebSocket upgrades pass',
      'Name the API server in NO_PROXY, or use an address of it that does not lead through the proxy',
      'Servers before Kubernetes 1.29 speak no WebSockets for this: kubectl exec, cp and port-forward still work there',
    ],
  });
}

function statusIn(text: string): unknown {
  try {
    const body: unknown = JSON.parse(text);
    return isFields(body) && body.kind === 'Status' ? body : undefined;
  } catch {
    return undefined;
  }
}
