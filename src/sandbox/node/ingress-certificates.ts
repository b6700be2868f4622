import { KeyObject } from 'node:crypto';
import { createSecureContext, type SecureContext } from 'node:tls';
import { loadX509 } from '../../base/x509.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import type { ApiClient } from '../client.ts';
import { coversHost, type Ingress } from './ingress.ts';

/** How a server is to prove who it is: by the name that the client asks for. */
export interface Certificates {
  /** PEM; for clients that ask for no name, or for one without a certificate. */
  fallback: { cert: string; key: string };
  contextFor(host: string): Promise<SecureContext | undefined>;
}

/**
 * The certificates of one Ingress, from the Secrets that `spec.tls` names, as they are at each handshake. Where there is none, or
 * no sound one, nginx' own is shown.
 */
export async function createIngressCertificates(
  client: ApiClient,
  current: () => Ingress | undefined,
): Promise<Certificates> {
  const known = new Map<string, { version: string | undefined; context: SecureContext }>();
  return {
    fallback: await fakeCertificate(),
    async contextFor(host) {
      const ingress = current();
      const entry = ingress?.spec.tls?.find(
        ({ hosts }) => !hosts?.length || hosts.some((one) => coversHost(one, host)),
      );
      if (!ingress || !entry?.secretName) return undefined;
      const path = `/api/v1/namespaces/${ingress.metadata.namespace}/secrets/${entry.secretName}`;
      try {
        const secret = await client.get<KubernetesObject & { data?: Record<string, string> }>(path);
        const version = secret.metadata.resourceVersion;
        const before = known.get(path);
        if (before && before.version === version) return before.context;
        const pem = (key: string) => Buffer.from(secret.data?.[key] ?? '', 'base64');
        const context = createSecureContext({ cert: pem('tls.crt'), key: pem('tls.key') });
        known.set(path, { version, context });
        return context;
      } catch {
        return undefined;
      }
    },
  };
}

let fake: Promise<Certificates['fallback']> | undefined;

/** What nginx shows when it has nothing better, made once. */
function fakeCertificate(): Promise<Certificates['fallback']> {
  fake ??= makeFakeCertificate();
  return fake;
}

async function makeFakeCertificate(): Promise<Certificates['fallback']> {
  const x509 = await loadX509();
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: 'CN=Kubernetes Ingress Controller Fake Certificate, O=Acme Co',
    keys,
    signingAlgorithm: algorithm,
    notBefore: new Date(Date.now() - 3_600_000),
    notAfter: new Date(Date.now() + 365 * 86_400_000),
    extensions: [new x509.SubjectAlternativeNameExtension([{ type: 'dns', value: 'ingress.local' }])],
  });
  const key = KeyObject.from(keys.privateKey).export({ type: 'pkcs8', format: 'pem' });
  return { cert: certificate.toString('pem'), key: String(key) };
}
