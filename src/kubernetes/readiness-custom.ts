import { type Condition, conditionOf } from './condition.ts';
import { hasFailed, inNamespace, isReady, isWaiting, type Readiness } from './failure.ts';
import type { KubernetesObject } from './object.ts';
import { conditionsOf } from './readiness-cluster.ts';

/** The condition of that type, unless it speaks of an older generation. */
function newest(object: KubernetesObject, type: string): Condition | undefined {
  const condition = conditionOf(conditionsOf(object), type);
  const generation = object.metadata.generation ?? 0;
  return condition && (condition.observedGeneration ?? generation) >= generation ? condition : undefined;
}

const said = (condition: Condition) =>
  condition.message || condition.reason || `${condition.type}: ${condition.status}`;

/**
 * Kinds of operators: observed, and Ready or Available if they have such a condition; `Stalled` and `Failed` speak against, and
 * `Reconciling` says that it is not over (kstatus' conditions). Without a status a kind that its definition gives one is waited
 * for while `statusExpected`; others are taken to be ready, as many kinds never get one.
 */
export function customReadiness(object: KubernetesObject, statusExpected = false): Readiness {
  const status = object.status as { observedGeneration?: number } | undefined;
  if (object.metadata.deletionTimestamp !== undefined)
    return hasFailed('is being deleted', { reason: 'Terminating', message: 'it is being deleted' });
  if (!status || Object.keys(status).length === 0)
    return statusExpected ? isWaiting('waits for its controller to say how it is') : isReady('made');
  if (typeof status.observedGeneration === 'number' && status.observedGeneration < (object.metadata.generation ?? 0))
    return isWaiting('waits for its controller to see the change');
  const stuck = ['Stalled', 'Failed'].map((type) => newest(object, type)).find((one) => one?.status === 'True');
  if (stuck)
    return hasFailed(stuck.type.toLowerCase(), {
      reason: stuck.reason || stuck.type,
      message: said(stuck),
      next: [`kubectl describe ${object.kind.toLowerCase()} ${object.metadata.name}${inNamespace(object.metadata)}`],
    });
  const going = newest(object, 'Reconciling');
  if (going?.status === 'True') return isWaiting(said(going));
  const type = ['Ready', 'Available', 'Succeeded', 'Healthy', 'Programmed', 'Accepted'].find((one) =>
    conditionOf(conditionsOf(object), one),
  );
  if (type === undefined) return isReady('made');
  const decisive = newest(object, type);
  if (!decisive) return isWaiting('waits for its controller to see the change');
  return { ready: decisive.status === 'True', message: said(decisive) };
}

/** cert-manager's Certificate: ready, or being issued; a request that failed is tried again only after an hour. */
export function certificateReadiness(object: KubernetesObject): Readiness {
  const issuing = conditionOf(conditionsOf(object), 'Issuing');
  const found = customReadiness(object, true);
  if (found.ready || found.failed) return found;
  const where = inNamespace(object.metadata);
  if (issuing?.status === 'False' && issuing.reason === 'Failed')
    return hasFailed('not issued', {
      reason: 'IssuingFailed',
      message: `it could not be issued: ${said(issuing)}`,
      next: [
        `kubectl describe certificate ${object.metadata.name}${where}`,
        `kubectl get certificaterequests,orders,challenges${where}`,
      ],
    });
  return issuing?.status === 'True' ? isWaiting(`is being issued: ${said(issuing)}`) : found;
}
