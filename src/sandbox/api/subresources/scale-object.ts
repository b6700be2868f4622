import { formatSelector, type LabelSelector } from '../../../kubernetes/labels.ts';
import type { KubernetesObject } from '../../../kubernetes/object.ts';
import { isObject, type Json, listAt, objectAt } from '../json.ts';
import type { Resource } from '../resources.ts';

/** `autoscaling/v1 Scale`, as which parts of other objects are shown. */
export const scaleKind = { group: 'autoscaling', version: 'v1', kind: 'Scale' } as const;

/** Where the numbers of a Scale stand in the object behind it. */
export interface ScalePaths {
  spec: string[];
  status: string[];
  selector: string[];
}

export function scalePathsOf({ custom }: Resource): ScalePaths {
  const split = (path: string) => path.split('.').filter((part) => part !== '');
  if (custom?.scale)
    return {
      spec: split(custom.scale.specReplicasPath),
      status: split(custom.scale.statusReplicasPath),
      selector: split(custom.scale.labelSelectorPath ?? ''),
    };
  return { spec: ['spec', 'replicas'], status: ['status', 'replicas'], selector: ['spec', 'selector'] };
}

/** The Scale of an object. */
export function scaleOf(resource: Resource, object: KubernetesObject): KubernetesObject {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const paths = scalePathsOf(resource);
  const selector = selectorText(resource, valueAt(object, paths.selector));
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp } as KubernetesObject['metadata'],
    spec: numbered(valueAt(object, paths.spec)),
    status: {
      replicas: numberOr0(valueAt(object, paths.status)),
      ...(selector === '' ? {} : { selector }),
    },
  };
}

// A number that is not there is 0, which Go does not write.
function numbered(replicas: unknown): Json {
  return numberOr0(replicas) === 0 ? {} : { replicas: numberOr0(replicas) };
}

function selectorText({ kind }: Resource, selector: unknown): string {
  if (typeof selector === 'string') return selector;
  if (!isObject(selector)) return '';
  // A ReplicationController selects by a plain map; everybody else by a LabelSelector.
  const labels = kind === 'ReplicationController' ? { matchLabels: selector } : selector;
  return formatSelector(withSortedValues(labels));
}

// A selector in Go keeps its values sorted.
function withSortedValues(selector: Json): LabelSelector {
  const expressions = listAt(selector, 'matchExpressions')
    .filter(isObject)
    .map((one) => ({ ...one, values: listAt(one, 'values').map(String).sort() }));
  return { ...selector, ...(expressions.length > 0 ? { matchExpressions: expressions } : {}) } as LabelSelector;
}

/** The object with other replicas; it shares with the given one what is not on their path. */
export function withReplicas(resource: Resource, object: KubernetesObject, replicas: number): KubernetesObject {
  const set = (value: unknown, [first, ...more]: readonly string[]): unknown => {
    if (first === undefined) return replicas;
    const target = isObject(value) ? value : {};
    return { ...target, [first]: set(target[first], more) };
  };
  return set(object, scalePathsOf(resource).spec) as KubernetesObject;
}

function valueAt(object: unknown, path: readonly string[]): unknown {
  if (path.length === 0) return undefined;
  return objectAt(object, ...path.slice(0, -1))[path.at(-1) ?? ''];
}

function numberOr0(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}
