import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Store } from '../store.ts';
import { issuer, type Refusal, userOfClaims } from './account-tokens.ts';
import type { Claims, TokenSigner } from './signed-tokens.ts';
import { anonymous, type User } from './user.ts';

export interface FixedToken {
  token: string;
  user: User;
}

/** Finds out who asks. */
export interface Authenticator {
  /** Undefined for a token that is no good: the answer is 401. Without one the user is `system:anonymous`. */
  of(incoming: IncomingMessage): User | undefined;
  /** The same for a bare token and chosen audiences, with the reason of a refusal; undefined for one that nobody knows. */
  check(token: string, audiences?: readonly string[]): User | Refusal | undefined;
}

const mostRemembered = 2000;
const socketProtocol = 'base64url.bearer.authorization.k8s.io.';

/**
 * Fixed tokens and those that `signer` made. Tokens are looked up by their hash, so that the time it takes tells nothing about
 * them, and what a signed one says is remembered: a client that asks often costs one hash, and one look whether the account
 * is still there.
 */
export function createAuthenticator(
  store: Store,
  fixed: readonly FixedToken[],
  signer: TokenSigner,
  now: () => number,
): Authenticator {
  const known = fixed.map(({ token, user }) => ({ hash: hashOf(token), user }));
  const remembered = new Map<string, Claims>();
  const shown = new WeakMap<object, FixedToken>();
  const claimsOf = (token: string, hash: Buffer) => {
    const key = hash.toString('base64');
    const before = remembered.get(key);
    if (before) return before;
    const claims = readSafely(signer, token);
    if (!claims) return undefined;
    if (remembered.size >= mostRemembered) remembered.clear();
    remembered.set(key, claims);
    return claims;
  };
  const check: Authenticator['check'] = (token, audiences = [issuer]) => {
    const hash = hashOf(token);
    const found = known.filter((one) => timingSafeEqual(one.hash, hash))[0];
    if (found) return found.user;
    const claims = claimsOf(token, hash);
    return claims && userOfClaims(store, claims, audiences, now(), token);
  };
  return {
    check,
    of(incoming) {
      const token = bearerOf(incoming);
      if (token === undefined) return anonymous;
      // A connection that shows the token again which it has shown before learns nothing from a quick answer.
      const before = shown.get(incoming.socket);
      if (before?.token === token) return before.user;
      const found = check(token);
      if (!found || 'refused' in found) return undefined;
      if (known.some(({ user }) => user === found)) shown.set(incoming.socket, { token, user: found });
      return found;
    },
  };
}

/** From the header, or from a WebSocket's subprotocol (`authentication/request/websocket/protocol.go`). */
function bearerOf({ headers }: IncomingMessage): string | undefined {
  const [, given] = /^Bearer\s+(\S+)\s*$/i.exec(headers.authorization ?? '') ?? [];
  if (given !== undefined) return given;
  if (headers.upgrade?.toLowerCase() !== 'websocket') return undefined;
  const protocols = (headers['sec-websocket-protocol'] ?? '').split(',').map((one) => one.trim());
  const carrier = protocols.find((one) => one.startsWith(socketProtocol));
  return carrier && Buffer.from(carrier.slice(socketProtocol.length), 'base64url').toString('utf8');
}

function readSafely(signer: TokenSigner, token: string): Claims | undefined {
  try {
    return signer.read(token);
  } catch {
    return undefined;
  }
}

function hashOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
