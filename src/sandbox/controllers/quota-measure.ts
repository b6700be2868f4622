import type { KubernetesObject } from '../../kubernetes/object.ts';
import { type CountedKind, inScope, kindOf, type ResourceQuota, usageOf } from '../../kubernetes/quota.ts';
import { addLists, type ResourceList } from '../../kubernetes/resource-list.ts';
import type { ApiClient } from '../client.ts';
import { discover, pathOf, type ServedKind } from './discovery.ts';

type FindKind = (kind: CountedKind) => Promise<ServedKind | undefined>;

/** How much of what a quota limits is used now, by what the server lists. `onKind` is told of each kind before it is listed. */
export async function measureQuota(
  client: ApiClient,
  quota: ResourceQuota,
  find: FindKind,
  onKind: (kind: ServedKind) => void,
): Promise<ResourceList> {
  const names = Object.keys(quota.spec.hard ?? {}).filter((name) => kindOf(name));
  const kinds = new Map<string, CountedKind>();
  for (const name of names) {
    const kind = kindOf(name);
    if (kind) kinds.set(`${kind.plural}.${kind.group}`, kind);
  }
  const whole: ResourceList = {};
  for (const kind of kinds.values()) {
    const served = await find(kind);
    if (!served) continue;
    onKind(served);
    const path = pathOf(served, quota.metadata.namespace);
    const { items = [] } = await client.get<{ items?: KubernetesObject[] }>(path);
    const counted = items.filter((object) => inScope(quota, kind, object));
    Object.assign(whole, counted.map((object) => usageOf(kind, object, Date.now())).reduce(addLists, {}));
  }
  return Object.fromEntries(names.map((name) => [name, whole[name] ?? '0']));
}

/** Finds where a kind is served; what is not found is looked for anew, since it may have come with a definition. */
export function createKindFinder(client: ApiClient): FindKind {
  let served: ServedKind[] = [];
  const among = ({ group, plural }: CountedKind) =>
    served.find((one) => one.resource === plural && groupOf(one) === group);
  return async (kind) => {
    const known = among(kind);
    if (known) return known;
    served = await discover(client);
    return among(kind);
  };
}

function groupOf({ base }: ServedKind): string {
  return base.startsWith('/apis/') ? (base.split('/')[2] ?? '') : '';
}
