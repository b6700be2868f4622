import type { KubernetesObject } from './object.ts';
import { asPod, isPodFinished, type Pod } from './pod.ts';
import { canonical, podResources, type ResourceList, resourceList } from './resource-list.ts';

/** ResourceQuotas as far as the rules need to know them (`core/v1`). */
export interface ResourceQuota extends KubernetesObject {
  spec: {
    hard?: Record<string, string>;
    scopes?: string[];
    scopeSelector?: { matchExpressions?: QuotaScope[] };
  };
  status?: { hard?: Record<string, string>; used?: Record<string, string> };
}

interface QuotaScope {
  scopeName: string;
  operator: string;
  values?: string[];
}

/** `pods`, `deployments.apps`: what is counted. */
export interface CountedKind {
  group: string;
  plural: string;
}

/** Core kinds that quotas also count under their bare name. */
const bareNames = new Set(['configmaps', 'secrets', 'replicationcontrollers', 'resourcequotas']);

const podNames = new Set([
  'pods',
  ...['cpu', 'memory', 'ephemeral-storage'].flatMap((name) => [name, `requests.${name}`, `limits.${name}`]),
]);
const serviceNames = new Set(['services', 'services.loadbalancers', 'services.nodeports']);
const claimNames = ['persistentvolumeclaims', 'requests.storage'];
const classPart = '.storageclass.storage.k8s.io/';

/** `count/deployments.apps` */
function countName({ group, plural }: CountedKind): string {
  return group === '' ? `count/${plural}` : `count/${plural}.${group}`;
}

/** Whether a name in a quota is about this kind (each evaluator's `MatchingResources` in `pkg/quota/v1/evaluator/core`). */
export function isAbout(kind: CountedKind, name: string): boolean {
  if (name === countName(kind)) return true;
  if (kind.group !== '') return false;
  if (kind.plural === 'pods') return podNames.has(name) || /^(requests\.)?hugepages-/.test(name) || isExtended(name);
  if (kind.plural === 'services') return serviceNames.has(name);
  if (kind.plural === 'persistentvolumeclaims')
    return claimNames.some((one) => one === name || name.endsWith(`${classPart}${one}`));
  return bareNames.has(kind.plural) && name === kind.plural;
}

/** `requests.example.com/gpu` */
function isExtended(name: string): boolean {
  return name.startsWith('requests.') && name.includes('/') && !name.includes(classPart);
}

/** The kind that a name in a quota is about; undefined for a name that nothing is counted under. */
export function kindOf(name: string): CountedKind | undefined {
  const [, plural, group = ''] = /^count\/([^.]+)(?:\.(.+))?$/.exec(name) ?? [];
  if (plural !== undefined) return { group, plural };
  const core = ['pods', 'services', 'persistentvolumeclaims', ...bareNames].map((one) => ({ group: '', plural: one }));
  return core.find((kind) => isAbout(kind, name));
}

/** How much one object uses (`Usage` of each evaluator). `nowMs` says which pods are past their grace. */
export function usageOf(kind: CountedKind, object: KubernetesObject, nowMs: number): ResourceList {
  const usage: ResourceList = { [countName(kind)]: '1' };
  if (kind.group !== '') return usage;
  if (bareNames.has(kind.plural)) return { ...usage, [kind.plural]: '1' };
  if (kind.plural === 'pods') return isCharged(asPod(object), nowMs) ? { ...usage, ...podUsage(asPod(object)) } : usage;
  if (kind.plural === 'services') return { ...usage, ...serviceUsage(object) };
  if (kind.plural === 'persistentvolumeclaims') return { ...usage, ...claimUsage(object) };
  return usage;
}

/** Finished pods and those that should be gone use nothing but their place. */
function isCharged(pod: Pod, nowMs: number): boolean {
  if (isPodFinished(pod)) return false;
  const { deletionTimestamp, deletionGracePeriodSeconds = 0 } = pod.metadata;
  return !deletionTimestamp || nowMs <= Date.parse(deletionTimestamp) + deletionGracePeriodSeconds * 1000;
}

function podUsage({ spec }: Pod): ResourceList {
  return { pods: '1', ...computeUsage(podResources(spec, 'requests'), podResources(spec, 'limits')) };
}

function computeUsage(requests: ResourceList, limits: ResourceList): ResourceList {
  const usage: ResourceList = {};
  for (const [name, amount] of Object.entries(requests)) {
    if (podNames.has(name) || name.startsWith('hugepages-')) usage[name] = canonical(amount);
    usage[`requests.${name}`] = canonical(amount);
  }
  for (const [name, amount] of Object.entries(limits))
    if (podNames.has(`limits.${name}`)) usage[`limits.${name}`] = canonical(amount);
  return usage;
}

function serviceUsage(service: KubernetesObject): ResourceList {
  const spec = (service.spec ?? {}) as { type?: string; ports?: unknown[]; allocateLoadBalancerNodePorts?: boolean };
  const ports = spec.ports ?? [];
  const withPorts = ports.filter((port) => (port as { nodePort?: number }).nodePort);
  const balancer = spec.type === 'LoadBalancer';
  const counted = balancer && spec.allocateLoadBalancerNodePorts === false ? withPorts : ports;
  return {
    services: '1',
    'services.loadbalancers': balancer ? '1' : '0',
    'services.nodeports': balancer || spec.type === 'NodePort' ? String(counted.length) : '0',
  };
}

function claimUsage(claim: KubernetesObject): ResourceList {
  const spec = (claim.spec ?? {}) as { storageClassName?: string; resources?: { requests?: unknown } };
  const { storage } = resourceList(spec.resources?.requests);
  const usage: ResourceList = {
    persistentvolumeclaims: '1',
    ...(storage === undefined ? {} : { 'requests.storage': canonical(storage) }),
  };
  if (!spec.storageClassName) return usage;
  const byClass = Object.entries(usage).map(([name, amount]) => [
    `${spec.storageClassName}${classPart}${name}`,
    amount,
  ]);
  return { ...usage, ...Object.fromEntries(byClass) };
}

/** Names of cpu and memory that every container has to give once a quota limits them: the name, and who does not give it. */
export function missingAmounts(pod: Pod, limited: readonly string[]): Map<string, string[]> {
  const missing = new Map<string, string[]>();
  if (pod.spec.resources?.requests || pod.spec.resources?.limits) return missing;
  const demanded = limited.filter((name) => /^(requests\.|limits\.)?(cpu|memory)$/.test(name)).sort();
  for (const container of [...pod.spec.containers, ...(pod.spec.initContainers ?? [])]) {
    const { requests, limits } = container.resources ?? {};
    const given = computeUsage(resourceList(requests), resourceList(limits));
    for (const name of demanded)
      if (given[name] === undefined) missing.set(name, [...(missing.get(name) ?? []), container.name].sort());
  }
  return missing;
}

/** Whether an object falls under a quota's scopes; only pods fall under any. */
export function inScope(quota: ResourceQuota, kind: CountedKind, object: KubernetesObject): boolean {
  const plain = (quota.spec.scopes ?? []).map((scopeName) => ({ scopeName, operator: 'Exists' }));
  const scopes: QuotaScope[] = [...plain, ...(quota.spec.scopeSelector?.matchExpressions ?? [])];
  if (scopes.length === 0) return true;
  if (kind.group !== '' || kind.plural !== 'pods') return false;
  return scopes.every((scope) => podInScope(scope, asPod(object)));
}

function podInScope({ scopeName, operator, values = [] }: QuotaScope, pod: Pod): boolean {
  const { activeDeadlineSeconds, priorityClassName = '' } = pod.spec as Pod['spec'] & {
    activeDeadlineSeconds?: number;
    priorityClassName?: string;
  };
  const terminating = activeDeadlineSeconds !== undefined && activeDeadlineSeconds >= 0;
  switch (scopeName) {
    case 'Terminating':
      return terminating;
    case 'NotTerminating':
      return !terminating;
    case 'BestEffort':
      return isBestEffort(pod);
    case 'NotBestEffort':
      return !isBestEffort(pod);
    case 'PriorityClass':
      if (operator === 'Exists') return priorityClassName !== '';
      if (operator === 'DoesNotExist') return priorityClassName === '';
      return values.includes(priorityClassName) === (operator === 'In');
    default:
      return false;
  }
}

function isBestEffort({ spec }: Pod): boolean {
  return [...spec.containers, ...(spec.initContainers ?? [])].every(({ resources }) =>
    [resources?.requests, resources?.limits].every((list) => list?.cpu === undefined && list?.memory === undefined),
  );
}
