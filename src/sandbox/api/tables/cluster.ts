import { isTrue } from '../../../kubernetes/condition.ts';
import type { KubernetesObject } from '../../../kubernetes/object.ts';
import { isObject, listAt, numberAt, objectAt, textAt } from '../json.ts';
import { type Cells, count, flag, text } from './cells.ts';
import { ageOf } from './columns.ts';

export const namespaceCells: Cells = { Status: text('status', 'phase') };

const nodeInfo = (node: KubernetesObject, field: string) => textAt(node, 'status', 'nodeInfo', field);
const address = (type: string) => (node: KubernetesObject) => {
  const found = listAt(node, 'status', 'addresses').find((one) => textAt(one, 'type') === type);
  return textAt(found, 'address') || '<none>';
};

export const nodeCells: Cells = {
  Status: (node) => {
    const conditions = listAt(node, 'status', 'conditions').filter((one) => textAt(one, 'type') === 'Ready');
    const known = conditions.length > 0;
    const ready = isTrue(conditions as Parameters<typeof isTrue>[0], 'Ready') ? 'Ready' : 'NotReady';
    const status = known ? ready : 'Unknown';
    return objectAt(node, 'spec').unschedulable === true ? `${status},SchedulingDisabled` : status;
  },
  Roles: (node) => rolesOf(node).join(',') || '<none>',
  Version: text('status', 'nodeInfo', 'kubeletVersion'),
  'Internal-IP': address('InternalIP'),
  'External-IP': address('ExternalIP'),
  'OS-Image': (node) => nodeInfo(node, 'osImage') || '<unknown>',
  'Kernel-Version': (node) => {
    const architecture = nodeInfo(node, 'architecture');
    return `${nodeInfo(node, 'kernelVersion') || '<unknown>'}${architecture === '' ? '' : ` (${architecture})`}`;
  },
  'Container-Runtime': (node) => nodeInfo(node, 'containerRuntimeVersion') || '<unknown>',
};

function rolesOf({ metadata }: KubernetesObject): string[] {
  const prefix = 'node-role.kubernetes.io/';
  const roles = Object.entries(metadata.labels ?? {}).flatMap(([label, value]) => {
    if (label === 'kubernetes.io/role') return [value];
    return label.startsWith(prefix) ? [label.slice(prefix.length)] : [];
  });
  return [...new Set(roles.filter((role) => role !== ''))].sort();
}

const firstSeen = (event: KubernetesObject) => ageOf(event.firstTimestamp ?? event.eventTime);

export const eventCells: Cells = {
  'Last Seen': (event) => {
    if (isObject(event.series)) return ageOf(event.series.lastObservedTime);
    return typeof event.lastTimestamp === 'string' ? ageOf(event.lastTimestamp) : firstSeen(event);
  },
  Type: text('type'),
  Reason: text('reason'),
  Object: (event) => {
    const about = objectAt(event, 'involvedObject');
    const name = textAt(about, 'name');
    return `${textAt(about, 'kind').toLowerCase()}${name === '' ? '' : `/${name}`}`;
  },
  Subobject: text('involvedObject', 'fieldPath'),
  Source: (event) => {
    const component = textAt(event, 'source', 'component') || textAt(event, 'reportingComponent');
    const host = textAt(event, 'source', 'host') || textAt(event, 'reportingInstance');
    return host === '' ? component : `${component}, ${host}`;
  },
  Message: (event) => textAt(event, 'message').trim(),
  'First Seen': firstSeen,
  Count: (event) => numberAt(event, 'series', 'count') ?? (numberAt(event, 'count') || 1),
};

const fields = (map: unknown): number => (isObject(map) ? Object.keys(map).length : 0);

export const configMapCells: Cells = { Data: (object) => fields(object.data) + fields(object.binaryData) };

export const secretCells: Cells = { Type: text('type'), Data: (object) => fields(object.data) };

export const priorityClassCells: Cells = {
  Value: count('value'),
  'Global-Default': flag(false, 'globalDefault'),
  PreemptionPolicy: text('preemptionPolicy'),
};

const healthOf = (component: KubernetesObject) => listAt(component, 'conditions')[0];

/** `printComponentStatus` */
export const componentCells: Cells = {
  Status: (component) => (textAt(healthOf(component), 'status') === 'True' ? 'Healthy' : 'Unhealthy'),
  Message: (component) => textAt(healthOf(component), 'message'),
  Error: (component) => textAt(healthOf(component), 'error'),
};

/** `kube-aggregator/pkg/registry/apiservice/etcd/etcd.go` */
export const apiServiceCells: Cells = {
  Service: (object) => {
    const service = objectAt(object, 'spec', 'service');
    return textAt(service, 'name') === '' ? 'Local' : `${textAt(service, 'namespace')}/${textAt(service, 'name')}`;
  },
  Available: (object) => {
    const found = listAt(object, 'status', 'conditions').find((one) => textAt(one, 'type') === 'Available');
    const status = textAt(found, 'status') || 'Unknown';
    const reason = textAt(found, 'reason');
    return status === 'True' || reason === '' ? status : `${status} (${reason})`;
  },
};

/** Requests and limits apart, each `used/hard`, by name. */
export const quotaCells: Cells = {
  Request: (quota) => quotaText(quota, (name) => !name.startsWith('limits.')),
  Limit: (quota) => quotaText(quota, (name) => name.startsWith('limits.')),
};

function quotaText(quota: KubernetesObject, wanted: (name: string) => boolean): string {
  const used = objectAt(quota, 'status', 'used');
  const hard = Object.entries(objectAt(quota, 'status', 'hard')).filter(([name]) => wanted(name));
  return hard
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([name, most]) => `${name}: ${String(used[name] ?? 0)}/${String(most)}`)
    .join(', ');
}

export const leaseCells: Cells = { Holder: text('spec', 'holderIdentity') };

export const runtimeClassCells: Cells = { Handler: text('handler') };
