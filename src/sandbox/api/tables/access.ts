import { humanDuration } from '../../../kubernetes/human-duration.ts';
import type { KubernetesObject } from '../../../kubernetes/object.ts';
import { isObject, listAt, numberAt, objectAt, textAt } from '../json.ts';
import { type Cells, count, size, text, textOr } from './cells.ts';

const subjects = (kind: string) => (binding: KubernetesObject) =>
  listAt(binding, 'subjects')
    .filter((one) => textAt(one, 'kind') === kind)
    .map((one) =>
      kind === 'ServiceAccount' ? `${textAt(one, 'namespace')}/${textAt(one, 'name')}` : textAt(one, 'name'),
    )
    .join(', ');

export const roleBindingCells: Cells = {
  Role: (binding) => `${textAt(binding, 'roleRef', 'kind')}/${textAt(binding, 'roleRef', 'name')}`,
  Users: subjects('User'),
  Groups: subjects('Group'),
  ServiceAccounts: subjects('ServiceAccount'),
};

export const signingRequestCells: Cells = {
  SignerName: textOr('<none>', 'spec', 'signerName'),
  Requestor: text('spec', 'username'),
  RequestedDuration: (request) => {
    const seconds = numberAt(request, 'spec', 'expirationSeconds');
    return seconds === undefined ? '<none>' : humanDuration(seconds * 1000);
  },
  Condition: (request) => {
    const types = listAt(request, 'status', 'conditions').map((one) => textAt(one, 'type'));
    const decision = types.includes('Denied') ? 'Denied' : types.includes('Approved') ? 'Approved' : 'Pending';
    const failed = types.includes('Failed') ? ',Failed' : '';
    return `${decision}${failed}${textAt(request, 'status', 'certificate') === '' ? '' : ',Issued'}`;
  },
};

export const webhookCells: Cells = { Webhooks: size('webhooks') };

const paramKind = (policy: KubernetesObject) => {
  const kind = objectAt(policy, 'spec', 'paramKind');
  return textAt(kind, 'kind') === '' ? '<unset>' : `${textAt(kind, 'apiVersion')}/${textAt(kind, 'kind')}`;
};

export const admissionPolicyCells: Cells = {
  Validations: size('spec', 'validations'),
  Mutations: size('spec', 'mutations'),
  ParamKind: paramKind,
};

export const admissionBindingCells: Cells = {
  PolicyName: text('spec', 'policyName'),
  ParamRef: (binding) => {
    const reference = objectAt(binding, 'spec', 'paramRef');
    const name = textAt(reference, 'name');
    return name === '' ? '<unset>' : `${textAt(reference, 'namespace') || '*'}/${name}`;
  },
};

export const flowSchemaCells: Cells = {
  PriorityLevel: text('spec', 'priorityLevelConfiguration', 'name'),
  MatchingPrecedence: count('spec', 'matchingPrecedence'),
  DistinguisherMethod: textOr('<none>', 'spec', 'distinguisherMethod', 'type'),
  MissingPL: (schema) => {
    const found = listAt(schema, 'status', 'conditions').find((one) => textAt(one, 'type') === 'Dangling');
    return isObject(found) ? textAt(found, 'status') : '?';
  },
};

const limited = (...path: string[]) => {
  return (level: KubernetesObject) => numberAt(level, 'spec', 'limited', ...path) ?? '<none>';
};

export const priorityLevelCells: Cells = {
  Type: text('spec', 'type'),
  NominalConcurrencyShares: limited('nominalConcurrencyShares'),
  Queues: limited('limitResponse', 'queuing', 'queues'),
  HandSize: limited('limitResponse', 'queuing', 'handSize'),
  QueueLengthLimit: limited('limitResponse', 'queuing', 'queueLengthLimit'),
};
