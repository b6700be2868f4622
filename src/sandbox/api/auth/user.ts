/** Who asks (`apiserver/pkg/authentication/user/user.go`). */
export interface User {
  name: string;
  uid?: string;
  groups: readonly string[];
  extra?: Record<string, string[]>;
}

export const masters = 'system:masters';
export const authenticated = 'system:authenticated';
export const unauthenticated = 'system:unauthenticated';

/** Whom a request without credentials comes from. */
export const anonymous: User = { name: 'system:anonymous', groups: [unauthenticated] };

/** The owner of the sandbox, as `kubeadm` names the one who set a cluster up. */
export const owner: User = { name: 'kubernetes-admin', groups: [masters, authenticated] };

/** Controllers and nodes of the sandbox itself; what they do they are trusted with. */
export const innerPart: User = { name: 'system:apiserver', groups: [masters, authenticated] };

/** Members of `system:masters` may do everything, whatever the roles say. */
export function isMaster(user: User): boolean {
  return user.groups.includes(masters);
}

const accountPrefix = 'system:serviceaccount:';

export function accountUserName(namespace: string, name: string): string {
  return `${accountPrefix}${namespace}:${name}`;
}

/** The groups that every ServiceAccount is in (`authentication/serviceaccount/util.go MakeGroupNames`). */
export function accountGroups(namespace: string): string[] {
  return ['system:serviceaccounts', `system:serviceaccounts:${namespace}`];
}

/** The account behind a user's name, or undefined for any other user. */
export function accountOf(userName: string): { namespace: string; name: string } | undefined {
  if (!userName.startsWith(accountPrefix)) return undefined;
  const [namespace, name, ...more] = userName.slice(accountPrefix.length).split(':');
  return namespace && name && more.length === 0 ? { namespace, name } : undefined;
}

/** As reviews show a user: what is empty is left out. */
export function userInfo({ name, uid, groups, extra }: User) {
  return {
    ...(name ? { username: name } : {}),
    ...(uid ? { uid } : {}),
    ...(groups.length > 0 ? { groups } : {}),
    ...(extra && Object.keys(extra).length > 0 ? { extra } : {}),
  };
}
