import { type Condition, conditionOf, isTrue } from './condition.ts';
import { hasFailed, isReady, isWaiting, type Readiness } from './failure.ts';
import type { KubernetesObject } from './object.ts';

export function conditionsOf(object: KubernetesObject): Condition[] | undefined {
  const conditions = (object.status as { conditions?: unknown } | undefined)?.conditions;
  return Array.isArray(conditions) ? (conditions as Condition[]) : undefined;
}

/** Established, and its names are its own. */
export function definitionReadiness(object: KubernetesObject): Readiness {
  const conditions = conditionsOf(object);
  const names = conditionOf(conditions, 'NamesAccepted');
  if (names?.status === 'False')
    return hasFailed('its names are taken', {
      reason: names.reason ?? 'NamesNotAccepted',
      message: names.message ?? 'its names are taken',
      next: ['kubectl get crd shows who has them'],
    });
  const schema = conditionOf(conditions, 'NonStructuralSchema');
  if (schema?.status === 'True')
    return hasFailed('its schema is not structural', {
      reason: schema.reason ?? schema.type,
      message: schema.message ?? 'its schema is not structural',
    });
  const established = isTrue(conditions, 'Established') && names?.status === 'True';
  return established ? isReady('established') : isWaiting('waits to be established');
}

/** What an aggregated API says of itself; `FailedDiscoveryCheck` is what one says that has just started. */
export function apiServiceReadiness(object: KubernetesObject): Readiness {
  const { service } = (object.spec ?? {}) as { service?: { name?: string; namespace?: string } };
  const available = conditionOf(conditionsOf(object), 'Available');
  if (available?.status === 'True') return isReady(service ? 'available' : 'served by the API server itself');
  const message = available?.message || available?.reason || 'waits to be looked at';
  if (available?.status !== 'False') return isWaiting(message);
  return hasFailed(message, {
    reason: available.reason ?? 'NotAvailable',
    message: `its API is not served: ${message}`,
    patience: 10,
    next: [
      `kubectl describe apiservice ${object.metadata.name}`,
      ...(service ? [`kubectl get pods,endpointslices -n ${service.namespace}`] : []),
    ],
  });
}

// The namespace controller's five conditions (pkg/controller/namespace/deletion/status_condition_utils.go), the decisive first.
const namespaceConditions: readonly [type: string, next: string][] = [
  [
    'NamespaceDeletionDiscoveryFailure',
    'kubectl get apiservices shows which API does not answer; a dead one blocks the deletion of every namespace',
  ],
  ['NamespaceDeletionGroupVersionParsingFailure', 'kubectl get apiservices'],
  ['NamespaceDeletionContentFailure', ''],
  [
    'NamespaceFinalizersRemaining',
    'Whoever put the finalizers there takes them off when its work is done; see whether it still runs',
  ],
  ['NamespaceContentRemaining', ''],
];

/** Why a namespace is still there that is being deleted, by its conditions: lines, and what to do next. */
export function heldNamespace(object: KubernetesObject): { evidence: string[]; next: string[] } {
  const held = namespaceConditions.flatMap(([type, next]) => {
    const condition = conditionOf(conditionsOf(object), type);
    return condition?.status === 'True'
      ? [{ line: `${type}: ${condition.message ?? condition.reason ?? ''}`, next }]
      : [];
  });
  return { evidence: held.map(({ line }) => line), next: held.map(({ next }) => next).filter(Boolean) };
}

/** A namespace that is being deleted never becomes active again. */
export function namespaceReadiness(object: KubernetesObject): Readiness {
  const { phase = 'Active' } = (object.status ?? {}) as { phase?: string };
  const going = object.metadata.deletionTimestamp !== undefined || phase === 'Terminating';
  if (!going) return { ready: phase === 'Active', message: phase.toLowerCase() };
  const { evidence, next } = heldNamespace(object);
  const held = evidence.length > 0 ? `, and held: ${evidence.join('; ')}` : '';
  const { name } = object.metadata;
  return hasFailed('terminating', {
    reason: 'Terminating',
    message: `it is being deleted${held}`,
    next: next.length > 0 ? next : [`kubectl wait --for=delete namespace/${name}, and then make it anew`],
  });
}

/** Ready when it reads its target and its metrics; a switched-off one has nothing to read. */
export function autoscalerReadiness(object: KubernetesObject): Readiness {
  const conditions = conditionsOf(object);
  const able = conditionOf(conditions, 'AbleToScale');
  const active = conditionOf(conditions, 'ScalingActive');
  if (able?.status === 'False') {
    const message = able.message ?? able.reason ?? 'cannot scale';
    return hasFailed(message, {
      reason: able.reason ?? 'CannotScale',
      message: `it cannot scale its target: ${message}`,
      patience: 5,
    });
  }
  if (active?.status === 'True') return isReady('active');
  if (active?.reason === 'ScalingDisabled') return isReady('off: the target is scaled to 0');
  return isWaiting(active?.message ?? 'not looked at yet');
}

interface BudgetStatus {
  observedGeneration?: number;
  currentHealthy?: number;
  desiredHealthy?: number;
  disruptionsAllowed?: number;
  conditions?: Condition[];
}

/** Counted by its controller, with as many healthy pods as it asks for. */
export function budgetReadiness(object: KubernetesObject): Readiness {
  const status = object.status as BudgetStatus | undefined;
  if (!status || (status.observedGeneration ?? 0) < (object.metadata.generation ?? 0))
    return isWaiting('waits for its controller to see the change');
  const allowed = conditionOf(status.conditions, 'DisruptionAllowed');
  if (allowed?.reason === 'SyncFailed')
    return hasFailed('cannot be counted', {
      reason: 'SyncFailed',
      message: allowed.message ?? 'its pods cannot be counted',
      patience: 5,
    });
  const { currentHealthy = 0, desiredHealthy = 0, disruptionsAllowed = 0 } = status;
  const message = `${currentHealthy} of ${desiredHealthy} needed pods are healthy, ${disruptionsAllowed} may be disrupted`;
  return { ready: currentHealthy >= desiredHealthy, message };
}
