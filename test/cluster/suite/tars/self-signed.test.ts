import { X509Certificate } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Connection } from '../../../../src/cluster/connection.ts';
import { makeCertificate } from '../../../../src/playbooks/steps/certificate/make.ts';
import { certManagerHookMs } from '../../support/cert-manager.ts';
import type { ClusterUnderTest } from '../../support/cluster.ts';
import { endsOf, openPlaybook, troubleOf } from '../../support/run-playbook.ts';
import { openWayIn, readSecretCertificate, waitForCertificate } from '../../support/way-in.ts';

let cluster: ClusterUnderTest;
let connection: Connection;
let namespace: string;
let close: (() => Promise<void>) | undefined;

beforeAll(async () => {
  ({ cluster, connection, namespace, close } = await openWayIn());
}, certManagerHookMs);

afterAll(async () => close?.());

async function run(inputs: Record<string, string> = {}) {
  const playbook = await openPlaybook(connection, 'tars/self-signed', inputs);
  const ended = await playbook.run(await playbook.plan());
  expect(ended.status, troubleOf(ended.records)).toBe('done');
  return ended;
}
const ingressPath = () => `/apis/networking.k8s.io/v1/namespaces/${namespace}/ingresses/tars-ingress`;
const secretPath = () => `/api/v1/namespaces/${namespace}/secrets/tars-tls-cert`;

test('a self-signed certificate is made, cert-manager taken off the Ingress for good, and https answers with it', async () => {
  // The annotation of the guide has made one that can never be issued.
  await waitForCertificate(cluster, namespace, 'letsencrypt-prod');
  const { records } = await run();
  expect(endsOf(records)).toMatchObject({ certificate: 'done', make: 'done', shown: 'done' });
  const { body } = await cluster.get(ingressPath());
  expect(body.metadata.annotations).not.toHaveProperty(['cert-manager.io/cluster-issuer']);
  const made = await readSecretCertificate(cluster, namespace);
  expect(made.checkHost('tars.local')).toBe('tars.local');
  expect(made.checkHost('api.tars.local')).toBe('api.tars.local');
  const gone = await cluster.get(`/apis/cert-manager.io/v1/namespaces/${namespace}/certificates/tars-tls-cert`);
  expect(gone.status).toBe(404);
  const journal = JSON.stringify(records);
  const key = Buffer.from((await cluster.get(secretPath())).body.data['tls.key'], 'base64').toString();
  for (const line of key.split('\n').filter((one) => one.length > 40)) expect(journal).not.toContain(line);
});

test('a second run changes nothing, another host gets a new one', async () => {
  const before = await cluster.get(secretPath());
  await run();
  expect((await cluster.get(secretPath())).body.metadata.resourceVersion).toBe(before.body.metadata.resourceVersion);
  await run({ host: 'assistant.home' });
  expect((await readSecretCertificate(cluster, namespace)).checkHost('api.assistant.home')).toBeDefined();
  const { body } = await cluster.get(ingressPath());
  expect(body.spec.tls[0].hosts).toEqual(['assistant.home', 'api.assistant.home']);
});

test('a certificate that ends soon is made anew', async () => {
  const old = await makeCertificate(['assistant.home', 'api.assistant.home'], 10, 'an old authority');
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  const data = { 'tls.crt': base64(old.certificate), 'tls.key': base64(old.key) };
  await cluster.patch(secretPath(), { data }, 'merge-patch+json');
  await run({ host: 'assistant.home' });
  const renewed = await readSecretCertificate(cluster, namespace);
  const days = (certificate: X509Certificate) => (Date.parse(certificate.validTo) - Date.now()) / 86_400_000;
  expect(days(new X509Certificate(old.certificate))).toBeLessThan(11);
  expect(days(renewed)).toBeGreaterThan(360);
});
