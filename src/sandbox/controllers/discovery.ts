import type { ApiClient } from '../client.ts';

/** One kind that the server serves. */
export interface ServedKind {
  /** `apps/v1` */
  apiVersion: string;
  kind: string;
  resource: string;
  namespaced: boolean;
  verbs: readonly string[];
  /** `/apis/apps/v1` */
  base: string;
}

interface ResourceList {
  groupVersion: string;
  resources?: { name: string; kind: string; namespaced: boolean; verbs?: string[] }[];
}

interface GroupList {
  groups?: { preferredVersion?: { groupVersion: string }; versions?: { groupVersion: string }[] }[];
}

/** Everything that the server serves, in each group's preferred version, without subresources. Groups that do not answer are left out. */
export async function discover(client: ApiClient): Promise<ServedKind[]> {
  const { groups = [] } = await client.get<GroupList>('/apis');
  const versions = groups.map(
    ({ preferredVersion, versions: [first] = [] }) => (preferredVersion ?? first)?.groupVersion,
  );
  const bases = [
    '/api/v1',
    ...versions.filter((version) => version !== undefined).map((version) => `/apis/${version}`),
  ];
  const lists = await Promise.allSettled(bases.map((base) => client.get<ResourceList>(base)));
  return lists.flatMap((list, index) => {
    const base = bases[index] ?? '';
    if (list.status === 'rejected') return [];
    const { groupVersion, resources = [] } = list.value;
    return resources
      .filter(({ name }) => !name.includes('/'))
      .map(({ name, kind, namespaced, verbs = [] }) => ({
        apiVersion: groupVersion,
        kind,
        resource: name,
        namespaced,
        verbs,
        base,
      }));
  });
}

export function pathOf(kind: ServedKind, namespace?: string, name?: string): string {
  const within = kind.namespaced && namespace ? `/namespaces/${namespace}` : '';
  return `${kind.base}${within}/${kind.resource}${name ? `/${name}` : ''}`;
}
