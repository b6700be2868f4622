import { type Labels, matchesMap } from '../../kubernetes/labels.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import type { Informer } from '../informer.ts';
import { indexBy } from './object-index.ts';
import { keyOf } from './owners.ts';
import type { Service } from './service-endpoints.ts';

/** Which pods a Service selects and which Services select a pod, without looking through all of a namespace. */
export interface PodsOfServices {
  podsOf(service: Service): KubernetesObject[];
  /** The keys of the Services that select a pod. */
  servicesOf(pod: KubernetesObject): string[];
}

const made = new WeakMap<Informer, PodsOfServices>();

/** Both are found by one label: what a selector wants first, a pod that it selects has. One index does for all who ask. */
export function podsOfServices(pods: Informer, services: Informer): PodsOfServices {
  const found = made.get(pods) ?? createIndex(pods, services);
  made.set(pods, found);
  return found;
}

function createIndex(pods: Informer, services: Informer): PodsOfServices {
  const byLabel = indexBy(pods, ({ metadata }) => places(metadata.namespace, metadata.labels));
  const byFirst = indexBy(services, (service) => firstPlace(service as Service));
  return {
    podsOf(service) {
      const candidates = firstPlace(service).flatMap((place) => byLabel.get(place));
      return candidates.filter(({ metadata }) => matchesMap(service.spec.selector, metadata.labels));
    },
    servicesOf({ metadata }) {
      const candidates = places(metadata.namespace, metadata.labels).flatMap((place) => byFirst.get(place));
      return (candidates as Service[]).filter(({ spec }) => matchesMap(spec.selector, metadata.labels)).map(keyOf);
    },
  };
}

function places(namespace = '', labels: Labels = {}): string[] {
  return Object.entries(labels).map(([name, value]) => `${namespace}/${name}=${value}`);
}

function firstPlace({ metadata, spec }: Service): string[] {
  return places(metadata.namespace, spec.selector).slice(0, 1);
}
