import { meetsAll } from '../../kubernetes/labels.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import { badRequest } from './errors.ts';
import { type FieldTerm, readFieldSelector } from './field-selector.ts';
import { objectAt } from './json.ts';
import { readLabelSelector } from './label-selector.ts';
import type { Resource } from './resources.ts';

export type Selection = (object: KubernetesObject) => boolean;

const ofInvolved = ['kind', 'namespace', 'name', 'uid', 'apiVersion', 'resourceVersion', 'fieldPath'];

/**
 * Which fields each kind can be selected by (`AddFieldLabelConversionFunc` in `pkg/apis/<group>/<version>/conversion.go`),
 * beside name and namespace, and where they stand in the stored object.
 */
const selectableFields: Record<string, Record<string, string>> = {
  Pod: same(
    'spec.nodeName',
    'spec.restartPolicy',
    'spec.schedulerName',
    'spec.serviceAccountName',
    'spec.hostNetwork',
    'status.phase',
    'status.podIP',
    'status.podIPs',
    'status.nominatedNodeName',
  ),
  Event: {
    ...same(...ofInvolved.map((field) => `involvedObject.${field}`), 'reason', 'reportingComponent', 'type'),
    source: 'source.component',
  },
  'events.k8s.io Event': {
    ...Object.fromEntries(ofInvolved.map((field) => [`regarding.${field}`, `involvedObject.${field}`])),
    ...same('reason', 'type'),
    reportingController: 'reportingComponent',
  },
  Node: same('spec.unschedulable'),
  Namespace: same('status.phase'),
  Secret: same('type'),
  Service: same('spec.clusterIP', 'spec.type'),
  ReplicationController: same('status.replicas'),
  'batch Job': same('status.successful'),
};

function same(...fields: string[]): Record<string, string> {
  return Object.fromEntries(fields.map((field) => [field, field]));
}

function fieldsOf({ group, kind, custom }: Resource): Record<string, string> | undefined {
  if (custom && custom.selectableFields.length > 0) return same(...custom.selectableFields);
  return custom ? same(...custom.selectableFields) : selectableFields[group === '' ? kind : `${group} ${kind}`];
}

/** The selection of a list or watch; undefined selects all. Throws 400 for what cannot be selected by. */
export function selectionOf(resource: Resource, query: URLSearchParams): Selection | undefined {
  const labels = labelSelection(query.get('labelSelector') ?? '');
  const fields = fieldSelection(resource, query.get('fieldSelector') ?? '');
  if (labels && fields) return (object) => fields(object) && labels(object);
  return labels ?? fields;
}

function labelSelection(text: string): Selection | undefined {
  const requirements = readLabelSelector(text);
  return requirements.length === 0 ? undefined : (object) => meetsAll(requirements, object.metadata.labels);
}

function fieldSelection(resource: Resource, text: string): Selection | undefined {
  const tests = readFieldSelector(text).map((term) => fieldTest(resource, term));
  return tests.length === 0 ? undefined : (object) => tests.every((test) => test(object));
}

function fieldTest(resource: Resource, { field, equals, value }: FieldTerm): Selection {
  const stored = named.has(field) ? field : fieldsOf(resource)?.[field];
  if (!stored) throw badRequest(unsupported(resource, field));
  const path = stored.split('.');
  const last = path.pop() ?? '';
  return (object) => {
    const found = objectAt(object, ...path)[last];
    const text = found === undefined || found === null ? emptyOf(field) : String(found);
    return (text === value) === equals;
  };
}

const named = new Set(['metadata.name', 'metadata.namespace']);

/** Kinds with fields of their own refuse in their own words, all others in these (`apimachinery/pkg/runtime/conversion.go`). */
function unsupported(resource: Resource, field: string): string {
  if (!fieldsOf(resource))
    return `${JSON.stringify(field)} is not a known field selector: only "metadata.name", "metadata.namespace"`;
  if (resource.kind === 'Job') return `field label ${JSON.stringify(field)} not supported for Job`;
  return `field label not supported: ${field}`;
}

function emptyOf(field: string): string {
  if (field === 'spec.unschedulable' || field === 'spec.hostNetwork') return 'false';
  return field === 'status.successful' || field === 'status.replicas' ? '0' : '';
}
