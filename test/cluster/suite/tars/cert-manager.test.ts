import { X509Certificate } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { certManagerHookMs, installCertManager } from '../../support/cert-manager.ts';
import { type ClusterUnderTest, openCluster } from '../../support/cluster.ts';

let cluster: ClusterUnderTest;
let namespace: string;
let uninstall: (() => Promise<void>) | undefined;

beforeAll(async () => {
  cluster = await openCluster();
  namespace = await cluster.namespace();
  uninstall = await installCertManager(cluster);
}, certManagerHookMs);

afterAll(async () => {
  await uninstall?.();
  await cluster.close();
});

const own = (resource: string) => {
  const group = /^(orders|challenges)/.test(resource) ? 'acme.cert-manager.io' : 'cert-manager.io';
  return `/apis/${group}/v1/namespaces/${namespace}/${resource}`;
};
// biome-ignore lint/suspicious/noExplicitAny: tests look into whatever a server says.
type Said = any;
const condition = (body: Said, type: string) => body?.status?.conditions?.find((one: Said) => one.type === type);

async function makeIssuer(name: string, spec: object, annotations: Record<string, string> = {}): Promise<void> {
  const issuer = { apiVersion: 'cert-manager.io/v1', kind: 'Issuer', metadata: { name, annotations }, spec };
  const { status, text } = await cluster.post(own('issuers'), issuer);
  if (status !== 201) throw new Error(text);
  await cluster.until(own(`issuers/${name}`), ({ body }) => condition(body, 'Ready') !== undefined);
}

const acme = (more: object = {}) => ({
  acme: {
    server: 'https://acme-v02.api.letsencrypt.org/directory',
    email: 'operator@tars-console.dev',
    privateKeySecretRef: { name: 'account' },
    solvers: [{ http01: { ingress: { ingressClassName: 'nginx' } } }],
    ...more,
  },
});

async function makeCertificate(name: string, issuer: string, dnsNames: string[]): Promise<void> {
  const spec = { secretName: name, issuerRef: { name: issuer }, dnsNames, privateKey: { algorithm: 'ECDSA' } };
  const object = { apiVersion: 'cert-manager.io/v1', kind: 'Certificate', metadata: { name }, spec };
  const { status, text } = await cluster.post(own('certificates'), object);
  if (status !== 201) throw new Error(text);
}

const become = (name: string, type: string, status: string, reason: string) =>
  cluster.until(own(`certificates/${name}`), ({ body }) => {
    const found = condition(body, type);
    return found?.status === status && found.reason === reason;
  });

test('a certificate of an ACME issuer goes through request, order and challenge to a Secret that holds it', async () => {
  await makeIssuer('production', acme());
  await makeCertificate('web', 'production', ['web.tars-console.dev', 'api.tars-console.dev']);
  const order = await cluster.until(own('orders'), ({ body }) => body.items[0]?.status?.state === 'pending');
  expect(order.body.items[0].metadata.name).toMatch(/^web-1-\d+$/);
  const challenges = await cluster.until(own('challenges'), ({ body }) => body.items.length === 2);
  expect(challenges.body.items[0].spec).toMatchObject({ type: 'HTTP-01', wildcard: false });
  await become('web', 'Ready', 'True', 'Ready');
  const secret = await cluster.get(`/api/v1/namespaces/${namespace}/secrets/web`);
  const certificate = new X509Certificate(Buffer.from(secret.body.data['tls.crt'], 'base64'));
  expect(certificate.checkHost('api.tars-console.dev')).toBe('api.tars-console.dev');
  expect(secret.body.metadata.annotations['cert-manager.io/issuer-name']).toBe('production');
  const request = await cluster.get(own('certificaterequests/web-1'));
  expect(condition(request.body, 'Ready')).toMatchObject({
    reason: 'Issued',
    message: 'Certificate fetched from issuer successfully',
  });
  const done = await cluster.until(own('certificates/web'), ({ body }) => condition(body, 'Issuing') === undefined);
  expect(done.body.status).toMatchObject({ revision: 1, renewalTime: expect.any(String) });
  await cluster.until(own('challenges'), ({ body }) => body.items.length === 0);
});

test('self-signed and CA issuers sign, and the CA waits for its key pair', async () => {
  await makeIssuer('authority', { ca: { secretName: 'root' } });
  const before = await cluster.get(own('issuers/authority'));
  expect(condition(before.body, 'Ready')).toMatchObject({
    reason: 'ErrGetKeyPair',
    message: 'Error getting keypair for CA issuer: secret "root" not found',
  });
  await makeIssuer('self', { selfSigned: {} });
  const spec = {
    secretName: 'root',
    isCA: true,
    commonName: 'the root of this test',
    issuerRef: { name: 'self' },
    privateKey: { algorithm: 'ECDSA' },
  };
  const root = { apiVersion: 'cert-manager.io/v1', kind: 'Certificate', metadata: { name: 'root' }, spec };
  await cluster.post(own('certificates'), root);
  await cluster.until(own('issuers/authority'), ({ body }) => condition(body, 'Ready')?.status === 'True');
  await makeCertificate('leaf', 'authority', ['leaf.tars.local']);
  await become('leaf', 'Ready', 'True', 'Ready');
  const { body } = await cluster.get(`/api/v1/namespaces/${namespace}/secrets/leaf`);
  const pem = (key: string) => new X509Certificate(Buffer.from(body.data[key], 'base64'));
  expect(pem('tls.crt').verify(pem('ca.crt').publicKey)).toBe(true);
});

test('a name that is not public is refused as Let’s Encrypt refuses it, and is not tried again at once', async () => {
  await makeIssuer('refusing', acme());
  await makeCertificate('inner', 'refusing', ['tars.local']);
  const { body } = await become('inner', 'Issuing', 'False', 'Failed');
  expect(condition(body, 'Issuing').message).toMatch(
    /^The certificate request has failed to complete and will be retried: Failed to wait for order resource "inner-1-\d+" to become ready: order is in "errored" state: Failed to create Order: 400 urn:ietf:params:acme:error:rejectedIdentifier: .*Cannot issue for "tars.local": Domain name does not end with a valid public suffix \(TLD\)$/,
  );
  expect(body.status.failedIssuanceAttempts).toBe(1);
  const request = await cluster.get(own('certificaterequests/inner-1'));
  expect(condition(request.body, 'Ready').reason).toBe('Failed');
});

test('an address of nobody and one of a name that is not public are refused as contacts', async () => {
  await makeIssuer('contact', acme({ email: 'admin@tars.local' }));
  const { body } = await cluster.get(own('issuers/contact'));
  expect(condition(body, 'Ready')).toMatchObject({ status: 'False', reason: 'ErrRegisterACMEAccount' });
  expect(condition(body, 'Ready').message).toMatch(/invalidContact.*does not end with a valid public suffix/);
});

test('DNS that fails, an answer that is not seen and limits that are used up say so where cert-manager does', async () => {
  await makeIssuer('limits', acme());
  await makeCertificate('lookup', 'limits', ['dns-missing.tars-console.dev']);
  await makeCertificate('closed', 'limits', ['refused.tars-console.dev']);
  await makeCertificate('limited', 'limits', ['rate-limited.tars-console.dev']);
  const challenges = await cluster.until(own('challenges'), ({ body }) =>
    body.items.some((one: Said) => one.spec.dnsName.startsWith('dns-missing') && one.status?.reason),
  );
  const waiting = challenges.body.items.find((one: Said) => one.spec.dnsName.startsWith('dns-missing'));
  expect(waiting.status.state).toBe('pending');
  expect(waiting.status.reason).toMatch(/^Waiting for HTTP-01 challenge propagation: .*no such host$/);
  const closed = await become('closed', 'Issuing', 'False', 'Failed');
  expect(condition(closed.body, 'Issuing').message).toMatch(/order is in "invalid" state: $/);
  const limited = await become('limited', 'Issuing', 'False', 'Failed');
  expect(condition(limited.body, 'Issuing').message).toMatch(/429 urn:ietf:params:acme:error:rateLimited/);
});

test('an Ingress that names an issuer gets its certificate, and a fault that was repaired is seen by itself', async () => {
  await makeIssuer('shim', acme(), {});
  const path = `/apis/networking.k8s.io/v1/namespaces/${namespace}/ingresses`;
  const ingress = {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: {
      name: 'way-in',
      annotations: { 'cert-manager.io/issuer': 'shim', 'tars-console.dev/acme': 'unreachable' },
    },
    spec: {
      ingressClassName: 'nginx',
      tls: [{ hosts: ['shim.tars-console.dev'], secretName: 'shim-tls' }],
      defaultBackend: { service: { name: 'web', port: { number: 80 } } },
    },
  };
  await cluster.post(path, ingress);
  const seen = await cluster.until(own('challenges'), ({ body }) =>
    body.items.some((one: Said) => one.spec.dnsName === 'shim.tars-console.dev' && one.status?.reason),
  );
  const challenge = seen.body.items.find((one: Said) => one.spec.dnsName === 'shim.tars-console.dev');
  expect(challenge.status.reason).toMatch(/i\/o timeout/);
  await cluster.patch(
    `${path}/way-in`,
    { metadata: { annotations: { 'tars-console.dev/acme': null } } },
    'merge-patch+json',
  );
  await become('shim-tls', 'Ready', 'True', 'Ready');
});
