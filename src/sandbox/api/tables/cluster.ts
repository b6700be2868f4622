import { isTrue } from '../../../kubernetes/condition.ts';
import type { KubernetesObject } from '../../../kubernetes/object.ts';
import { isObject, listAt, numberAt, objectAt, textAt } from '../json.ts';
import { ageColumn, ageOf, column, nameColumn, text, wide } from './columns.ts';

export const namespaceColumns = [nameColumn, text('Status', 'status', 'phase'), ageColumn];

const nodeInfo = (field: string) => (node: KubernetesObject) =>
  textAt(node, 'status', 'nodeInfo', field) || '<unknown>';
const address = (type: string) => (node: KubernetesObject) => {
  const found = listAt(node, 'status', 'addresses').find((one) => textAt(one, 'type') === type);
  return textAt(found, 'address') || '<none>';
};

export const nodeColumns = [
  nameColumn,
  column('Status', (node) => {
    const conditions = objectAt(node, 'status').conditions as Parameters<typeof isTrue>[0];
    const ready = Array.isArray(conditions) ? (isTrue(conditions, 'Ready') ? 'Ready' : 'NotReady') : 'Unknown';
    return objectAt(node, 'spec').unschedulable === true ? `${ready},SchedulingDisabled` : ready;
  }),
  column('Roles', (node) => {
    const prefix = 'node-role.kubernetes.io/';
    const roles = Object.keys(node.metadata.labels ?? {}).filter((label) => label.startsWith(prefix));
    return roles.length > 0 ? roles.map((label) => label.slice(prefix.length)).join(',') : '<none>';
  }),
  ageColumn,
  text('Version', 'status', 'nodeInfo', 'kubeletVersion'),
  wide('Internal-IP', address('InternalIP')),
  wide('External-IP', address('ExternalIP')),
  wide('OS-Image', nodeInfo('osImage')),
  wide('Kernel-Version', nodeInfo('kernelVersion')),
  wide('Container-Runtime', nodeInfo('containerRuntimeVersion')),
];

export const eventColumns = [
  column('Last Seen', (event) => {
    const series = textAt(event, 'series', 'lastObservedTime');
    const last = series || textAt(event, 'lastTimestamp') || textAt(event, 'eventTime');
    return ageOf(last || event.metadata.creationTimestamp);
  }),
  text('Type', 'type'),
  text('Reason', 'reason'),
  column('Object', (event) => {
    const about = objectAt(event, 'involvedObject');
    return `${textAt(about, 'kind').toLowerCase()}/${textAt(about, 'name')}`;
  }),
  wide('Subobject', (event) => textAt(event, 'involvedObject', 'fieldPath')),
  wide('Source', (event) => {
    const component = textAt(event, 'source', 'component') || textAt(event, 'reportingComponent');
    const host = textAt(event, 'source', 'host');
    return host === '' ? component : `${component}, ${host}`;
  }),
  column('Message', (event) => textAt(event, 'message').trim()),
  wide('First Seen', (event) => ageOf(textAt(event, 'firstTimestamp') || event.metadata.creationTimestamp)),
  wide('Count', (event) => numberAt(event, 'series', 'count') ?? numberAt(event, 'count') ?? 1),
  { ...nameColumn, priority: 1 },
];

export const configMapColumns = [
  nameColumn,
  column('Data', (object) => sizeOf(object.data) + sizeOf(object.binaryData), { type: 'integer' }),
  ageColumn,
];

export const secretColumns = [
  nameColumn,
  text('Type', 'type'),
  column('Data', (object) => sizeOf(object.data), { type: 'integer' }),
  ageColumn,
];

function sizeOf(map: unknown): number {
  return isObject(map) ? Object.keys(map).length : 0;
}

export const priorityClassColumns = [
  nameColumn,
  column('Value', (object) => numberAt(object, 'value') ?? 0, { type: 'integer' }),
  column('Global-Default', (object) => object.globalDefault === true, { type: 'boolean' }),
  ageColumn,
];

export const apiServiceColumns = [
  nameColumn,
  column('Service', (object) => {
    const service = objectAt(object, 'spec', 'service');
    return textAt(service, 'name') === '' ? 'Local' : `${textAt(service, 'namespace')}/${textAt(service, 'name')}`;
  }),
  column('Available', (object) => {
    const found = listAt(object, 'status', 'conditions').find((one) => textAt(one, 'type') === 'Available');
    return textAt(found, 'status') || 'Unknown';
  }),
  ageColumn,
];

export const definitionColumns = [nameColumn, column('Created At', ({ metadata }) => metadata.creationTimestamp ?? '')];
