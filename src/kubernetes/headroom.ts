import { type KubernetesObject, nameOf } from './object.ts';
import { asPod, type Container, type PodSpec } from './pod.ts';
import { milliValue } from './quantity.ts';
import { type CountedKind, inScope, isAbout, missingAmounts, type ResourceQuota, usageOf } from './quota.ts';
import { addLists, podResources, type ResourceList, resourceList, subtractLists } from './resource-list.ts';

/** A LimitRange as far as the rules need to know it (`core/v1`). */
export interface LimitRange extends KubernetesObject {
  spec: { limits?: Limit[] };
}

type Limit = { type: string } & Partial<Record<'max' | 'min' | 'default' | 'defaultRequest', ResourceList>>;

/** What one limit of a namespace leaves for objects that are to come. */
export interface Headroom {
  /** `ResourceQuota/compute`, `LimitRange/sizes`. */
  limit: string;
  /** `requests.cpu`, `max memory`. */
  resource: string;
  needed: string;
  /** What is left of a quota, or what a LimitRange allows. */
  free: string;
  enough: boolean;
  /** What needs it. */
  who: string;
}

/** Objects that are to be applied, and those of them that are there already: what they use is counted as used. */
export interface ObjectsToCome {
  wanted: readonly KubernetesObject[];
  live: readonly KubernetesObject[];
}

const podKind: CountedKind = { group: '', plural: 'pods' };
const claimKind: CountedKind = { group: '', plural: 'persistentvolumeclaims' };

/**
 * Whether a namespace's quotas and limits leave room for these objects, workloads counted by the pods that they will have. Not
 * counted: pods that only a roll-out or an autoscaler adds, and DaemonSets, whose number nobody knows before.
 */
export function headroomFor(
  objects: ObjectsToCome,
  quotas: readonly ResourceQuota[],
  ranges: readonly LimitRange[],
): Headroom[] {
  return [
    ...quotas.flatMap((quota) => ofQuota(quota, objects, ranges)),
    ...ranges.flatMap((range) => ofRange(range, objects.wanted)),
  ];
}

function ofQuota(quota: ResourceQuota, { wanted, live }: ObjectsToCome, ranges: readonly LimitRange[]): Headroom[] {
  const hard = quota.status?.hard ?? quota.spec.hard ?? {};
  const needed = subtractLists(usageIn(quota, wanted, ranges), usageIn(quota, live, ranges));
  const free = subtractLists(hard, quota.status?.used ?? {});
  const limit = nameOf({ ...quota, kind: 'ResourceQuota' });
  const rooms = Object.keys(hard).map((resource): Headroom => {
    const [need, left] = [needed[resource] ?? '0', free[resource] ?? '0'];
    const enough = milliValue(need) <= milliValue(left);
    return { limit, resource, needed: need, free: left, enough, who: 'all of them together' };
  });
  const silent = wanted.flatMap((object) =>
    podsOf(object).flatMap(({ pod }) => {
      if (!inScope(quota, podKind, pod)) return [];
      const missing = missingAmounts(asPod(withDefaults(pod, ranges)), Object.keys(hard));
      return [...missing].map(([resource, containers]): Headroom => {
        const who = `${nameOf(object)}, ${containers.join(', ')}`;
        return { limit, resource, needed: 'not said', free: free[resource] ?? '0', enough: false, who };
      });
    }),
  );
  return [...rooms, ...silent];
}

function usageIn(
  quota: ResourceQuota,
  objects: readonly KubernetesObject[],
  ranges: readonly LimitRange[],
): ResourceList {
  let sum: ResourceList = {};
  const add = (kind: CountedKind, object: KubernetesObject, count = 1) => {
    if (!inScope(quota, kind, object)) return;
    const usage = Object.entries(usageOf(kind, object, 0)).filter(([name]) => isAbout(kind, name));
    for (let index = 0; index < count; index += 1) sum = addLists(sum, Object.fromEntries(usage));
  };
  for (const object of objects) {
    if (object.kind !== 'Pod') add(countedKindOf(object), object);
    for (const { pod, count } of podsOf(object)) add(podKind, withDefaults(pod, ranges), count);
    for (const { claim, count } of claimsOf(object)) add(claimKind, claim, count);
  }
  return sum;
}

interface Template {
  metadata?: object;
  spec?: PodSpec;
}

/** The pods that a workload will have, as one of them and their number. */
function podsOf(object: KubernetesObject): { pod: KubernetesObject; count: number }[] {
  if (object.kind === 'Pod') return [{ pod: object, count: 1 }];
  if (!/^(Deployment|StatefulSet|ReplicaSet|Job)$/.test(object.kind)) return [];
  const spec = (object.spec ?? {}) as { replicas?: number; parallelism?: number; template?: Template };
  const { spec: pod } = spec.template ?? {};
  if (!pod) return [];
  const { name, namespace } = object.metadata;
  const count = (object.kind === 'Job' ? spec.parallelism : spec.replicas) ?? 1;
  return [{ pod: { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace }, spec: pod }, count }];
}

function claimsOf({ kind, spec }: KubernetesObject): { claim: KubernetesObject; count: number }[] {
  if (kind !== 'StatefulSet') return [];
  const { replicas = 1, volumeClaimTemplates = [] } = (spec ?? {}) as {
    replicas?: number;
    volumeClaimTemplates?: KubernetesObject[];
  };
  return volumeClaimTemplates.map((claim) => ({ claim, count: replicas }));
}

function countedKindOf({ apiVersion, kind }: KubernetesObject): CountedKind {
  const group = apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '';
  const name = kind.toLowerCase();
  const plural = name.endsWith('s') ? `${name}es` : name.endsWith('y') ? `${name.slice(0, -1)}ies` : `${name}s`;
  return { group, plural };
}

/** With what LimitRanges fill in where a container says nothing; a request that is left out is its limit. */
function withDefaults(pod: KubernetesObject, ranges: readonly LimitRange[]): KubernetesObject {
  const spec = pod.spec as PodSpec;
  const limits = ranges.flatMap(({ spec: { limits: all = [] } }) => all).filter(({ type }) => type === 'Container');
  const fill = (container: Container): Container => {
    const most = Object.assign({}, ...limits.map((one) => one.default ?? {}), container.resources?.limits);
    const least = { ...most, ...Object.assign({}, ...limits.map((one) => one.defaultRequest ?? {})) };
    const own = container.resources?.limits ?? {};
    return {
      ...container,
      resources: { limits: most, requests: { ...least, ...own, ...container.resources?.requests } },
    };
  };
  const filled = { containers: spec.containers.map(fill), initContainers: spec.initContainers?.map(fill) };
  return { ...pod, spec: { ...spec, ...filled } };
}

function ofRange(range: LimitRange, wanted: readonly KubernetesObject[]): Headroom[] {
  const limit = nameOf({ ...range, kind: 'LimitRange' });
  return (range.spec.limits ?? []).flatMap((one) =>
    wanted.flatMap((object) =>
      askedBy(object, one.type).flatMap(({ who, requests, limits }) =>
        [...tooMuch(one, limits), ...tooLittle(one, requests)].map((fault) => ({
          ...{ limit, enough: false, who: [nameOf(object), who].filter(Boolean).join(', ') },
          ...fault,
        })),
      ),
    ),
  );
}

interface Asked {
  who: string;
  requests: ResourceList;
  limits: ResourceList;
}

/** What a LimitRange of this type judges of an object. */
function askedBy(object: KubernetesObject, type: string): Asked[] {
  if (type === 'PersistentVolumeClaim') {
    const claims = [
      ...(object.kind === 'PersistentVolumeClaim' ? [object] : []),
      ...claimsOf(object).map(({ claim }) => claim),
    ];
    return claims.map(({ spec }) => {
      const requests = resourceList((spec as { resources?: { requests?: unknown } }).resources?.requests);
      return { who: '', requests, limits: requests };
    });
  }
  return podsOf(object).flatMap(({ pod }): Asked[] => {
    const spec = pod.spec as PodSpec;
    if (type === 'Pod')
      return [{ who: 'a pod', requests: podResources(spec, 'requests'), limits: podResources(spec, 'limits') }];
    if (type !== 'Container') return [];
    return [...spec.containers, ...(spec.initContainers ?? [])].map(({ name, resources }) => ({
      ...{ who: name, requests: resourceList(resources?.requests), limits: resourceList(resources?.limits) },
    }));
  });
}

type Fault = Pick<Headroom, 'resource' | 'needed' | 'free'>;

function tooMuch({ max = {} }: Limit, asked: ResourceList): Fault[] {
  return Object.entries(asked).flatMap(([name, needed]) => {
    const free = max[name];
    return free === undefined || milliValue(needed) <= milliValue(free)
      ? []
      : [{ resource: `max ${name}`, needed, free }];
  });
}

function tooLittle({ min = {} }: Limit, asked: ResourceList): Fault[] {
  return Object.entries(asked).flatMap(([name, needed]) => {
    const free = min[name];
    return free === undefined || milliValue(needed) >= milliValue(free)
      ? []
      : [{ resource: `min ${name}`, needed, free }];
  });
}
