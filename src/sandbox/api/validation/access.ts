import type { KubernetesObject } from '../../../kubernetes/object.ts';
import type { FieldFault } from '../errors.ts';
import { equal, isObject, type Json, listAt, objectAt, textAt } from '../json.ts';
import { faultsOf, named, needed } from './checks.ts';
import { goStruct, required, supported, unknownValue } from './faults.ts';
import { segmentFaults, subdomainFaults } from './names.ts';
import { labelSelector } from './selectors.ts';

const group = 'rbac.authorization.k8s.io';

/** Roles and ClusterRoles (`pkg/apis/rbac/validation/validation.go`). */
export function roleFaults(role: KubernetesObject): FieldFault[] {
  const faults = listAt(role, 'rules')
    .filter(isObject)
    .flatMap((rule, at) => ruleFaults(rule, `rules[${at}]`, role.kind === 'Role'));
  const gathers = isObject(role.aggregationRule);
  faults.push(...gatheringFaults(role));
  if (gathers && listAt(role, 'aggregationRule', 'clusterRoleSelectors').length === 0)
    faults.push(
      required(
        'aggregationRule.clusterRoleSelectors',
        'at least one clusterRoleSelector required if aggregationRule is non-nil',
      ),
    );
  return faults;
}

function gatheringFaults(role: KubernetesObject): FieldFault[] {
  return listAt(role, 'aggregationRule', 'clusterRoleSelectors').flatMap((selector, at) => {
    const path = `aggregationRule.clusterRoleSelectors[${at}]`;
    const faults = faultsOf(labelSelector, selector, path);
    return faults.length === 0 ? [] : [...faults, unknownValue(path, null, 'invalid label selector.')];
  });
}

function ruleFaults(rule: Json, path: string, namespaced: boolean): FieldFault[] {
  const faults: FieldFault[] = [];
  const empty = (field: string) => listAt(rule, field).length === 0;
  if (empty('verbs')) faults.push(required(`${path}.verbs`, 'verbs must contain at least one value'));
  if (!empty('nonResourceURLs')) {
    const refuse = (why: string) => faults.push(unknownValue(`${path}.nonResourceURLs`, rule.nonResourceURLs, why));
    if (namespaced) refuse('namespaced rules cannot apply to non-resource URLs');
    if (['apiGroups', 'resources', 'resourceNames'].some((field) => !empty(field)))
      refuse('rules cannot apply to both regular resources and non-resource URLs');
    return faults;
  }
  if (empty('apiGroups'))
    faults.push(required(`${path}.apiGroups`, 'resource rules must supply at least one api group'));
  if (empty('resources'))
    faults.push(required(`${path}.resources`, 'resource rules must supply at least one resource'));
  return faults;
}

/** RoleBindings and ClusterRoleBindings; what a binding binds never changes. */
export function bindingFaults(binding: KubernetesObject, current?: KubernetesObject): FieldFault[] {
  const roleRef = objectAt(binding, 'roleRef');
  const kinds = binding.kind === 'RoleBinding' ? ['Role', 'ClusterRole'] : ['ClusterRole'];
  return [
    ...supported(textAt(roleRef, 'apiGroup'), [group], 'roleRef.apiGroup'),
    ...supported(textAt(roleRef, 'kind'), kinds, 'roleRef.kind'),
    ...faultsOf(needed(named(segmentFaults)), roleRef.name, 'roleRef.name'),
    ...listAt(binding, 'subjects')
      .filter(isObject)
      .flatMap((subject, at) => subjectFaults(subject, `subjects[${at}]`, binding.kind === 'RoleBinding')),
    ...(current && !equal(current.roleRef, binding.roleRef)
      ? [unknownValue('roleRef', goStruct(binding.roleRef, ['APIGroup', 'Kind', 'Name']), 'cannot change roleRef')]
      : []),
  ];
}

function subjectFaults(subject: Json, path: string, namespaced: boolean): FieldFault[] {
  const kind = textAt(subject, 'kind');
  const name = kind === 'ServiceAccount' ? needed(named(subdomainFaults)) : needed();
  const faults = faultsOf(name, subject.name, `${path}.name`);
  if (kind === 'ServiceAccount') {
    faults.push(...supported(textAt(subject, 'apiGroup'), [''], `${path}.apiGroup`));
    if (!namespaced && textAt(subject, 'namespace') === '') faults.push(required(`${path}.namespace`));
    return faults;
  }
  if (kind === 'User' || kind === 'Group')
    return [...faults, ...supported(textAt(subject, 'apiGroup'), [group], `${path}.apiGroup`)];
  return [...faults, ...supported(kind, ['ServiceAccount', 'User', 'Group'], `${path}.kind`)];
}
