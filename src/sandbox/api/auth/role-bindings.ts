import type { KubernetesObject } from '../../../kubernetes/object.ts';
import { isObject, listAt, textAt } from '../json.ts';
import type { Store } from '../store.ts';
import { accountOf, type User } from './user.ts';

export const rolesStorage = 'rbac.authorization.k8s.io/roles';
export const clusterRolesStorage = 'rbac.authorization.k8s.io/clusterroles';
const bindingStorages = [
  'rbac.authorization.k8s.io/clusterrolebindings',
  'rbac.authorization.k8s.io/rolebindings',
] as const;

export interface RoleRef {
  kind: string;
  name: string;
}

/** A binding that concerns a user. */
export interface HeldBinding {
  binding: KubernetesObject;
  roleRef: RoleRef;
  /** `Group "system:authenticated"`, as reasons name it. */
  subject: string;
}

/** Finds the bindings of a user without looking at those of others: by subject, kept current by the store's changes. */
export interface RoleBindings {
  /** Of the cluster (an empty namespace) or of one namespace, by name. */
  of(user: User, namespace: string): HeldBinding[];
}

type Shelf = Map<string, Map<string, HeldBinding>>;

export function createRoleBindings(store: Store): RoleBindings {
  const byNamespace = new Map<string, Shelf>();
  const change = (binding: KubernetesObject, act: (shelf: Shelf, key: string, held: HeldBinding) => void) => {
    const namespace = binding.metadata.namespace ?? '';
    const shelf: Shelf = byNamespace.get(namespace) ?? new Map();
    byNamespace.set(namespace, shelf);
    const roleRef = { kind: textAt(binding, 'roleRef', 'kind'), name: textAt(binding, 'roleRef', 'name') };
    for (const { key, subject } of subjectsOf(binding)) act(shelf, key, { binding, roleRef, subject });
  };
  const add = (shelf: Shelf, key: string, held: HeldBinding) => {
    const known = shelf.get(key) ?? new Map<string, HeldBinding>();
    shelf.set(key, known.set(held.binding.metadata.name, held));
  };
  const drop = (shelf: Shelf, key: string, { binding }: HeldBinding) => {
    const known = shelf.get(key);
    known?.delete(binding.metadata.name);
    if (known?.size === 0) shelf.delete(key);
  };
  for (const storage of bindingStorages) {
    for (const binding of store.list(storage)) change(binding, add);
    store.history.subscribe(storage, ({ type, object, previous }) => {
      if (previous) change(previous, drop);
      if (type !== 'DELETED') change(object, add);
    });
  }
  return {
    of(user, namespace) {
      const shelf = byNamespace.get(namespace);
      if (!shelf || shelf.size === 0) return [];
      const found = new Map<string, HeldBinding>();
      for (const key of keysOf(user))
        for (const [name, held] of shelf.get(key) ?? []) if (!found.has(name)) found.set(name, held);
      return [...found.values()].sort((left, right) =>
        left.binding.metadata.name < right.binding.metadata.name ? -1 : 1,
      );
    },
  };
}

/** What a user may be called in a binding. */
function keysOf({ name, groups }: User): string[] {
  const account = accountOf(name);
  return [
    `User ${name}`,
    ...(account ? [`ServiceAccount ${account.namespace}/${account.name}`] : []),
    ...groups.map((group) => `Group ${group}`),
  ];
}

function subjectsOf(binding: KubernetesObject): { key: string; subject: string }[] {
  return listAt(binding, 'subjects')
    .filter(isObject)
    .map((subject) => {
      const [kind, name] = [textAt(subject, 'kind'), textAt(subject, 'name')];
      const namespace = textAt(subject, 'namespace') || (binding.metadata.namespace ?? '');
      return kind === 'ServiceAccount'
        ? { key: `${kind} ${namespace}/${name}`, subject: `${kind} ${JSON.stringify(`${name}/${namespace}`)}` }
        : { key: `${kind} ${name}`, subject: `${kind} ${JSON.stringify(name)}` };
    });
}
