import { createPrivateKey, X509Certificate } from 'node:crypto';
import { Problem } from '../../../base/errors.ts';

/** The type whose keys belong to each other: what serves TLS takes both or neither. */
export const tlsType = 'kubernetes.io/tls';

/**
 * Holds the certificate and the key of a TLS Secret against each other, before they are written; the data is in base64. Throws
 * `Problem`, which never tells a value.
 */
export function checkPair(name: string, data: Readonly<Record<string, string>>): void {
  const [certificate, key] = ['tls.crt', 'tls.key'].map((one) => Buffer.from(data[one] ?? '', 'base64'));
  const missing = ['tls.crt', 'tls.key'].filter((one) => (data[one] ?? '') === '');
  if (missing.length > 0 || !certificate || !key) throw faulty(name, `${missing.join(' and ')} is missing`);
  const read = <T>(what: string, parse: () => T): T => {
    try {
      return parse();
    } catch {
      throw faulty(name, `${what} cannot be read`, 'Both are PEM; a key with a passphrase cannot be used');
    }
  };
  // Of a chain the first is the server's own.
  const first = read('the certificate in tls.crt', () => new X509Certificate(certificate));
  const secret = read('the key in tls.key', () => createPrivateKey(key));
  if (!first.checkPrivateKey(secret))
    throw faulty(
      name,
      'the key in tls.key is not that of the certificate in tls.crt',
      'Give the two that were made together',
    );
}

function faulty(name: string, what: string, ...next: string[]): Problem {
  return new Problem(`Secret/${name} is not written: ${what}`, { next });
}
