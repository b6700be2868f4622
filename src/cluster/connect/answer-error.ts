import type { ConnectionInfo, KubernetesRequest } from '../connection.ts';
import { KubernetesError, type KubernetesStatus, type RawAnswer } from '../kubernetes-error.ts';
import { isFields } from './kubeconfig.ts';
import { canILine, describeTarget, targetOf } from './request-target.ts';

/** An answer that is not 2xx as an error with what to do next. */
export function answerError(
  status: number,
  answer: RawAnswer,
  request: KubernetesRequest,
  info: ConnectionInfo,
  plugin: string | undefined,
): KubernetesError {
  const details = statusOf(status, answer.body);
  const where = `${request.method ?? 'GET'} ${describeTarget(request)} (context ${info.context})`;
  return new KubernetesError(status, details, where, adviceFor(status, details, request, info, plugin), answer);
}

function statusOf(status: number, body: unknown): KubernetesStatus {
  if (isFields(body) && body.kind === 'Status') {
    const known = body as KubernetesStatus;
    if (status === 401) return { ...known, message: 'The cluster does not accept the credentials (401 Unauthorized)' };
    return known;
  }
  const text = typeof body === 'string' ? body.trim().split('\n')[0]?.slice(0, 200) : undefined;
  return { code: status, message: `The API server answered ${status}${text ? `: ${text}` : ''}` };
}

function adviceFor(
  status: number,
  details: KubernetesStatus,
  request: KubernetesRequest,
  info: ConnectionInfo,
  plugin: string | undefined,
): string[] {
  const target = targetOf(request);
  switch (status) {
    case 401:
      if (info.sandbox) return ['The sandbox was started anew; leave and open it again with --sandbox'];
      return [
        plugin
          ? `Log in again: the kubeconfig asks ${plugin} for the token`
          : `Log in again or fetch a new kubeconfig: the token or certificate of context ${info.context} is wrong or has expired`,
        `kubectl --context ${info.context} auth whoami`,
      ];
    case 403:
      if (/exceeded quota/.test(details.message ?? '')) return [`kubectl describe quota -n ${target?.namespace ?? ''}`];
      if (!target) return ['Ask who runs the cluster for the right to read this path'];
      return [
        `Ask who runs the cluster for the right to ${target.verb} ${target.resource}${target.namespace ? ` in namespace ${target.namespace}` : ''}`,
        canILine(target, info),
      ];
    case 404:
      if (details.reason !== 'NotFound')
        return [`The cluster does not know this path: kubectl api-resources shows what it has`];
      if (details.details?.kind === 'namespaces') return [`kubectl create namespace ${details.details.name ?? ''}`];
      return [];
    case 429:
      return ['The API server or something behind it asks for fewer requests; try again in a moment'];
    case 500:
    case 502:
    case 503:
    case 504:
      return ['The fault is on the server’s side; try again, and if it stays: kubectl get --raw /readyz?verbose'];
    default:
      return [];
  }
}
