import type { KubernetesObject } from '../../kubernetes/object.ts';
import { asPod, isPodFinished, podRequest } from '../../kubernetes/pod.ts';
import { binaryQuantity, decimalQuantity, milliValue, parseBytes } from '../../kubernetes/quantity.ts';
import type { ResourceName } from './resource-paths.ts';

/** What quotas count one by one: resource name in the quota → API resource. */
export const countedResources: Record<string, ResourceName> = {
  pods: 'pods',
  services: 'services',
  configmaps: 'configmaps',
  persistentvolumeclaims: 'persistentvolumeclaims',
  resourcequotas: 'resourcequotas',
  'count/pods': 'pods',
  'count/services': 'services',
  'count/configmaps': 'configmaps',
  'count/persistentvolumeclaims': 'persistentvolumeclaims',
  'count/deployments.apps': 'deployments',
  'count/replicasets.apps': 'replicasets',
  'count/statefulsets.apps': 'statefulsets',
  'count/jobs.batch': 'jobs',
  'count/cronjobs.batch': 'cronjobs',
};

/**
 * How much of what a quota limits is used (`pkg/quota/v1/evaluator/core`). Finished pods count only as objects. Undefined for
 * what is not counted here.
 */
export function usageOf(
  name: string,
  list: (resource: ResourceName) => readonly KubernetesObject[],
): string | undefined {
  const counted = countedResources[name];
  if (counted) {
    const objects = list(counted);
    return String(name === 'pods' ? objects.filter((pod) => !isPodFinished(asPod(pod))).length : objects.length);
  }
  if (name === 'requests.storage') {
    const claims = list('persistentvolumeclaims') as readonly {
      spec?: { resources?: { requests?: { storage?: string } } };
    }[];
    return binaryQuantity(
      claims.reduce((sum, { spec }) => sum + parseBytes(spec?.resources?.requests?.storage ?? 0), 0),
    );
  }
  const [, kind = 'requests', resource = ''] = /^(?:(requests|limits)\.)?(.+)$/.exec(name) ?? [];
  if (!['cpu', 'memory', 'ephemeral-storage'].includes(resource)) return undefined;
  const pods = list('pods')
    .map(asPod)
    .filter((pod) => !isPodFinished(pod));
  const milli = pods.reduce(
    (sum, pod) => sum + (kind === 'limits' ? limitOf(pod, resource) : podRequest(pod, resource)),
    0,
  );
  return resource === 'cpu' ? decimalQuantity(milli / 1000) : binaryQuantity(milli / 1000);
}

function limitOf(pod: ReturnType<typeof asPod>, resource: string): number {
  return pod.spec.containers.reduce((sum, { resources }) => sum + milliValue(resources?.limits?.[resource] ?? 0), 0);
}
