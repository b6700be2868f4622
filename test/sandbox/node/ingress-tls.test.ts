import { KeyObject } from 'node:crypto';
import { request } from 'node:https';
import type { TLSSocket } from 'node:tls';
import { expect, test, vi } from 'vitest';
import { loadX509 } from '../../../src/base/x509.ts';
import { startTestNodes } from './cluster-of-nodes.ts';

const soon = { timeout: 5000, interval: 10 };
const path = '/apis/networking.k8s.io/v1/namespaces/tars/ingresses/front';

/** A certificate that its owner made for one name, as PEM. */
async function selfSigned(host: string) {
  const x509 = await loadX509();
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const made = await x509.X509CertificateGenerator.createSelfSigned({
    name: `CN=${host}`,
    keys,
    signingAlgorithm: algorithm,
    notBefore: new Date(Date.now() - 60_000),
    notAfter: new Date(Date.now() + 3_600_000),
    extensions: [new x509.SubjectAlternativeNameExtension([{ type: 'dns', value: host }])],
  });
  return { cert: made.toString('pem'), key: KeyObject.from(keys.privateKey).export({ type: 'pkcs8', format: 'pem' }) };
}

/** What a client gets that trusts `ca` alone, or everybody, and whom it has spoken to. */
function ask(
  url: string,
  host: string,
  ca?: string,
): Promise<{ status: number | undefined; subject: string | undefined }> {
  return new Promise((resolve, reject) => {
    const trust = ca ? { ca } : { rejectUnauthorized: false };
    const sent = request(url, { ...trust, servername: host, headers: { host }, agent: false }, (answer) => {
      const subject = (answer.socket as TLSSocket).getPeerCertificate().subject?.CN;
      answer.resume().on('end', () => resolve({ status: answer.statusCode, subject: [subject].flat()[0] }));
    });
    sent.on('error', reject).end();
  });
}

test('an Ingress with a Secret answers over TLS with its certificate, follows it, and shows nginx’ own for other names', async () => {
  const nodes = await startTestNodes();
  nodes.addService('web', 80, [{ ip: '10.244.0.9', port: 80 }]);
  const published = () => JSON.parse(nodes.api.get(path)?.metadata.annotations?.['tars-console.dev/published'] ?? '{}');
  const putSecret = async (host: string) => {
    const { cert, key } = await selfSigned(host);
    const base64 = (text: string | Buffer) => Buffer.from(text).toString('base64');
    nodes.api.put('/api/v1/namespaces/tars/secrets/tars-tls', {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'tars-tls', namespace: 'tars' },
      data: { 'tls.crt': base64(cert), 'tls.key': base64(key) },
    } as never);
    return cert;
  };
  const putIngress = (tls: { hosts: string[]; secretName: string }[]) =>
    nodes.api.put(path, {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      metadata: { name: 'front', namespace: 'tars' },
      spec: {
        tls,
        rules: [
          { host: 'tars.local', http: { paths: [{ backend: { service: { name: 'web', port: { number: 80 } } } }] } },
        ],
      },
    } as never);

  const first = await putSecret('tars.local');
  putIngress([{ hosts: ['tars.local'], secretName: 'tars-tls' }]);
  const url = await vi.waitFor(() => {
    expect(published()).toMatchObject({
      '80': expect.stringMatching(/^http:/),
      '443': expect.stringMatching(/^https:/),
    });
    return published()['443'] as string;
  }, soon);
  expect(await ask(url, 'tars.local', first)).toEqual({ status: 502, subject: 'tars.local' });
  expect(await ask(url, 'other.local')).toMatchObject({
    status: 404,
    subject: 'Kubernetes Ingress Controller Fake Certificate',
  });

  const second = await putSecret('tars.local');
  await expect(ask(url, 'tars.local', first)).rejects.toThrow('self-signed certificate');
  expect(await ask(url, 'tars.local', second)).toEqual({ status: 502, subject: 'tars.local' });

  putIngress([]);
  await vi.waitFor(() => expect(published()).toEqual({ '80': expect.stringMatching(/^http:/) }), soon);
  await expect(ask(url, 'tars.local', second)).rejects.toThrow('ECONNREFUSED');
});
