import { asPod, isPodFinished } from '../../kubernetes/pod.ts';
import type { ResourceQuota } from '../../kubernetes/quota.ts';
import { canonical } from '../../kubernetes/resource-list.ts';
import { answered } from '../client.ts';
import type { ObjectChange } from '../informer.ts';
import { type Controller, type ControllerContext, runController } from './controller.ts';
import { pathOf, type ServedKind } from './discovery.ts';
import { sameValue } from './merge-patch.ts';
import { indexBy } from './object-index.ts';
import { keyOf, partsOf } from './owners.ts';
import { createKindFinder, measureQuota } from './quota-measure.ts';
import { objectPath } from './resource-paths.ts';
import type { WorkQueue } from './work-queue.ts';

/** Deletions come in crowds: one count does for all of a moment. */
const settleMs = 20;

/**
 * Measures what quotas limit and keeps their `status` (`pkg/controller/resourcequota`). What comes is charged by the API server
 * at once; here a quota is measured when it is new or changed and when something goes. It is measured by what the server lists
 * after the quota was read, and written only if nobody charged it meanwhile.
 */
export function startQuotaController(context: ControllerContext): Controller {
  const { client } = context;
  const quotas = context.informer('resourcequotas');
  const byNamespace = indexBy(quotas, ({ metadata }) => [metadata.namespace ?? '']);
  const find = createKindFinder(client);
  const followed = new Set<string>();
  const endings: (() => void)[] = [];

  /** From now on what goes of this kind has its namespace's quotas measured. */
  const follow = (kind: ServedKind, queue: WorkQueue) => {
    const path = pathOf(kind);
    if (followed.has(path)) return;
    followed.add(path);
    const informer = context.informerAt(path);
    endings.push(
      informer.on((change) => {
        if (!frees(change, kind)) return;
        for (const quota of byNamespace.get(change.object.metadata.namespace ?? ''))
          queue.addAfter(keyOf(quota), settleMs);
      }),
    );
  };

  const controller = runController(context, {
    name: 'resourcequota',
    inputs: [{ informer: quotas, keys: (quota, change) => (isUnmeasured(change) ? [keyOf(quota)] : []) }],
    async sync(key, queue) {
      const path = objectPath('resourcequotas', partsOf(key));
      const quota = await client.get<ResourceQuota>(path).catch((error: unknown) => {
        if (answered(error, 404)) return undefined;
        throw error;
      });
      if (!quota || quota.metadata.deletionTimestamp) return;
      const hard = Object.fromEntries(
        Object.entries(quota.spec.hard ?? {}).map(([name, amount]) => [name, canonical(amount)]),
      );
      const status = { hard, used: await measureQuota(client, quota, find, (kind) => follow(kind, queue)) };
      if (sameValue(status, quota.status)) return;
      await client.replace(objectPath('resourcequotas', quota.metadata, 'status'), { ...quota, status });
      // Nobody was charged for what came before the first measure was written.
      if (!sameValue(hard, quota.status?.hard)) queue.addAfter(key, settleMs);
    },
  });
  return {
    synced: controller.synced,
    stop() {
      for (const end of endings) end();
      controller.stop();
    },
  };
}

/** New, or with other limits than it was measured for. */
function isUnmeasured({ object, previous, type }: ObjectChange): boolean {
  const [quota, before] = [object as ResourceQuota, previous as ResourceQuota | undefined];
  return type === 'added' || !sameValue(quota.spec, before?.spec) || !quota.status?.hard;
}

/** Only what ends, shrinks or finishes frees anything. */
function frees({ type, object, previous }: ObjectChange, { resource }: ServedKind): boolean {
  if (type === 'deleted') return true;
  if (type === 'added' || !previous) return false;
  if (resource === 'pods') return isPodFinished(asPod(object)) && !isPodFinished(asPod(previous));
  return (resource === 'services' || resource === 'persistentvolumeclaims') && !sameValue(object.spec, previous.spec);
}
