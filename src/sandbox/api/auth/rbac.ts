import { isObject, listAt } from '../json.ts';
import type { Store } from '../store.ts';
import type { Attributes } from './attributes.ts';
import { type PolicyRule, ruleAllows } from './rbac-rules.ts';
import {
  clusterRolesStorage,
  createRoleBindings,
  type HeldBinding,
  type RoleRef,
  rolesStorage,
} from './role-bindings.ts';
import { isMaster, type User } from './user.ts';

export interface Decision {
  allowed: boolean;
  /** Why, in the words of Kubernetes; empty when there is nothing to say. */
  reason: string;
}

/** Who may do what, by roles and bindings (`plugin/pkg/auth/authorizer/rbac/rbac.go`). */
export interface Authorizer {
  decide(user: User, attributes: Attributes): Decision;
  /** All that somebody holds, in a namespace or with an empty one in the whole cluster, and which roles are not there. */
  rulesFor(user: User, namespace: string): { rules: PolicyRule[]; errors: string[] };
  /** Undefined when there is no such role; a Role is looked for in the namespace. */
  rulesOf(roleRef: RoleRef, namespace: string): PolicyRule[] | undefined;
}

const yes: Decision = { allowed: true, reason: '' };

export function createAuthorizer(store: Store): Authorizer {
  const bindings = createRoleBindings(store);
  const rulesOf: Authorizer['rulesOf'] = ({ kind, name }, namespace) => {
    const role =
      kind === 'ClusterRole' ? store.get(clusterRolesStorage, '', name) : store.get(rolesStorage, namespace, name);
    return role && (listAt(role, 'rules').filter(isObject) as unknown as PolicyRule[]);
  };
  const held = (user: User, namespace: string) => [
    ...bindings.of(user, ''),
    ...(namespace === '' ? [] : bindings.of(user, namespace)),
  ];
  return {
    rulesOf,
    decide(user, attributes) {
      if (isMaster(user)) return yes;
      const namespace = attributes.resource?.namespace ?? '';
      const missing: string[] = [];
      for (const one of held(user, namespace)) {
        const rules = rulesOf(one.roleRef, namespace);
        if (!rules) missing.push(notThere(one.roleRef));
        else if (rules.some((rule) => ruleAllows(rule, attributes)))
          return { allowed: true, reason: `RBAC: allowed by ${describe(one)}` };
      }
      return { allowed: false, reason: missing.length > 0 ? `RBAC: ${joined(missing)}` : '' };
    },
    rulesFor(user, namespace) {
      const rules: PolicyRule[] = [];
      const errors: string[] = [];
      for (const { roleRef } of held(user, namespace)) {
        const found = rulesOf(roleRef, namespace);
        if (found) rules.push(...found);
        else errors.push(notThere(roleRef));
      }
      return { rules, errors };
    },
  };
}

function notThere({ kind, name }: RoleRef): string {
  return `${kind.toLowerCase()}.rbac.authorization.k8s.io ${JSON.stringify(name)} not found`;
}

/** How Go writes several errors as one. */
function joined(errors: readonly string[]): string {
  const different = [...new Set(errors)];
  return different.length === 1 ? (different[0] ?? '') : `[${different.join(', ')}]`;
}

/** `RoleBinding "edit/shop" of Role "edit" to User "ann"` */
function describe({ binding, roleRef, subject }: HeldBinding): string {
  const { name, namespace } = binding.metadata;
  const where = namespace ? `${name}/${namespace}` : name;
  const kind = namespace ? 'RoleBinding' : 'ClusterRoleBinding';
  return `${kind} ${JSON.stringify(where)} of ${roleRef.kind} ${JSON.stringify(roleRef.name)} to ${subject}`;
}
