import { fill, isObject, type Json, listAt, objectAt } from '../json.ts';

const group = 'rbac.authorization.k8s.io';

/** The group of what a binding names (`pkg/apis/rbac/v1/defaults.go`). */
export function defaultBinding(binding: Json): void {
  const roleRef = objectAt(binding, 'roleRef');
  if (!roleRef.apiGroup) roleRef.apiGroup = group;
  for (const subject of listAt(binding, 'subjects').filter(isObject))
    if (subject.kind === 'User' || subject.kind === 'Group') fill(subject, 'apiGroup', group);
}

/** What a LimitRange leaves open follows from what it says (`pkg/apis/core/v1/defaults.go SetDefaults_LimitRangeItem`). */
export function defaultLimitRange(spec: Json): void {
  for (const limit of listAt(spec, 'limits').filter(isObject)) {
    if (limit.type !== 'Container') continue;
    const limits = { ...objectAt(limit, 'max'), ...objectAt(limit, 'default') };
    const requests = { ...objectAt(limit, 'min'), ...limits, ...objectAt(limit, 'defaultRequest') };
    if (Object.keys(limits).length > 0) limit.default = limits;
    if (Object.keys(requests).length > 0) limit.defaultRequest = requests;
  }
}
