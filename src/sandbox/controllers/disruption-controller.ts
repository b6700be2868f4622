import { messageOf } from '../../base/errors.ts';
import { type Condition, timestamp, withCondition } from '../../kubernetes/condition.ts';
import { type LabelSelector, matchesSelector } from '../../kubernetes/labels.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import { asPod, isPodActive, isPodReady } from '../../kubernetes/pod.ts';
import { type IntOrPercent, scaledValue } from '../../kubernetes/workload.ts';
import { type Controller, type ControllerContext, runController, writeStatus } from './controller.ts';
import { expectedScale } from './disruption-expected.ts';
import { indexBy } from './object-index.ts';
import { keyOf, partsOf } from './owners.ts';

interface Budget extends KubernetesObject {
  spec: { selector?: LabelSelector; minAvailable?: IntOrPercent; maxUnavailable?: IntOrPercent };
  status?: { disruptedPods?: Record<string, string>; conditions?: Condition[] };
}

/** How many pods an eviction may take now (`pkg/controller/disruption`); the eviction itself is the API server's work. */
export function startDisruptionController(context: ControllerContext): Controller {
  const { client } = context;
  const record = context.recorder('controllermanager');
  const budgets = context.informer('poddisruptionbudgets');
  const pods = context.informer('pods');
  const sets = context.informer('replicasets');
  const podsIn = indexBy(pods, ({ metadata }) => [metadata.namespace ?? '']);
  const budgetsIn = indexBy(budgets, ({ metadata }) => [metadata.namespace ?? '']);

  /** How many pods there should be, and how many of them well. */
  const targetOf = async (budget: Budget, covered: readonly KubernetesObject[]) => {
    const { minAvailable = 1, maxUnavailable } = budget.spec;
    if (maxUnavailable === undefined && typeof minAvailable === 'number')
      return { expected: covered.length, desired: minAvailable };
    const { scale, unmanaged } = await expectedScale(context, covered);
    if (unmanaged) record(budget, 'Warning', 'UnmanagedPods', unmanagedText(budget.spec.selector));
    const desired =
      maxUnavailable === undefined
        ? scaledValue(minAvailable, scale, true)
        : Math.max(0, scale - scaledValue(maxUnavailable, scale, true));
    return { expected: scale, desired };
  };

  const measure = async (budget: Budget) => {
    const covered = podsIn
      .get(budget.metadata.namespace ?? '')
      .filter((pod) => matchesSelector(budget.spec.selector, pod.metadata.labels));
    if (covered.length === 0) record(budget, 'Normal', 'NoPods', 'No matching pods found');
    const { expected, desired } = await targetOf(budget, covered);
    const healthy = covered.map(asPod).filter((pod) => isPodActive(pod) && isPodReady(pod)).length;
    const allowed = expected > 0 ? Math.max(0, healthy - desired) : 0;
    const condition = allowed > 0 ? enough : tooFew;
    const observedGeneration = budget.metadata.generation ?? 0;
    return {
      observedGeneration,
      disruptionsAllowed: allowed,
      currentHealthy: healthy,
      desiredHealthy: desired,
      expectedPods: expected,
      conditions: withCondition(budget.status?.conditions, { ...condition, observedGeneration }, timestamp(Date.now())),
    };
  };

  const sync = async (key: string) => {
    const { namespace, name } = partsOf(key);
    const budget = budgets.get(namespace, name) as Budget | undefined;
    if (!budget) return;
    const status = await measure(budget).catch((error: unknown) => {
      const message = messageOf(error);
      const why = `Failed to calculate the number of expected pods: ${message}`;
      record(budget, 'Warning', 'CalculateExpectedPodCountFailed', why);
      const conditions = withCondition(budget.status?.conditions, { ...failed, message }, timestamp(Date.now()));
      return { ...budget.status, disruptionsAllowed: 0, conditions };
    });
    await writeStatus(client, 'poddisruptionbudgets', budget, status);
  };

  return runController(context, {
    name: 'disruption',
    needs: [sets, context.informer('statefulsets'), context.informer('deployments')],
    inputs: [
      { informer: budgets, keys: (budget) => [keyOf(budget)] },
      { informer: pods, keys: (pod) => coveredBy(pod, budgetsIn.get(pod.metadata.namespace ?? '') as Budget[]) },
    ],
    sync,
  });
}

const type = 'DisruptionAllowed';
const enough: Condition = { type, status: 'True', reason: 'SufficientPods', message: '' };
const tooFew: Condition = { type, status: 'False', reason: 'InsufficientPods', message: '' };
const failed: Condition = { type, status: 'False', reason: 'SyncFailed' };

function unmanagedText(selector: LabelSelector | undefined): string {
  const { matchLabels = {}, matchExpressions = [] } = selector ?? {};
  const labels = Object.entries(matchLabels).map(([key, value]) => `${key}: ${value},`);
  const requirements = matchExpressions.map(
    ({ key, operator, values = [] }) => `{${key} ${operator} [${values.join(' ')}]}`,
  );
  const shown = `&LabelSelector{MatchLabels:map[string]string{${labels.join('')}},MatchExpressions:[]LabelSelectorRequirement{${requirements.join(',')}},}`;
  return `Pods selected by this PodDisruptionBudget (selector: ${shown}) were found to be unmanaged. As a result, the status of the PDB cannot be calculated correctly, which may result in undefined behavior. To account for these pods please set ".spec.minAvailable" field of the PDB to an integer value.`;
}

function coveredBy(pod: KubernetesObject, budgets: readonly Budget[]): string[] {
  return budgets.filter(({ spec }) => matchesSelector(spec.selector, pod.metadata.labels)).map(keyOf);
}
