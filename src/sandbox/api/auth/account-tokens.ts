import type { KubernetesObject } from '../../../kubernetes/object.ts';
import { textAt } from '../json.ts';
import type { Store } from '../store.ts';
import type { Claims, Reference } from './signed-tokens.ts';
import { accountGroups, accountUserName, authenticated, type User } from './user.ts';

/** Who issues tokens and, unless a request says otherwise, whom they are for; the default of kubeadm. */
export const issuer = 'https://kubernetes.default.svc.cluster.local';
const legacyIssuer = 'kubernetes/serviceaccount';

/** A token that is no good, and why. */
export type Refusal = { refused: string };

/** What a Secret of type `kubernetes.io/service-account-token` carries (`pkg/serviceaccount/legacy.go`). It never expires. */
export function secretClaims(account: KubernetesObject, secret: KubernetesObject): Claims {
  const { namespace = '', name, uid = '' } = account.metadata;
  return {
    iss: legacyIssuer,
    'kubernetes.io/serviceaccount/namespace': namespace,
    'kubernetes.io/serviceaccount/secret.name': secret.metadata.name,
    'kubernetes.io/serviceaccount/service-account.name': name,
    'kubernetes.io/serviceaccount/service-account.uid': uid,
    sub: accountUserName(namespace, name),
  };
}

/** Whom a token stands for now: its account and what it is bound to have to be there still (`claims.go`, `legacy.go`). */
export function userOfClaims(
  store: Store,
  claims: Claims,
  audiences: readonly string[],
  nowMs: number,
  token: string,
): User | Refusal {
  return claims.iss === legacyIssuer
    ? userOfSecret(store, claims, audiences, token)
    : userOfBound(store, claims, audiences, nowMs);
}

function userOfBound(store: Store, claims: Claims, audiences: readonly string[], nowMs: number): User | Refusal {
  const bound = claims['kubernetes.io'];
  const { aud = [], exp, nbf, jti } = claims;
  if (claims.iss !== issuer || !bound) return { refused: 'invalid bearer token' };
  if (!aud.some((one) => audiences.includes(one)))
    return {
      refused: `token audiences ${quoted(aud)} is invalid for the target audiences ${quoted(audiences)}`,
    };
  if (exp !== undefined && nowMs > exp * 1000) return { refused: 'service account token has expired' };
  if (nbf !== undefined && nowMs < nbf * 1000 - 60_000) return { refused: 'service account token is not valid yet' };
  const { namespace, serviceaccount, pod, secret, node } = bound;
  const gone = missingAccount(store, namespace, serviceaccount);
  if (gone) return { refused: gone };
  const things = [
    { storage: '/secrets', reference: secret, within: namespace },
    { storage: '/pods', reference: pod, within: namespace },
    { storage: '/nodes', reference: pod ? undefined : node, within: '' },
  ];
  for (const { storage, reference, within } of things)
    if (reference && store.get(storage, within, reference.name)?.metadata.uid !== reference.uid)
      return { refused: 'service account token has been invalidated' };
  const extra: Record<string, string[]> = jti ? { 'authentication.kubernetes.io/credential-id': [`JTI=${jti}`] } : {};
  if (node) {
    extra['authentication.kubernetes.io/node-name'] = [node.name];
    if (node.uid) extra['authentication.kubernetes.io/node-uid'] = [node.uid];
  }
  if (pod) {
    extra['authentication.kubernetes.io/pod-name'] = [pod.name];
    extra['authentication.kubernetes.io/pod-uid'] = [pod.uid];
  }
  return accountUser(namespace, serviceaccount, extra);
}

function userOfSecret(store: Store, claims: Claims, audiences: readonly string[], token: string): User | Refusal {
  const namespace = claims['kubernetes.io/serviceaccount/namespace'] ?? '';
  const name = claims['kubernetes.io/serviceaccount/service-account.name'] ?? '';
  const uid = claims['kubernetes.io/serviceaccount/service-account.uid'] ?? '';
  if (!audiences.includes(issuer))
    return { refused: `token audiences ${quoted([issuer])} is invalid for the target audiences ${quoted(audiences)}` };
  const secret = store.get('/secrets', namespace, claims['kubernetes.io/serviceaccount/secret.name'] ?? '');
  if (!secret || secret.metadata.deletionTimestamp) return { refused: 'Token has been invalidated' };
  // Another Secret of the same name holds another token.
  if (Buffer.from(textAt(secret, 'data', 'token'), 'base64').toString() !== token)
    return { refused: "Token does not match server's copy" };
  const gone = missingAccount(store, namespace, { name, uid });
  return gone ? { refused: gone } : accountUser(namespace, { name, uid });
}

function missingAccount(store: Store, namespace: string, { name, uid }: Reference): string | undefined {
  const account = store.get('/serviceaccounts', namespace, name);
  if (!account) return `serviceaccounts "${name}" not found`;
  if (account.metadata.uid === uid) return undefined;
  return `service account UID (${account.metadata.uid}) does not match claim (${uid})`;
}

function accountUser(namespace: string, { name, uid }: Reference, extra?: Record<string, string[]>): User {
  const groups = [...accountGroups(namespace), authenticated];
  return { name: accountUserName(namespace, name), uid, groups, ...(extra ? { extra } : {}) };
}

/** `["a" "b"]`, how Go's %q writes a list. */
export function quoted(values: readonly string[]): string {
  return `[${values.map((value) => JSON.stringify(value)).join(' ')}]`;
}
