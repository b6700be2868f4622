import type { IncomingMessage } from 'node:http';
import { badRequest } from '../errors.ts';
import { type Attributes, refusal } from './attributes.ts';
import type { Authorizer } from './rbac.ts';
import { accountGroups, accountOf, anonymous, authenticated, masters, type User, unauthenticated } from './user.ts';

interface Wanted {
  name: string;
  uid: string;
  groups: string[];
  extra: Record<string, string[]>;
}

const extraPrefix = 'impersonate-extra-';

/**
 * As whom a request goes on: with the headers of `kubectl --as` as somebody else, if the asking user may do that. First by the
 * constrained modes that Kubernetes 1.36 tries, then by the verb `impersonate`
 * (`apiserver/pkg/endpoints/filters/impersonation`). Throws 400 or 403.
 */
export function impersonate(
  authorizer: Authorizer,
  user: User,
  incoming: IncomingMessage,
  attributes: Attributes,
): User {
  const wanted = wantedUser(incoming);
  if (!wanted) return user;
  const may = (one: Attributes) => {
    const { allowed, reason } = authorizer.decide(user, one);
    if (!allowed) throw refusal(user, one, reason);
  };
  const mode = modeOf(wanted);
  if (mode === undefined) return legacy(may, wanted);
  try {
    may({ ...attributes, verb: `impersonate-on:${mode}:${attributes.verb}` });
    return constrained(may, mode, wanted);
  } catch (refused) {
    try {
      return legacy(may, wanted);
    } catch {
      // Of several refusals the first is the answer.
      throw refused;
    }
  }
}

function wantedUser(incoming: IncomingMessage): Wanted | undefined {
  // Asked of every request; the headers one by one are dear, so they are looked at only when there is something in them.
  if (!Object.keys(incoming.headers).some((name) => name.startsWith('impersonate-'))) return undefined;
  const { headersDistinct } = incoming;
  const first = (name: string) => headersDistinct[name]?.[0] ?? '';
  const [name, uid] = [first('impersonate-user'), first('impersonate-uid')];
  const groups = headersDistinct['impersonate-group'] ?? [];
  // Without a prototype: the names are the client's.
  const extra: Record<string, string[]> = Object.create(null);
  for (const [header, values = []] of Object.entries(headersDistinct))
    if (header.startsWith(extraPrefix)) extra[unescaped(header.slice(extraPrefix.length))] = values;
  const more = uid !== '' || groups.length > 0 || Object.keys(extra).length > 0;
  if (name === '' && !more) return undefined;
  if (name === '')
    throw badRequest(`requested ${inGo({ name, uid, groups, extra })} without impersonating a user name`);
  return { name, uid, groups, extra };
}

function inGo({ uid, groups, extra }: Wanted): string {
  const text = JSON.stringify;
  const list = (values: readonly string[]) => `[]string{${values.map((one) => text(one)).join(', ')}}`;
  const kept =
    Object.keys(extra).length === 0
      ? '(nil)'
      : `{${Object.entries(extra)
          .map(([key, values]) => `${text(key)}:${list(values)}`)
          .join(', ')}}`;
  const groupsText = groups.length === 0 ? '[]string(nil)' : list(groups);
  return `&user.DefaultInfo{Name:"", UID:${text(uid)}, Groups:${groupsText}, Extra:map[string][]string${kept}}`;
}

function unescaped(key: string): string {
  try {
    return decodeURIComponent(key);
  } catch {
    return key;
  }
}

/** Node and account names have modes of their own, in which nothing but the name may be chosen. */
function modeOf({ name, uid, groups, extra }: Wanted): string | undefined {
  const nameOnly = uid === '' && groups.length === 0 && Object.keys(extra).length === 0;
  if (name.startsWith('system:node:')) return nameOnly ? 'arbitrary-node' : undefined;
  if (accountOf(name)) return nameOnly ? 'serviceaccount' : undefined;
  return 'user-info';
}

const newGroup = 'authentication.k8s.io';

function constrained(may: (one: Attributes) => void, mode: string, wanted: Wanted): User {
  const verb = `impersonate:${mode}`;
  if (mode === 'arbitrary-node') {
    may(asking(verb, newGroup, 'nodes', wanted.name.slice('system:node:'.length)));
    return { name: wanted.name, groups: ['system:nodes', authenticated] };
  }
  mayAll(may, verb, newGroup, wanted);
  if (wanted.groups.includes(masters)) throw badRequest('impersonating the system:masters group is not allowed');
  return asUser(wanted);
}

function legacy(may: (one: Attributes) => void, wanted: Wanted): User {
  mayAll(may, 'impersonate', '', wanted);
  return asUser(wanted);
}

function mayAll(may: (one: Attributes) => void, verb: string, group: string, wanted: Wanted): void {
  const account = accountOf(wanted.name);
  if (account) may(asking(verb, group, 'serviceaccounts', account.name, account.namespace));
  else may(asking(verb, group, 'users', wanted.name));
  if (wanted.uid !== '') may(asking(verb, newGroup, 'uids', wanted.uid));
  for (const name of wanted.groups) may(asking(verb, group, 'groups', name));
  for (const [key, values] of Object.entries(wanted.extra))
    for (const value of values) may(asking(verb, newGroup, 'userextras', value, '', key));
}

function asking(
  verb: string,
  group: string,
  plural: string,
  name: string,
  namespace = '',
  subresource = '',
): Attributes {
  return { verb, path: '', resource: { group, plural, name, namespace, subresource } };
}

function asUser({ name, uid, groups, extra }: Wanted): User {
  const account = accountOf(name);
  const all = account && groups.length === 0 ? accountGroups(account.namespace) : [...groups];
  if (name === anonymous.name) {
    if (!all.includes(unauthenticated)) all.push(unauthenticated);
  } else if (!all.includes(unauthenticated) && !all.includes(authenticated)) all.push(authenticated);
  return { name, groups: all, ...(uid ? { uid } : {}), ...(Object.keys(extra).length > 0 ? { extra } : {}) };
}
