import { createPrivateKey, createPublicKey, generateKeyPair, X509Certificate } from 'node:crypto';
import { promisify } from 'node:util';
import { loadX509 } from '../../../base/x509.ts';

const generate = promisify(generateKeyPair);
type SigningKey = Parameters<typeof crypto.subtle.exportKey>[1];

/** A private key as PEM, as cert-manager stores it: PKCS#1 for RSA, SEC1 for ECDSA. */
export async function makeKey(algorithm: 'RSA' | 'ECDSA' | 'Ed25519' = 'RSA'): Promise<string> {
  if (algorithm === 'ECDSA') {
    const { privateKey } = await generate('ec', { namedCurve: 'P-256' });
    return String(privateKey.export({ type: 'sec1', format: 'pem' }));
  }
  const { privateKey } = await generate('rsa', { modulusLength: 2048 });
  return String(privateKey.export({ type: 'pkcs1', format: 'pem' }));
}

const rsa = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };
const ecdsa = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

/** subjectAltName (RFC 5280, 4.2.1.6). */
const alternativeNames = '2.5.29.17';

interface Keys {
  algorithm: typeof rsa | typeof ecdsa;
  privateKey: SigningKey;
  publicKey: SigningKey;
}

async function importKeys(pem: string): Promise<Keys> {
  const key = createPrivateKey(pem);
  const algorithm = key.asymmetricKeyType === 'rsa' ? rsa : ecdsa;
  const der = key.export({ type: 'pkcs8', format: 'der' });
  const spki = createPublicKey(key).export({ type: 'spki', format: 'der' });
  return {
    algorithm,
    privateKey: await crypto.subtle.importKey('pkcs8', der, algorithm, true, ['sign']),
    publicKey: await crypto.subtle.importKey('spki', spki, algorithm, true, ['verify']),
  };
}

/** A request for these names, signed with the key, as PEM. */
export async function makeRequest(key: string, names: readonly string[], commonName?: string): Promise<string> {
  const x509 = await loadX509();
  const keys = await importKeys(key);
  const request = await x509.Pkcs10CertificateRequestGenerator.create({
    name: commonName ? [{ CN: [commonName] }] : [],
    keys: { privateKey: keys.privateKey, publicKey: keys.publicKey },
    signingAlgorithm: keys.algorithm,
    extensions: [new x509.SubjectAlternativeNameExtension(names.map((value) => ({ type: 'dns', value })))],
  });
  return `${request.toString('pem').trim()}\n`;
}

export interface Authority {
  certificate: string;
  key: string;
}

interface SigningTerms {
  request: string;
  notBefore: Date;
  notAfter: Date;
  isCA?: boolean | undefined;
  /** What it is signed with; its own key where a certificate signs itself. */
  by: Authority | { key: string };
}

/** Signs a request, as PEM. Throws when the request or the authority is not sound. */
export async function sign({ request, notBefore, notAfter, isCA, by }: SigningTerms): Promise<string> {
  const x509 = await loadX509();
  const wanted = new x509.Pkcs10CertificateRequest(request);
  const keys = await importKeys(by.key);
  const issuer = 'certificate' in by ? new x509.X509Certificate(by.certificate).subjectName : wanted.subjectName;
  const names = wanted.getExtension(alternativeNames);
  const usages = x509.KeyUsageFlags;
  const certificate = await x509.X509CertificateGenerator.create({
    subject: wanted.subjectName,
    issuer,
    publicKey: await wanted.publicKey.export(),
    signingKey: keys.privateKey,
    signingAlgorithm: keys.algorithm,
    notBefore,
    notAfter,
    extensions: [
      new x509.BasicConstraintsExtension(isCA === true, undefined, true),
      new x509.KeyUsagesExtension(
        usages.digitalSignature | usages.keyEncipherment | (isCA ? usages.keyCertSign : 0),
        true,
      ),
      ...(names ? [names] : []),
      await x509.AuthorityKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return `${certificate.toString('pem').trim()}\n`;
}

/** An authority of its own, valid for a year. */
export async function makeAuthority(name: string, now: number): Promise<Authority> {
  const x509 = await loadX509();
  const key = await makeKey('ECDSA');
  const keys = await importKeys(key);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: [{ CN: [name] }],
    keys: { privateKey: keys.privateKey, publicKey: keys.publicKey },
    signingAlgorithm: keys.algorithm,
    notBefore: new Date(now - 3_600_000),
    notAfter: new Date(now + 365 * 86_400_000),
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
    ],
  });
  return { certificate: `${certificate.toString('pem').trim()}\n`, key };
}

/** What a certificate in a Secret is for and how long; undefined when it is none, or not of this key. */
export function readCertificate(certificate: string, key: string) {
  try {
    const parsed = new X509Certificate(certificate);
    if (!parsed.checkPrivateKey(createPrivateKey(key))) return undefined;
    const names = (parsed.subjectAltName ?? '').split(', ').map((entry) => entry.replace(/^DNS:/, ''));
    return { names, notBefore: new Date(parsed.validFrom), notAfter: new Date(parsed.validTo) };
  } catch {
    return undefined;
  }
}

/** The names that a request is for. */
export async function namesOfRequest(request: string): Promise<string[]> {
  const x509 = await loadX509();
  const written = new x509.Pkcs10CertificateRequest(request).getExtension(alternativeNames);
  if (!written) return [];
  const { names } = new x509.SubjectAlternativeNameExtension(written.rawData);
  return names.items.filter(({ type }) => type === 'dns').map(({ value }) => value);
}
