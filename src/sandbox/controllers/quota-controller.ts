import type { KubernetesObject } from '../../kubernetes/object.ts';
import { type Controller, type ControllerContext, type Input, runController, writeStatus } from './controller.ts';
import { indexBy, type ObjectIndex } from './object-index.ts';
import { keyOf, partsOf } from './owners.ts';
import { countedResources, usageOf } from './quota-usage.ts';
import type { ResourceName } from './resource-paths.ts';

interface Quota extends KubernetesObject {
  spec: { hard?: Record<string, string> };
  status?: { hard?: Record<string, string>; used?: Record<string, string> };
}

/** Keeps `status.used` of quotas right (`pkg/controller/resourcequota`); refusing is the API server's work. */
export function startQuotaController(context: ControllerContext): Controller {
  const { client } = context;
  const quotas = context.informer('resourcequotas');
  const resources = [...new Set(Object.values(countedResources))];
  const indexes = new Map<ResourceName, ObjectIndex>();
  for (const resource of resources)
    indexes.set(
      resource,
      indexBy(context.informer(resource), ({ metadata }) => [metadata.namespace ?? '']),
    );
  const quotasIn = indexBy(quotas, ({ metadata }) => [metadata.namespace ?? '']);

  const inputs: Input[] = resources
    .filter((resource) => resource !== 'resourcequotas')
    .map((resource) => ({
      informer: context.informer(resource),
      keys: ({ metadata }, { type }) =>
        type === 'modified' && resource !== 'pods' && resource !== 'persistentvolumeclaims'
          ? []
          : quotasIn.get(metadata.namespace ?? '').map(keyOf),
    }));
  return runController(context, {
    name: 'resourcequota',
    inputs: [{ informer: quotas, keys: (quota) => [keyOf(quota)] }, ...inputs],
    async sync(key) {
      const { namespace, name } = partsOf(key);
      const quota = quotas.get(namespace, name) as Quota | undefined;
      if (!quota) return;
      const hard = quota.spec.hard ?? {};
      const used: Record<string, string> = {};
      for (const resource of Object.keys(hard)) {
        const usage = usageOf(resource, (kind) => indexes.get(kind)?.get(namespace) ?? []);
        if (usage !== undefined) used[resource] = usage;
      }
      await writeStatus(client, 'resourcequotas', quota, { hard, used });
    },
  });
}
