import { createPrivateKey, X509Certificate } from 'node:crypto';
import { z } from 'zod';
import { Problem } from '../../../base/errors.ts';
import { factsOf } from '../certificate/facts.ts';

const key = z.string().min(1);

/** Which keys of a Secret hold certificates that belong to each other. */
export const certificatesSchema = z
  .array(
    z.strictObject({
      certificate: key.describe('Holds a certificate, or a chain that begins with it'),
      key: key.optional().describe('Holds its private key'),
      authority: key.optional().describe('Holds the certificate of an authority'),
    }),
  )
  .min(1);
export type WantedCertificates = z.infer<typeof certificatesSchema>;

/** A certificate that ends within so many days is told about. */
const soonDays = 30;

/**
 * Holds certificates against their keys, authorities and today; the data is in base64. Returns a line about each. Throws `Problem`
 * for the first that is wrong, whose message begins with `prefix`; neither tells a value.
 */
export function checkCertificates(
  prefix: string,
  wanted: WantedCertificates,
  data: Readonly<Record<string, string>>,
): string[] {
  const today = Date.now();
  return wanted.flatMap(({ certificate, key: secretKey, authority }) => {
    const own = certificateIn(prefix, certificate, data, today);
    if (secretKey && !own.checkPrivateKey(privateKeyIn(prefix, secretKey, data)))
      throw faulty(
        prefix,
        `${secretKey} is not the key of the certificate in ${certificate}`,
        'Give the two that were made together',
      );
    const lines = [about(certificate, own)];
    if (!authority) return lines;
    const issuer = certificateIn(prefix, authority, data, today);
    if (!issuer.ca)
      throw faulty(
        prefix,
        `the certificate in ${authority} is not that of an authority`,
        'Give the certificate of the authority, not that of a server',
      );
    const apart = own.checkIssued(issuer)
      ? []
      : [`${certificate} was not issued by ${authority}, which is as it should be where these are two authorities`];
    return [...lines, about(authority, issuer), ...apart];
  });
}

function certificateIn(
  prefix: string,
  at: string,
  data: Readonly<Record<string, string>>,
  today: number,
): X509Certificate {
  const bytes = bytesOf(prefix, at, data);
  const found = read(prefix, `the certificate in ${at}`, () => new X509Certificate(bytes));
  const [from, to] = [Date.parse(found.validFrom), Date.parse(found.validTo)];
  const day = (ms: number) => new Date(ms).toISOString().slice(0, 10);
  if (to < today)
    throw faulty(prefix, `the certificate in ${at} ended on ${day(to)}`, 'Ask for a new one where it came from');
  // Clocks differ by minutes.
  if (from > today + 300_000) throw faulty(prefix, `the certificate in ${at} is only valid from ${day(from)} on`);
  return found;
}

function privateKeyIn(prefix: string, at: string, data: Readonly<Record<string, string>>) {
  const bytes = bytesOf(prefix, at, data);
  return read(prefix, `the key in ${at}`, () => createPrivateKey(bytes));
}

function bytesOf(prefix: string, at: string, data: Readonly<Record<string, string>>): Buffer {
  const bytes = Buffer.from(data[at] ?? '', 'base64');
  if (bytes.length === 0) throw faulty(prefix, `${at} is missing`);
  return bytes;
}

function read<T>(prefix: string, what: string, parse: () => T): T {
  try {
    return parse();
  } catch {
    throw faulty(
      prefix,
      `${what} cannot be read`,
      'It is PEM, as a file that begins with -----BEGIN; a key with a passphrase cannot be used',
    );
  }
}

function about(at: string, certificate: X509Certificate): string {
  const { subject, expires, days } = factsOf(certificate);
  const soon = days < soonDays ? ': renew it soon' : '';
  return `${at}: ${subject}, valid until ${expires.slice(0, 10)}, ${days} days${soon}`;
}

function faulty(prefix: string, what: string, ...next: string[]): Problem {
  return new Problem(`${prefix}: ${what}`, { next });
}
