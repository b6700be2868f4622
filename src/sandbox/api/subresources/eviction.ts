import { type LabelSelector, matchesSelector } from '../../../kubernetes/labels.ts';
import type { KubernetesObject } from '../../../kubernetes/object.ts';
import { readObject } from '../body.ts';
import { checkPreconditions, deleteObject } from '../delete.ts';
import { toDeleteOptions } from '../delete-options.ts';
import { badRequest, notFound, StatusError, unforeseen } from '../errors.ts';
import { isObject, listAt, numberAt, objectAt, textAt } from '../json.ts';
import type { Answer, ApiRequest } from '../request.ts';
import { checkSentKind } from '../sent-object.ts';
import { lookUp, type ServerContext } from '../server-context.ts';
import { checkOptions, isDryRun } from '../write-options.ts';

/** POST of `pods/NAME/eviction`: a delete that asks the disruption budgets first (`pkg/registry/core/pod/storage/eviction.go`). */
export async function evict(context: ServerContext, request: ApiRequest): Promise<Answer> {
  const { resource, namespace, name, query } = request;
  const body = await readObject(request.incoming, request.contentType);
  checkOptions('CreateOptions', query);
  checkSentKind('Eviction', 'policy', body);
  if (textAt(body, 'metadata', 'name') !== name) throw badRequest('name in URL does not match name in Eviction object');
  const given = toDeleteOptions(objectAt(body, 'deleteOptions'));
  const options = { ...given, dryRun: given.dryRun || isDryRun(query) };
  const pod = lookUp(context, resource, namespace, name);
  if (!pod) throw notFound(resource, name);
  checkPreconditions(resource, pod, options);
  if (!ignoresBudgets(pod)) spendBudget(context, pod, options.dryRun);
  deleteObject(context, resource, pod, options);
  return { status: 201, object: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 } };
}

/** `canIgnorePDB` */
function ignoresBudgets(pod: KubernetesObject): boolean {
  const phase = textAt(pod, 'status', 'phase');
  return ['Succeeded', 'Failed', 'Pending'].includes(phase) || pod.metadata.deletionTimestamp !== undefined;
}

/** One that is not ready and not needed may go (`spec.unhealthyPodEvictionPolicy`). */
function isSpare(pod: KubernetesObject, budget: KubernetesObject): boolean {
  const ready = listAt(pod, 'status', 'conditions').some(
    (one) => textAt(one, 'type') === 'Ready' && textAt(one, 'status') === 'True',
  );
  if (ready) return false;
  const [healthy, desired] = ['currentHealthy', 'desiredHealthy'].map(
    (field) => numberAt(budget, 'status', field) ?? 0,
  );
  const always = textAt(budget, 'spec', 'unhealthyPodEvictionPolicy') === 'AlwaysAllow';
  return always || ((healthy ?? 0) >= (desired ?? 0) && (desired ?? 0) > 0);
}

function spendBudget({ store }: ServerContext, pod: KubernetesObject, dryRun: boolean): void {
  const storage = 'policy/poddisruptionbudgets';
  const budgets = store.list(storage, pod.metadata.namespace).filter((budget) => {
    const selector = objectAt(budget, 'spec').selector;
    return matchesSelector(isObject(selector) ? (selector as LabelSelector) : undefined, pod.metadata.labels);
  });
  if (budgets.length > 1)
    throw unforeseen(
      'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.',
    );
  const [budget] = budgets;
  if (!budget || isSpare(pod, budget)) return;
  const { name, generation = 1 } = budget.metadata;
  if ((numberAt(budget, 'status', 'observedGeneration') ?? 0) < generation)
    throw tooMany(`The disruption budget ${name} is still being processed by the server.`, 10);
  const allowed = numberAt(budget, 'status', 'disruptionsAllowed') ?? 0;
  if (allowed <= 0) throw tooMany(refusalOf(budget));
  if (dryRun) return;
  const disrupted = { ...objectAt(budget, 'status', 'disruptedPods'), [pod.metadata.name]: new Date().toISOString() };
  const status = { ...objectAt(budget, 'status'), disruptionsAllowed: allowed - 1, disruptedPods: disrupted };
  store.put(storage, { ...budget, status });
}

function refusalOf({ metadata, status }: KubernetesObject): string {
  const [healthy, desired] = ['currentHealthy', 'desiredHealthy'].map((field) => numberAt(status, field) ?? 0);
  if ((healthy ?? 0) <= (desired ?? 0))
    return `The disruption budget ${metadata.name} needs ${desired} healthy pods and has ${healthy} currently`;
  return `The disruption budget ${metadata.name} does not allow evicting pods currently`;
}

function tooMany(why: string, retryAfterSeconds = 0): StatusError {
  return new StatusError(429, 'TooManyRequests', "Cannot evict pod as it would violate the pod's disruption budget.", {
    causes: [{ reason: 'DisruptionBudget', message: why }],
    ...(retryAfterSeconds > 0 ? { retryAfterSeconds } : {}),
  });
}
