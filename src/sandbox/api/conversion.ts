import { fromFirstVersion, toFirstVersion } from '../../kubernetes/autoscaler-first-version.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import { presentCustom, storedCustom } from './custom/versions.ts';
import { apiVersionOf, type Resource } from './resources.ts';

/** An object of the store as a version of its resource shows it. The object itself is not changed. */
export function toVersion(object: KubernetesObject, resource: Resource): KubernetesObject {
  if (resource.custom) return presentCustom(object, resource);
  const apiVersion = apiVersionOf(resource);
  if (object.apiVersion === apiVersion) return object;
  const converted = { ...object, apiVersion };
  if (resource.storage === '/events') return renamed(converted, eventFields);
  if (apiVersion === 'autoscaling/v1') return toFirstVersion(converted);
  return converted;
}

/** What a client sent, as it is stored. */
export function fromVersion(object: KubernetesObject, resource: Resource): KubernetesObject {
  if (resource.custom) return storedCustom(object, resource);
  if (object.apiVersion === resource.storedAs) return object;
  const converted = { ...object, apiVersion: resource.storedAs };
  if (resource.storage === '/events') return renamed(converted, invert(eventFields));
  if (apiVersionOf(resource) === 'autoscaling/v1') return fromFirstVersion(converted);
  return converted;
}

/** `core/v1` Event → `events.k8s.io/v1` Event (`pkg/apis/events/v1/conversion.go`). */
const eventFields: Record<string, string> = {
  involvedObject: 'regarding',
  message: 'note',
  source: 'deprecatedSource',
  firstTimestamp: 'deprecatedFirstTimestamp',
  lastTimestamp: 'deprecatedLastTimestamp',
  count: 'deprecatedCount',
  reportingComponent: 'reportingController',
};

function invert(names: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(names).map(([from, to]) => [to, from]));
}

function renamed(object: KubernetesObject, names: Record<string, string>): KubernetesObject {
  return Object.fromEntries(
    Object.entries(object).map(([field, value]) => [names[field] ?? field, value]),
  ) as KubernetesObject;
}
