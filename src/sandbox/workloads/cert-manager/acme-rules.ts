/** What goes wrong with a host, to see how that looks. */
const acmeFaults = ['dns-missing', 'unreachable', 'wrong-answer', 'refused', 'rate-limited', 'server-down'] as const;
export type AcmeFault = (typeof acmeFaults)[number];

/** On an Issuer, a Certificate or its Ingress; a host says it by a label of its name: `dns-missing.tars.dev`. */
export const acmeAnnotation = 'tars-console.dev/acme';

/** What an ACME server refuses with (RFC 8555, 6.7). */
export class AcmeProblem extends Error {
  constructor(status: number, type: string, detail: string) {
    super(`${status} urn:ietf:params:acme:error:${type}: ${detail}`);
  }
}

/** The fault that an annotation asks for. */
export function faultNamed(name: string | undefined): AcmeFault | undefined {
  return acmeFaults.find((fault) => fault === name);
}

/** The fault that a label of a name asks for. */
export function faultOfHost(host: string): AcmeFault | undefined {
  return acmeFaults.find((fault) => host.split('.').includes(fault));
}

/** Names that no public authority issues for: RFC 6761, RFC 6762, RFC 8375, ICANN's reserved ones, and customary inner ones. */
const innerSuffix =
  /(^|\.)(local|localhost|localdomain|test|example|invalid|internal|intranet|lan|home|corp|private|onion|svc|arpa|alt)$/;
const forbidden = /(^|\.)example\.(com|net|org)$/;

/** Why Let's Encrypt issues nothing for a name, in its words; undefined when it does. */
export function refusalOf(host: string): string | undefined {
  const name = host.replace(/^\*\./, '');
  if (/^[0-9.]+$|:/.test(name)) return 'The ACME server can not issue a certificate for an IP address';
  if (!name.includes('.')) return 'Domain name needs at least one dot';
  if (!/^[a-z0-9-]+(\.[a-z0-9-]+)+$/.test(name)) return 'Domain name contains an invalid character';
  if (innerSuffix.test(name) || !/\.([a-z]{2,}|xn--[a-z0-9-]+)$/.test(name))
    return 'Domain name does not end with a valid public suffix (TLD)';
  if (forbidden.test(name))
    return 'The ACME server refuses to issue a certificate for this domain name, because it is forbidden by policy';
  return undefined;
}

/** Throws `AcmeProblem` as a new account with this contact is refused. */
export function checkContact(email: string | undefined): void {
  if (!email) return;
  const host = email.split('@').at(-1) ?? '';
  const invalid = (why: string) => new AcmeProblem(400, 'invalidContact', `Error validating contact(s) :: ${why}`);
  if (!/^[^@\s]+@[^@\s]+$/.test(email)) throw invalid('unable to parse email address');
  if (forbidden.test(host)) throw invalid('contact email has forbidden domain "example.com"');
  const refusal = refusalOf(host);
  if (refusal) throw invalid(`contact email has invalid domain: ${refusal}`);
}

/** Throws `AcmeProblem` as a new order for these names is refused. */
export function checkIdentifiers(hosts: readonly string[]): void {
  const refused = hosts.flatMap((host) => {
    const why = refusalOf(host);
    return why ? [{ host, why }] : [];
  });
  const [first, ...others] = refused;
  if (!first) return;
  const more =
    others.length === 0 ? '' : ` (and ${others.length} more problems. Refer to sub-problems for more information.)`;
  const detail = `Invalid identifiers requested :: Cannot issue for "${first.host}": ${first.why}${more}`;
  throw new AcmeProblem(400, 'rejectedIdentifier', detail);
}

/** How Let's Encrypt says that a limit is used up: https://letsencrypt.org/docs/rate-limits/ */
export function rateLimitProblem(now: number): AcmeProblem {
  const after = new Date(now + 34 * 3_600_000).toISOString().replace('T', ' ').slice(0, 19);
  return new AcmeProblem(
    429,
    'rateLimited',
    `too many certificates (5) already issued for this exact set of identifiers in the last 168h0m0s, retry after ${after} UTC: see https://letsencrypt.org/docs/rate-limits/#new-certificates-per-exact-set-of-identifiers`,
  );
}
