import type { KubernetesObject } from '../../kubernetes/object.ts';
import { isObject, type Json, listAt, numberAt, objectAt, textAt } from './json.ts';
import { apiVersionOf, type Resource } from './resources.ts';

/** An object of the store as a version of its resource shows it. The object itself is not changed. */
export function toVersion(object: KubernetesObject, resource: Resource): KubernetesObject {
  const apiVersion = apiVersionOf(resource);
  if (object.apiVersion === apiVersion) return object;
  const converted = { ...object, apiVersion };
  if (resource.storage === '/events') return renamed(converted, eventFields);
  if (apiVersion === 'autoscaling/v1') return toFirstAutoscaler(converted);
  return converted;
}

/** What a client sent, as it is stored. */
export function fromVersion(object: KubernetesObject, resource: Resource): KubernetesObject {
  if (object.apiVersion === resource.storedAs) return object;
  const converted = { ...object, apiVersion: resource.storedAs };
  if (resource.storage === '/events') return renamed(converted, invert(eventFields));
  if (apiVersionOf(resource) === 'autoscaling/v1') return fromFirstAutoscaler(converted);
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

function toFirstAutoscaler(object: KubernetesObject): KubernetesObject {
  const { metrics: _, behavior: __, ...spec } = objectAt(object, 'spec');
  const { currentMetrics: ___, conditions: ____, ...status } = objectAt(object, 'status');
  const metric = cpuMetric(listAt(object, 'spec', 'metrics'));
  const current = cpuMetric(listAt(object, 'status', 'currentMetrics'));
  const target = numberAt(metric, 'resource', 'target', 'averageUtilization');
  const used = numberAt(current, 'resource', 'current', 'averageUtilization');
  return {
    ...object,
    spec: { ...spec, ...(target === undefined ? {} : { targetCPUUtilizationPercentage: target }) },
    status: { ...status, ...(used === undefined ? {} : { currentCPUUtilizationPercentage: used }) },
  };
}

function fromFirstAutoscaler(object: KubernetesObject): KubernetesObject {
  const { targetCPUUtilizationPercentage: averageUtilization, ...spec } = objectAt(object, 'spec');
  if (averageUtilization === undefined) return object;
  const resource = { name: 'cpu', target: { type: 'Utilization', averageUtilization } };
  return { ...object, spec: { ...spec, metrics: [{ type: 'Resource', resource }] } };
}

function cpuMetric(metrics: readonly unknown[]): Json {
  const found = metrics.filter(isObject).find((metric) => textAt(metric, 'resource', 'name') === 'cpu');
  return found ?? {};
}
