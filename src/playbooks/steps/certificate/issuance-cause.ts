/** Why no certificate comes, and what to do about it. */
interface IssuanceCause {
  cause: string;
  next: string[];
}

interface Rule {
  /** In what an object on the way says. */
  says: RegExp;
  cause: string;
  next: string[];
}

const limits = 'https://letsencrypt.org/docs/rate-limits/';

// The first that fits counts: what the authority said before what was seen from here.
const rules: readonly Rule[] = [
  {
    says: /rateLimited|too many (?:certificates|failed authorizations|new orders|registrations)/,
    cause: 'Let’s Encrypt’s limit is used up',
    next: [
      'Wait until the time that it names, then run this again',
      'Try with staging until then: its limits are far higher',
      limits,
    ],
  },
  {
    says: /rejectedIdentifier|valid public suffix|needs at least one dot|forbidden by policy/,
    cause: 'Let’s Encrypt issues nothing for this name: it is not a public one',
    next: ['Give a name that is registered with a registrar, or make a self-signed certificate'],
  },
  {
    says: /invalidContact|contact email/,
    cause: 'Let’s Encrypt does not take this e-mail address',
    next: ['Give an address that can receive mail'],
  },
  {
    says: /\bCAA\b/,
    cause: 'The domain’s CAA record does not let Let’s Encrypt issue for it',
    next: ['Add the CAA record `0 issue "letsencrypt.org"`, or take the present one away'],
  },
  {
    says: /no such host|NXDOMAIN|no valid A(?:AAA)? records|error:dns\b|server misbehaving/i,
    cause: 'DNS does not know the name, or not yet',
    next: ['Make an A record (or CNAME) of the name that points to the Ingress’ address, then wait until it is known'],
  },
  {
    says: /wrong status code|did not match expected|Invalid response from|error:unauthorized/,
    cause: 'The challenge is answered by somebody else: the name leads to another server, or not to this Ingress',
    next: [
      'Compare the name’s address with the Ingress’: dig +short <name>; kubectl get ingress',
      'The solver’s ingress class must be one that is served: kubectl get ingressclass',
    ],
  },
  {
    says: /connection refused|timeout|Timeout|deadline exceeded|no route to host|error:connection|EOF/,
    cause: 'The HTTP-01 challenge cannot be reached on port 80',
    next: [
      'Open port 80 to the internet: firewall, security group, load balancer',
      'The name must lead to this Ingress: dig +short <name>; kubectl get ingress',
    ],
  },
  {
    says: /not found: (?:cluster)?issuer|issuer does not have a Ready|Error getting keypair/,
    cause: 'The issuer is not there, or not ready',
    next: ['kubectl describe clusterissuers says why'],
  },
];

/** What complaints of the objects come to; undefined when none of them is known. */
export function causeOf(complaints: readonly string[]): IssuanceCause | undefined {
  for (const { says, cause, next } of rules)
    if (complaints.some((complaint) => says.test(complaint))) return { cause, next: [...next] };
  return undefined;
}
