import { messageOf } from '../../base/errors.ts';
import { meetsAll, parseSelector } from '../../kubernetes/labels.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import { badRequest } from './errors.ts';
import { objectAt } from './json.ts';

export type Selection = (object: KubernetesObject) => boolean;

/** Which fields each kind can be selected by (`pkg/registry/<group>/<kind>/strategy.go`), beside name and namespace. */
const selectableFields: Record<string, readonly string[]> = {
  Pod: [
    'spec.nodeName',
    'spec.restartPolicy',
    'spec.schedulerName',
    'spec.serviceAccountName',
    'status.phase',
    'status.podIP',
    'status.nominatedNodeName',
  ],
  Event: ['involvedObject.*', 'regarding.*', 'reason', 'reportingComponent', 'source', 'type'],
  Node: ['spec.unschedulable'],
  Namespace: ['status.phase'],
  Secret: ['type'],
  Service: ['spec.clusterIP', 'spec.type'],
  Job: ['status.successful'],
  ReplicaSet: ['status.replicas'],
};

/** The selection of a list or watch; undefined selects all. Throws 400 for what cannot be selected by. */
export function selectionOf(kind: string, query: URLSearchParams): Selection | undefined {
  const labels = labelSelection(query.get('labelSelector') ?? '');
  const fields = fieldSelection(kind, query.get('fieldSelector') ?? '');
  if (labels && fields) return (object) => fields(object) && labels(object);
  return labels ?? fields;
}

function labelSelection(text: string): Selection | undefined {
  if (text.trim() === '') return undefined;
  try {
    const requirements = parseSelector(text);
    return (object) => meetsAll(requirements, object.metadata.labels);
  } catch (error) {
    throw badRequest(`unable to parse requirement: ${messageOf(error)}`);
  }
}

function fieldSelection(kind: string, text: string): Selection | undefined {
  const terms = text.split(',').filter((term) => term !== '');
  if (terms.length === 0) return undefined;
  const tests = terms.map((term) => fieldTest(kind, term));
  return (object) => tests.every((test) => test(object));
}

function fieldTest(kind: string, term: string): Selection {
  const match = /^([^=!]+)(==|=|!=)(.*)$/.exec(term.trim());
  if (!match) throw badRequest(`invalid selector: '${term}'; can't understand '${term}'`);
  const [, field = '', operator, value = ''] = match;
  if (!isSelectable(kind, field)) throw badRequest(`field label not supported: ${field}`);
  const path = field.split('.');
  const last = path.pop() ?? '';
  return (object) => {
    const found = objectAt(object, ...path)[last];
    const text = found === undefined || found === null ? emptyOf(field) : String(found);
    return (text === value) === (operator !== '!=');
  };
}

function isSelectable(kind: string, field: string): boolean {
  if (field === 'metadata.name' || field === 'metadata.namespace') return true;
  return (selectableFields[kind] ?? []).some(
    (known) => known === field || (known.endsWith('.*') && field.startsWith(known.slice(0, -1))),
  );
}

function emptyOf(field: string): string {
  if (field === 'spec.unschedulable') return 'false';
  return field === 'status.successful' || field === 'status.replicas' ? '0' : '';
}
