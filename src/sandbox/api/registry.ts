import { definitionStorage, resourcesOf } from './custom-resources.ts';
import { builtInResources, type Resource } from './resources.ts';
import type { Store } from './store.ts';

/** Which resources are served: the built-in ones and those of the installed CustomResourceDefinitions. */
export interface Registry {
  all(): readonly Resource[];
  /** Only those of CustomResourceDefinitions; another list whenever one of these changes. */
  custom(): readonly Resource[];
  find(group: string, version: string, plural: string): Resource | undefined;
  /** Any version of what lies in this place. */
  byStorage(storage: string): Resource | undefined;
  /** Whether anything of Kubernetes' own is in this group. */
  hasGroup(group: string): boolean;
}

export function createRegistry(store: Store): Registry {
  let known = index([]);
  const refresh = () => {
    known = index(store.list(definitionStorage).flatMap(resourcesOf));
  };
  store.history.subscribe(definitionStorage, refresh);
  return {
    all: () => known.resources,
    custom: () => known.custom,
    find: (group, version, plural) => known.byPath.get(`${group}/${version}/${plural}`),
    byStorage: (storage) => known.byStorage.get(storage),
    hasGroup: (group) => builtInGroups.has(group),
  };
}

const builtInGroups = new Set(builtInResources.map(({ group }) => group));

function index(custom: readonly Resource[]) {
  const resources = [...builtInResources, ...custom];
  return {
    resources,
    custom,
    byPath: new Map(resources.map((one) => [`${one.group}/${one.version}/${one.plural}`, one])),
    byStorage: new Map([...resources].reverse().map((one) => [one.storage, one])),
  };
}
