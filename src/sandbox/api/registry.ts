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
  hasVersion(group: string, version: string): boolean;
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
    hasVersion: (group, version) => known.versions.has(`${group}/${version}`),
  };
}

function index(custom: readonly Resource[]) {
  const resources = [...builtInResources, ...custom];
  return {
    resources,
    custom,
    byPath: new Map(resources.map((one) => [`${one.group}/${one.version}/${one.plural}`, one])),
    byStorage: new Map([...resources].reverse().map((one) => [one.storage, one])),
    versions: new Set(resources.map(({ group, version }) => `${group}/${version}`)),
  };
}
