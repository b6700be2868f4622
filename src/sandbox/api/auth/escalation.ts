import type { KubernetesObject } from '../../../kubernetes/object.ts';
import { forbidden, notFound } from '../errors.ts';
import { equal, isObject, listAt, textAt } from '../json.ts';
import type { Resource } from '../resources.ts';
import { quoted } from './account-tokens.ts';
import type { Authorizer } from './rbac.ts';
import { describeRules, type PolicyRule, uncovered } from './rbac-rules.ts';
import type { RoleRef } from './role-bindings.ts';
import { isMaster, type User } from './user.ts';

const group = 'rbac.authorization.k8s.io';

/**
 * Nobody may give away what he does not hold, unless roles give him `escalate` on the role or `bind` on what is bound
 * (`pkg/registry/rbac/{role,clusterrole,rolebinding,clusterrolebinding}/policybased/storage.go`). Throws 403, or 404 for a
 * binding to a role that is not there.
 */
export function confirmNoEscalation(
  authorizer: Authorizer,
  user: User,
  resource: Resource,
  object: KubernetesObject,
  current?: KubernetesObject,
): void {
  if (resource.group !== group || isMaster(user)) return;
  if (current && equal(withoutReferences(current), withoutReferences(object))) return;
  const { namespace = '' } = object.metadata;
  const confirm = (wanted: readonly PolicyRule[], why?: string) => {
    const { rules, errors } = authorizer.rulesFor(user, namespace);
    const missing = uncovered(rules, wanted);
    if (missing.length > 0) throw forbidden(resource, object.metadata.name, why ?? explain(user, missing, errors));
  };
  if (resource.kind !== 'Role' && resource.kind !== 'ClusterRole') {
    const bound = rulesBound(authorizer, user, resource, object);
    if (bound) confirm(bound);
    return;
  }
  if (mayEscalate(authorizer, user, resource, namespace, current?.metadata.name ?? '')) return;
  confirm(listAt(object, 'rules').filter(isObject) as unknown as PolicyRule[]);
  // A role that gathers others may come to hold anything.
  if (gathers(object) || (current && gathers(current)))
    confirm(everything, 'must have cluster-admin privileges to use the aggregationRule');
}

const everything: PolicyRule[] = [
  { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
  { verbs: ['*'], nonResourceURLs: ['*'] },
];

function explain(user: User, missing: readonly PolicyRule[], errors: readonly string[]): string {
  const head = `user ${JSON.stringify(user.name)} (groups=${quoted(user.groups)}) is attempting to grant RBAC permissions not currently held:`;
  const tail = errors.length > 0 ? `; resolution errors: [${errors.join(' ')}]` : '';
  return `${head}\n${describeRules(missing).join('\n')}${tail}`;
}

function mayEscalate(
  authorizer: Authorizer,
  user: User,
  { plural }: Resource,
  namespace: string,
  name: string,
): boolean {
  const asked = { group, plural, subresource: '', namespace, name };
  return authorizer.decide(user, { verb: 'escalate', path: '', resource: asked }).allowed;
}

function gathers(role: KubernetesObject): boolean {
  return listAt(role, 'aggregationRule', 'clusterRoleSelectors').length > 0;
}

function rulesBound(
  authorizer: Authorizer,
  user: User,
  resource: Resource,
  object: KubernetesObject,
): PolicyRule[] | undefined {
  const { namespace = '' } = object.metadata;
  const roleRef: RoleRef = { kind: textAt(object, 'roleRef', 'kind'), name: textAt(object, 'roleRef', 'name') };
  const plural = roleRef.kind === 'ClusterRole' ? 'clusterroles' : 'roles';
  const asked = { group, plural, subresource: '', namespace, name: roleRef.name };
  if (authorizer.decide(user, { verb: 'bind', path: '', resource: asked }).allowed) return undefined;
  const rules = authorizer.rulesOf(roleRef, namespace);
  // The real server names the binding's resource with the role's name.
  if (!rules) throw notFound(resource, roleRef.name);
  return rules;
}

/** What the garbage collector changes in an object needs no rights over what it gives. */
function withoutReferences({ metadata, ...rest }: KubernetesObject) {
  const { ownerReferences: _, finalizers: __, managedFields: ___, resourceVersion: ____, ...kept } = metadata;
  return { ...rest, metadata: kept };
}
