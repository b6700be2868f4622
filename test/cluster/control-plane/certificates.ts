import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadX509 } from '../../../src/base/x509.ts';

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const day = 86_400_000;

/** Writes what a control plane on loopback needs into a folder: an authority, three certificates of it, a key pair for tokens. */
export async function writeCertificates(folder: string): Promise<void> {
  const x509 = await loadX509();
  const validity = { notBefore: new Date(Date.now() - day), notAfter: new Date(Date.now() + 7 * day) };
  const authorityKeys = await makeKeys();
  const authority = await x509.X509CertificateGenerator.createSelfSigned({
    name: 'CN=control-plane-of-the-tests',
    keys: authorityKeys,
    signingAlgorithm: algorithm,
    ...validity,
    extensions: [new x509.BasicConstraintsExtension(true, 1, true)],
  });
  const write = (name: string, text: string) => writeFileSync(join(folder, name), text, { mode: 0o600 });
  write('ca.crt', authority.toString('pem'));
  const sign = async (name: string, subject: string, usage: string, names: { type: 'ip' | 'dns'; value: string }[]) => {
    const keys = await makeKeys();
    const certificate = await x509.X509CertificateGenerator.create({
      subject,
      issuer: authority.subject,
      publicKey: keys.publicKey,
      signingKey: authorityKeys.privateKey,
      signingAlgorithm: algorithm,
      ...validity,
      extensions: [
        new x509.ExtendedKeyUsageExtension([usage]),
        ...(names.length > 0 ? [new x509.SubjectAlternativeNameExtension(names)] : []),
      ],
    });
    write(`${name}.crt`, certificate.toString('pem'));
    write(`${name}.key`, await keyPem(keys.privateKey));
  };
  const { serverAuth, clientAuth } = x509.ExtendedKeyUsage;
  await sign('server', 'CN=kube-apiserver', serverAuth, [
    { type: 'ip', value: '127.0.0.1' },
    { type: 'ip', value: '10.96.0.1' },
    { type: 'dns', value: 'localhost' },
  ]);
  await sign('admin', 'O=system:masters, CN=admin', clientAuth, []);
  await sign('front-proxy', 'CN=front-proxy', clientAuth, []);
  const tokens = generateKeyPairSync('rsa', { modulusLength: 2048 });
  write('service-account.key', String(tokens.privateKey.export({ type: 'pkcs1', format: 'pem' })));
  write('service-account.pub', String(tokens.publicKey.export({ type: 'spki', format: 'pem' })));
}

function makeKeys() {
  return crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
}

async function keyPem(key: Parameters<typeof crypto.subtle.exportKey>[1]): Promise<string> {
  const text = Buffer.from(await crypto.subtle.exportKey('pkcs8', key)).toString('base64');
  return `-----BEGIN PRIVATE KEY-----\n${(text.match(/.{1,64}/g) ?? []).join('\n')}\n-----END PRIVATE KEY-----\n`;
}
