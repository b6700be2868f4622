import { afterAll, beforeAll, expect, it } from 'vitest';
import { installCertManager, removeCertManager, takeCertManagerTurn } from '../../support/cert-manager.ts';
import { openCluster } from '../../support/cluster.ts';
import { diagnose } from '../../support/diagnose.ts';
import { type Fault, findFirst, put } from '../../support/injected-faults.ts';
import { connectTo } from '../../support/steps.ts';

const cluster = await openCluster({ speed: 20 });
let uninstall = async () => {};

/** The Ingress of T.A.R.S. with a name whose first part says what is wrong with it, and its issuer. */
const asking = (host: string, spec: object = {}, issuer = 'lets-encrypt') => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: { name: 'tars-ingress', annotations: { 'cert-manager.io/issuer': issuer } },
  spec: {
    ingressClassName: 'nginx',
    tls: [{ hosts: [host], secretName: 'tars-tls-cert' }],
    rules: [{ host }],
    defaultBackend: { service: { name: 'backend-service', port: { number: 8000 } } },
    ...spec,
  },
});
const issuer = (ingressClassName = 'nginx', email = 'operator@tars-console.dev') => ({
  apiVersion: 'cert-manager.io/v1',
  kind: 'Issuer',
  metadata: { name: 'lets-encrypt' },
  spec: {
    acme: {
      server: 'https://acme-v02.api.letsencrypt.org/directory',
      email,
      privateKeySecretRef: { name: 'account' },
      solvers: [{ http01: { ingress: { ingressClassName } } }],
    },
  },
});

const faults: Fault[] = [
  {
    fault: 'an issuer that nobody has made',
    diagnosis: 'certificate',
    first: 'issuer-missing',
    objects: [asking('demo.tars-console.dev', {}, 'nobody')],
    says: /nobody/,
  },
  {
    fault: 'an issuer that cannot register',
    diagnosis: 'certificate',
    first: 'issuer-not-ready',
    objects: [issuer('nginx', 'admin@tars.local'), asking('demo.tars-console.dev')],
    says: /invalidContact/,
  },
  {
    fault: 'a name for which Let’s Encrypt issues nothing',
    diagnosis: 'certificate',
    first: 'local-name',
    objects: [issuer(), asking('tars.local')],
    says: /tars\.local/,
  },
  {
    fault: 'a limit of Let’s Encrypt that is used up',
    diagnosis: 'certificate',
    first: 'rate-limit',
    objects: [issuer(), asking('rate-limited.tars-console.dev')],
    says: /too many certificates/,
  },
  {
    fault: 'a name that is not in DNS',
    diagnosis: 'certificate',
    first: 'dns-missing',
    objects: [issuer(), asking('dns-missing.tars-console.dev')],
    says: /no such host/,
  },
  {
    fault: 'a challenge that a firewall keeps out',
    diagnosis: 'certificate',
    first: 'challenge-failing',
    objects: [issuer(), asking('unreachable.tars-console.dev')],
    says: /firewall/,
  },
  {
    fault: 'a challenge that somebody else answers',
    diagnosis: 'certificate',
    first: 'challenge-failing',
    objects: [issuer(), asking('wrong-answer.tars-console.dev')],
    says: /Somebody else answers/,
  },
  {
    fault: 'an order that the server refuses',
    diagnosis: 'certificate',
    first: 'order-failing',
    objects: [issuer(), asking('demo.example.com')],
    says: /forbidden by policy/,
  },
  {
    fault: 'a class of the Ingress that nobody serves',
    diagnosis: 'certificate',
    first: 'ingress-class-missing',
    objects: [issuer('nobody'), asking('demo.tars-console.dev', { ingressClassName: 'nobody' })],
    says: /nobody/,
  },
];

beforeAll(async () => {
  uninstall = await installCertManager(cluster);
}, 300_000);
afterAll(async () => {
  await uninstall();
  await cluster.close();
}, 300_000);

findFirst(cluster, 'Troubleshoot › Certificate not issued: what was put into the cluster is named first', faults);

it('a certificate that was issued has no cause', async () => {
  const namespace = await cluster.namespace();
  const connection = await connectTo(cluster, namespace);
  await put(cluster, namespace, [issuer(), asking('demo.tars-console.dev')]);
  const path = `/apis/cert-manager.io/v1/namespaces/${namespace}/certificates/tars-tls-cert`;
  await cluster.until(path, ({ body }) => body?.status?.conditions?.[0]?.status === 'True', { withinMs: 60_000 });
  const found = await diagnose(connection, 'certificate');
  // A bare control plane gives no Ingress an address.
  expect(found.filter(({ id }) => id !== 'ingress-no-address')).toEqual([]);
  connection.close();
});

it('cert-manager that is not there', async () => {
  await uninstall();
  const giveBack = await takeCertManagerTurn(cluster);
  uninstall = giveBack;
  await removeCertManager(cluster);
  const namespace = await cluster.namespace();
  const connection = await connectTo(cluster, namespace);
  await put(cluster, namespace, [asking('demo.tars-console.dev')]);
  const [first] = await diagnose(connection, 'certificate');
  expect(first).toMatchObject({ id: 'cert-manager-missing', fix: { playbook: 'cluster/components' } });
  connection.close();
}, 200_000);
