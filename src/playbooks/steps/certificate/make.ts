import { isIP } from 'node:net';
import { loadX509 } from '../../../base/x509.ts';

/** A server's certificate with its key and the authority that signed it, as PEM. */
export interface MadeCertificate {
  certificate: string;
  key: string;
  authority: string;
}

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const dayMs = 86_400_000;

/**
 * Makes an authority of its own and a certificate of it for these names and addresses. The authority's key is forgotten, so
 * that nothing else can ever be signed with it; the server's key is in memory only. Clocks may be an hour apart.
 */
export async function makeCertificate(hosts: readonly string[], days: number, name: string): Promise<MadeCertificate> {
  const x509 = await loadX509();
  const validity = { notBefore: new Date(Date.now() - 3_600_000), notAfter: new Date(Date.now() + days * dayMs) };
  const [authorityKeys, serverKeys] = await Promise.all([makeKeys(), makeKeys()]);
  const usages = x509.KeyUsageFlags;
  const signing = { signingAlgorithm: algorithm, ...validity };
  const authority = await x509.X509CertificateGenerator.createSelfSigned({
    name: [{ CN: [name] }],
    keys: authorityKeys,
    ...signing,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(usages.keyCertSign | usages.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(authorityKeys.publicKey),
    ],
  });
  const server = await x509.X509CertificateGenerator.create({
    subject: [{ CN: [hosts[0] ?? name] }],
    issuer: authority.subject,
    publicKey: serverKeys.publicKey,
    signingKey: authorityKeys.privateKey,
    ...signing,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(usages.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension(
        hosts.map((value) => ({ type: isIP(value) ? ('ip' as const) : ('dns' as const), value })),
      ),
      await x509.AuthorityKeyIdentifierExtension.create(authorityKeys.publicKey),
    ],
  });
  return {
    certificate: `${server.toString('pem').trim()}\n`,
    authority: `${authority.toString('pem').trim()}\n`,
    key: await keyPem(serverKeys.privateKey),
  };
}

function makeKeys() {
  return crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
}

async function keyPem(key: Parameters<typeof crypto.subtle.exportKey>[1]): Promise<string> {
  const text = Buffer.from(await crypto.subtle.exportKey('pkcs8', key)).toString('base64');
  return `-----BEGIN PRIVATE KEY-----\n${(text.match(/.{1,64}/g) ?? []).join('\n')}\n-----END PRIVATE KEY-----\n`;
}
