import { isObject, objectAt } from '../json.ts';
import type { Resource } from '../resources.ts';

/** How a list is merged: by keys, as a set, or replaced as a whole. */
export type ListRule = { type: 'map'; keys: readonly string[]; optional?: Record<string, unknown> } | { type: 'set' };

/** The rule for the list at a path of field names (items of lists add nothing to it); undefined: replaced as a whole. */
export type ListRules = (path: readonly string[]) => ListRule | undefined;

const byName: ListRule = { type: 'map', keys: ['name'] };
const byType: ListRule = { type: 'map', keys: ['type'] };
const containerPorts: ListRule = { type: 'map', keys: ['containerPort', 'protocol'], optional: { protocol: 'TCP' } };
const set: ListRule = { type: 'set' };

/**
 * Keyed by the last field name, or by the last two. By the `patchMergeKey` and `listMapKey` marks of `api/core/v1/types.go` and
 * its neighbours.
 */
const commonRules: Record<string, ListRule> = {
  'metadata.finalizers': set,
  ownerReferences: { type: 'map', keys: ['uid'] },
  conditions: byType,
  containers: byName,
  initContainers: byName,
  ephemeralContainers: byName,
  volumes: byName,
  env: byName,
  volumeMounts: { type: 'map', keys: ['mountPath'] },
  volumeDevices: { type: 'map', keys: ['devicePath'] },
  'containers.ports': containerPorts,
  'initContainers.ports': containerPorts,
  'ephemeralContainers.ports': containerPorts,
  imagePullSecrets: byName,
  hostAliases: { type: 'map', keys: ['ip'] },
  topologySpreadConstraints: { type: 'map', keys: ['topologyKey', 'whenUnsatisfiable'] },
  resourceClaims: byName,
  'resources.claims': byName,
  schedulingGates: byName,
  readinessGates: { type: 'map', keys: ['conditionType'] },
  podIPs: { type: 'map', keys: ['ip'] },
  hostIPs: { type: 'map', keys: ['ip'] },
};

const servicePorts: ListRule = { type: 'map', keys: ['port', 'protocol'], optional: { protocol: 'TCP' } };

const kindRules: Record<string, Record<string, ListRule>> = {
  Service: { 'spec.ports': servicePorts },
  ServiceAccount: { secrets: byName },
  Node: { 'status.addresses': byType, taints: { type: 'map', keys: ['key', 'effect'] }, 'spec.podCIDRs': set },
  ResourceQuota: {},
  HorizontalPodAutoscaler: {},
};

/** The rules of a kind: a table for the built-in ones, the schema's `x-kubernetes-list-*` for custom ones. */
export function listRulesOf(resource: Resource): ListRules {
  if (resource.custom) return customRules(resource.custom.schema);
  const own = kindRules[resource.kind] ?? {};
  return (path) => {
    const last = path.at(-1) ?? '';
    const lastTwo = `${path.at(-2) ?? ''}.${last}`;
    return own[lastTwo] ?? own[last] ?? commonRules[lastTwo] ?? commonRules[last];
  };
}

function customRules(schema: Record<string, unknown> | undefined): ListRules {
  return (path) => {
    if (path[0] === 'metadata') return commonRules[path.slice(-2).join('.')] ?? commonRules[path.at(-1) ?? ''];
    const found = schemaAt(schema, path);
    if (found['x-kubernetes-list-type'] === 'set') return set;
    const keys = found['x-kubernetes-list-map-keys'];
    return Array.isArray(keys) && keys.length > 0 ? { type: 'map', keys: keys.map(String) } : undefined;
  };
}

function schemaAt(schema: unknown, path: readonly string[]): Record<string, unknown> {
  let found = isObject(schema) ? schema : {};
  for (const field of path) {
    if (isObject(found.items)) found = found.items;
    const named = objectAt(found, 'properties')[field];
    found = isObject(named) ? named : objectAt(found, 'additionalProperties');
  }
  return found;
}

/** Maps that are one value: whoever sets one of their fields owns all of them (`+structType=atomic`). */
const atomicMaps = new Set([
  'nodeSelector',
  'labelSelector',
  'secretKeyRef',
  'configMapKeyRef',
  'fieldRef',
  'resourceFieldRef',
  'involvedObject',
  'claimRef',
  'matchLabelSelector',
  'podSelector',
  'namespaceSelector',
  'nodeSelectorTerms',
]);

export function isAtomicMap(path: readonly string[]): boolean {
  const last = path.at(-1) ?? '';
  return atomicMaps.has(last) || (last === 'selector' && path.at(-2) === 'spec');
}

/** The key of a list's item, as text; undefined when a key is missing. */
export function itemKey(item: unknown, rule: ListRule): string | undefined {
  if (rule.type === 'set') return JSON.stringify(item);
  if (!isObject(item)) return undefined;
  const parts: Record<string, unknown> = {};
  for (const key of [...rule.keys].sort()) {
    const value = item[key] ?? rule.optional?.[key];
    if (value === undefined) return undefined;
    parts[key] = value;
  }
  return JSON.stringify(parts);
}
