import type { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';

/** What people want to know of a certificate. */
export interface CertificateFacts {
  subject: string;
  issuer: string;
  /** Names and addresses that it is for. */
  names: string[];
  /** ISO 8601. */
  expires: string;
  /** Whole days until then; negative when they have passed. */
  days: number;
}

export function factsOf(certificate: X509Certificate): CertificateFacts {
  const expires = new Date(certificate.validTo);
  return {
    subject: oneLine(certificate.subject),
    issuer: oneLine(certificate.issuer),
    names: namesOf(certificate),
    expires: expires.toISOString(),
    days: Math.floor((expires.getTime() - Date.now()) / 86_400_000),
  };
}

/** Whether a certificate is for this name or address. */
export function isFor(certificate: X509Certificate, host: string): boolean {
  return (isIP(host) ? certificate.checkIP(host) : certificate.checkHost(host)) !== undefined;
}

// Node writes `DNS:a.example, IP Address:10.0.0.1`; a name with a comma in it is quoted as JSON, and is none that a host has.
function namesOf({ subjectAltName = '' }: X509Certificate): string[] {
  return subjectAltName
    .split(', ')
    .map((entry) => /^(?:DNS|IP Address):([^"]+)$/.exec(entry)?.[1] ?? '')
    .filter((name) => name !== '');
}

function oneLine(name: string | undefined): string {
  return (name ?? '').split('\n').reverse().join(', ');
}
