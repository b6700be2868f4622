import { createHash } from 'node:crypto';
import { type AcmeFault, AcmeProblem, checkContact, checkIdentifiers, rateLimitProblem } from './acme-rules.ts';
import { type Authority, makeAuthority, sign } from './signing.ts';

/** Stands in for Let's Encrypt: refuses what it refuses, in its words, and signs with authorities of its own. */
export interface AcmeServer {
  /** The account's URL. Throws `AcmeProblem`. */
  register(server: string, email: string | undefined, fault: AcmeFault | undefined): string;
  /** The order's URL. Throws `AcmeProblem`. */
  order(server: string, hosts: readonly string[], fault: AcmeFault | undefined): string;
  /** Why an authorization failed once it was looked at from outside; undefined when it did not. */
  validate(host: string, token: string, fault: AcmeFault | undefined): AcmeProblem | undefined;
  /** The certificate and the authority, PEM. Valid for 90 days, as Let's Encrypt's are. */
  finalize(server: string, request: string): Promise<{ certificate: string; ca: string }>;
}

export function createAcmeServer(now: () => number): AcmeServer {
  const authorities = new Map<string, Promise<Authority>>();
  const authorityOf = (server: string) => {
    const name = `${isStaging(server) ? '(STAGING) ' : ''}Stand-in for Let's Encrypt`;
    const made = authorities.get(server) ?? makeAuthority(name, now());
    authorities.set(server, made);
    return made;
  };
  return {
    register(server, email, fault) {
      if (fault === 'server-down') throw new Error(`Get "${server}": dial tcp: connect: connection refused`);
      checkContact(email);
      return `${baseOf(server)}/acme/acct/${numberOf(email ?? '')}`;
    },
    order(server, hosts, fault) {
      checkIdentifiers(hosts);
      if (fault === 'rate-limited') throw rateLimitProblem(now());
      return `${baseOf(server)}/acme/order/${numberOf(hosts.join())}/${now()}`;
    },
    validate(host, token, fault) {
      if (fault !== 'refused') return undefined;
      const detail = `198.51.100.7: Fetching http://${host}/.well-known/acme-challenge/${token}: Timeout during connect (likely firewall problem)`;
      return new AcmeProblem(400, 'connection', detail);
    },
    async finalize(server, request) {
      const by = await authorityOf(server);
      const [notBefore, notAfter] = [new Date(now() - 3_600_000), new Date(now() + 90 * 86_400_000 - 3_600_000)];
      return { certificate: await sign({ request, notBefore, notAfter, by }), ca: by.certificate };
    },
  };
}

export function isStaging(server: string): boolean {
  return /staging/.test(server);
}

function baseOf(server: string): string {
  return server.replace(/^(https?:\/\/[^/]+).*/, '$1');
}

/** A number for a text, as the server's URLs have them. */
export function numberOf(text: string): number {
  return createHash('sha256').update(text).digest().readUInt32BE(0);
}
