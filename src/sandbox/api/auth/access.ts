import type { IncomingMessage } from 'node:http';
import type { ResourceAddress } from '../request.ts';
import type { Store } from '../store.ts';
import { type Attributes, attributesOf, refusal } from './attributes.ts';
import { type Authenticator, createAuthenticator, type FixedToken } from './authenticate.ts';
import { impersonate } from './impersonate.ts';
import { type Authorizer, createAuthorizer } from './rbac.ts';
import { createTokenSigner, type TokenSigner } from './signed-tokens.ts';
import type { User } from './user.ts';

/** Who is who and who may do what. */
export interface Access {
  authenticator: Authenticator;
  authorizer: Authorizer;
  signer: TokenSigner;
}

export function createAccess(store: Store, tokens: readonly FixedToken[], now: () => number): Access {
  const signer = createTokenSigner();
  return {
    signer,
    authenticator: createAuthenticator(store, tokens, signer, now),
    authorizer: createAuthorizer(store),
  };
}

/** Lets a request of this user in, and says as whom it goes on. Throws 403, or 400 for headers that make no sense. */
export function letIn(
  { authorizer }: Access,
  user: User,
  incoming: IncomingMessage,
  url: URL,
  address: ResourceAddress | undefined,
): User {
  const attributes = attributesOf(incoming.method ?? 'GET', url, address);
  const actor = impersonate(authorizer, user, incoming, attributes);
  demand(authorizer, actor, attributes);
  return actor;
}

/** Throws 403 in the words of a real server when the user may not do this. */
export function demand(authorizer: Authorizer, user: User, attributes: Attributes): void {
  const { allowed, reason } = authorizer.decide(user, attributes);
  if (!allowed) throw refusal(user, attributes, reason);
}
