import { type Condition, timestamp, withCondition } from '../../kubernetes/condition.ts';
import { type LabelSelector, matchesSelector } from '../../kubernetes/labels.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import { asPod, isPodActive, isPodReady } from '../../kubernetes/pod.ts';
import { type IntOrPercent, scaledValue } from '../../kubernetes/workload.ts';
import { type Controller, type ControllerContext, runController, writeStatus } from './controller.ts';
import { indexBy } from './object-index.ts';
import { controllerOf, keyOf, partsOf } from './owners.ts';

interface Budget extends KubernetesObject {
  spec: { selector?: LabelSelector; minAvailable?: IntOrPercent; maxUnavailable?: IntOrPercent };
  status?: { disruptedPods?: Record<string, string>; conditions?: Condition[] };
}

/** How many pods an eviction may take now (`pkg/controller/disruption`); the eviction itself is the API server's work. */
export function startDisruptionController(context: ControllerContext): Controller {
  const { client } = context;
  const budgets = context.informer('poddisruptionbudgets');
  const pods = context.informer('pods');
  const sets = context.informer('replicasets');
  const podsIn = indexBy(pods, ({ metadata }) => [metadata.namespace ?? '']);
  const budgetsIn = indexBy(budgets, ({ metadata }) => [metadata.namespace ?? '']);

  /** The owners' wanted replicas: percentages are of these, not of what is there. */
  const expectedOf = (covered: readonly KubernetesObject[]): number => {
    const owners = new Map<string, number>();
    let alone = 0;
    for (const pod of covered) {
      const owner = controllerOf(pod);
      const found =
        owner && context.informer(ownerResources[owner.kind] ?? 'replicasets').get(pod.metadata.namespace, owner.name);
      if (owner && found) owners.set(owner.uid, (found.spec as { replicas?: number } | undefined)?.replicas ?? 1);
      else alone += 1;
    }
    return [...owners.values()].reduce((sum, replicas) => sum + replicas, alone);
  };

  const sync = async (key: string) => {
    const { namespace, name } = partsOf(key);
    const budget = budgets.get(namespace, name) as Budget | undefined;
    if (!budget) return;
    const covered = podsIn.get(namespace).filter((pod) => matchesSelector(budget.spec.selector, pod.metadata.labels));
    const expected = expectedOf(covered);
    const healthy = covered.map(asPod).filter((pod) => isPodActive(pod) && isPodReady(pod)).length;
    const { minAvailable, maxUnavailable } = budget.spec;
    const desired =
      maxUnavailable !== undefined
        ? Math.max(0, expected - scaledValue(maxUnavailable, expected, true))
        : scaledValue(minAvailable ?? 1, expected, true);
    const allowed = expected > 0 ? Math.max(0, healthy - desired) : 0;
    const condition =
      allowed > 0
        ? ({ type: 'DisruptionAllowed', status: 'True', reason: 'SufficientPods', message: '' } as const)
        : ({ type: 'DisruptionAllowed', status: 'False', reason: 'InsufficientPods', message: '' } as const);
    const observedGeneration = budget.metadata.generation ?? 0;
    await writeStatus(client, 'poddisruptionbudgets', budget, {
      observedGeneration,
      disruptionsAllowed: allowed,
      currentHealthy: healthy,
      desiredHealthy: desired,
      expectedPods: expected,
      conditions: withCondition(budget.status?.conditions, { ...condition, observedGeneration }, timestamp(Date.now())),
    });
  };

  return runController(context, {
    name: 'disruption',
    needs: [sets, context.informer('statefulsets')],
    inputs: [
      { informer: budgets, keys: (budget) => [keyOf(budget)] },
      { informer: pods, keys: (pod) => coveredBy(pod, budgetsIn.get(pod.metadata.namespace ?? '') as Budget[]) },
    ],
    sync,
  });
}

const ownerResources: Record<string, 'replicasets' | 'statefulsets'> = {
  ReplicaSet: 'replicasets',
  StatefulSet: 'statefulsets',
};

function coveredBy(pod: KubernetesObject, budgets: readonly Budget[]): string[] {
  return budgets.filter(({ spec }) => matchesSelector(spec.selector, pod.metadata.labels)).map(keyOf);
}
