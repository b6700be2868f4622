import type { Failure } from './failure.ts';

/**
 * Why a controller may not make its pods: the API server's own words, from a workload's ReplicaFailure condition or a
 * FailedCreate event. A quota may be freed and a webhook may still start; what a LimitRange or a policy forbids stays so.
 */
export function refusal(message: string, namespace: string | undefined, reason = 'FailedCreate'): Failure {
  const where = namespace === undefined ? '' : ` -n ${namespace}`;
  const webhook = /failed calling webhook "([^"]+)"(?:: (.*))?/s.exec(message);
  if (webhook)
    return {
      reason: 'WebhookFailed',
      message: `the webhook ${webhook[1]} that must admit its pods does not answer: ${webhook[2] ?? message}`,
      patience: 5,
      next: [
        'kubectl get validatingwebhookconfigurations,mutatingwebhookconfigurations',
        'See whether the webhook’s own pods run; without them nothing that it admits can be made',
      ],
    };
  const denied = /admission webhook "([^"]+)" denied the request(?:: (.*))?/s.exec(message);
  if (denied)
    return { reason, message: `the webhook ${denied[1]} refuses its pods: ${denied[2] || 'it does not say why'}` };
  if (/exceeded quota/.test(message))
    return {
      reason,
      message: `a quota forbids its pods: ${message}`,
      patience: 5,
      next: [`kubectl describe resourcequota${where}`],
    };
  if (/(minimum|maximum) \S+ usage per|limit to request ratio/.test(message))
    return {
      reason,
      message: `a LimitRange forbids its pods: ${message}`,
      next: [`kubectl describe limitrange${where}`],
    };
  if (/failed quota/.test(message))
    return {
      reason,
      message: `a quota wants to know what its pods need: ${message}`,
      next: [
        `kubectl describe resourcequota${where}`,
        'Give every container requests and limits, or make a LimitRange',
      ],
    };
  return { reason, message: `its pods are refused: ${message}`, next: [`kubectl get events${where}`] };
}
