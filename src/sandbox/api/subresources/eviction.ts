import { type LabelSelector, matchesSelector } from '../../../kubernetes/labels.ts';
import type { KubernetesObject } from '../../../kubernetes/object.ts';
import { readOptions } from '../body.ts';
import { deleteObject } from '../delete.ts';
import { toDeleteOptions } from '../delete-options.ts';
import { notFound, StatusError } from '../errors.ts';
import { isObject, numberAt, objectAt, textAt } from '../json.ts';
import type { Answer, ApiRequest } from '../request.ts';
import { lookUp, type ServerContext } from '../server-context.ts';
import { isDryRun } from '../write-options.ts';

/** POST of `pods/NAME/eviction`: a delete that asks the disruption budgets first (`pkg/registry/core/pod/storage/eviction.go`). */
export async function evict(context: ServerContext, request: ApiRequest): Promise<Answer> {
  const { resource, namespace, name, query } = request;
  const body = await readOptions(request.incoming, request.contentType);
  const pod = lookUp(context, resource, namespace, name);
  if (!pod) throw notFound(resource, name);
  const given = toDeleteOptions(objectAt(body, 'deleteOptions'));
  const options = { ...given, dryRun: given.dryRun || isDryRun(query) };
  if (!ignoresBudgets(pod)) spendBudget(context, pod, options.dryRun);
  deleteObject(context, resource, pod, options);
  return { status: 201, object: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 } };
}

function ignoresBudgets(pod: KubernetesObject): boolean {
  const phase = textAt(pod, 'status', 'phase');
  return phase !== 'Running' || pod.metadata.deletionTimestamp !== undefined;
}

function spendBudget({ store }: ServerContext, pod: KubernetesObject, dryRun: boolean): void {
  const storage = 'policy/poddisruptionbudgets';
  const budgets = store.list(storage, pod.metadata.namespace).filter((budget) => {
    const selector = objectAt(budget, 'spec').selector;
    return matchesSelector(isObject(selector) ? (selector as LabelSelector) : undefined, pod.metadata.labels);
  });
  if (budgets.length > 1)
    throw new StatusError(
      500,
      'InternalError',
      'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.',
    );
  const [budget] = budgets;
  if (!budget) return;
  const allowed = numberAt(budget, 'status', 'disruptionsAllowed') ?? 0;
  if (allowed <= 0)
    throw new StatusError(429, 'TooManyRequests', "Cannot evict pod as it would violate the pod's disruption budget.", {
      causes: [
        {
          reason: 'DisruptionBudget',
          message: `The disruption budget ${budget.metadata.name} needs ${numberAt(budget, 'status', 'desiredHealthy') ?? 0} healthy pods and has ${numberAt(budget, 'status', 'currentHealthy') ?? 0} currently`,
        },
      ],
    });
  if (dryRun) return;
  const disrupted = { ...objectAt(budget, 'status', 'disruptedPods'), [pod.metadata.name]: new Date().toISOString() };
  const status = { ...objectAt(budget, 'status'), disruptionsAllowed: allowed - 1, disruptedPods: disrupted };
  store.put(storage, { ...budget, status });
}
