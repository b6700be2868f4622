import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Connection } from '../../../../src/cluster/connection.ts';
import type { RunRecord } from '../../../../src/playbooks/runs/events.ts';
import { certificateStep } from '../../../../src/playbooks/steps/certificate.ts';
import { certManagerHookMs } from '../../support/cert-manager.ts';
import type { ClusterUnderTest } from '../../support/cluster.ts';
import { endsOf, openPlaybook } from '../../support/run-playbook.ts';
import { stepContext, written } from '../../support/steps.ts';
import { openWayIn, readSecretCertificate } from '../../support/way-in.ts';

let cluster: ClusterUnderTest;
let connection: Connection;
let namespace: string;
let close: (() => Promise<void>) | undefined;

beforeAll(async () => {
  ({ cluster, connection, namespace, close } = await openWayIn());
}, certManagerHookMs);

afterAll(async () => close?.());

async function run(inputs: Record<string, string>) {
  const given = { email: 'operator@tars-console.dev', checkAnswer: 'false', ...inputs };
  const playbook = await openPlaybook(connection, 'tars/certificate', given);
  return playbook.run(await playbook.plan());
}
const ingressPath = () => `/apis/networking.k8s.io/v1/namespaces/${namespace}/ingresses/tars-ingress`;
const findings = (records: readonly RunRecord[]) =>
  records.flatMap((record) => (record.type === 'step-result' ? (record.findings ?? []) : []));

test('a name that is not public is refused with the reason before anything is changed', async () => {
  const before = await cluster.get(ingressPath());
  for (const host of ['tars.local', 'tars', '10.0.0.7', 'tars.example.com', 'tars.home.arpa']) {
    const { status, records } = await run({ host });
    expect(status, host).toBe('not-met');
    const finding = findings(records).find(({ title }) => title === `${host} is a public name`);
    expect(finding?.level, host).toBe('fatal');
    expect(finding?.repair).toContain('tars/self-signed');
  }
  expect((await cluster.get(ingressPath())).body.spec).toEqual(before.body.spec);
  expect((await cluster.get('/apis/cert-manager.io/v1/clusterissuers')).body.items).toEqual([]);
});

test('Let’s Encrypt issues by staging first, then by production, and a second run changes nothing', async () => {
  const host = 'demo.tars-console.dev';
  const { status, records } = await run({ host });
  expect(status).toBe('done');
  expect(endsOf(records)).toMatchObject({ 'staging-issued': 'done', 'production-issued': 'done', held: 'done' });
  const issued = await readSecretCertificate(cluster, namespace);
  expect(issued.checkHost(`api.${host}`)).toBe(`api.${host}`);
  expect(issued.issuer).not.toContain('STAGING');
  const ingress = await cluster.get(ingressPath());
  const again = await run({ host });
  expect(again.status).toBe('done');
  expect(endsOf(again.records)['staging-issued']).toBe('skipped');
  expect((await cluster.get(ingressPath())).body.metadata.resourceVersion).toBe(ingress.body.metadata.resourceVersion);
  expect((await readSecretCertificate(cluster, namespace)).serialNumber).toBe(issued.serialNumber);
});

test('a limit that is used up is named with what to do, and the next run tries again at once', async () => {
  const { status, records } = await run({ host: 'rate-limited.tars-console.dev', withApi: 'false' });
  expect(status).toBe('failed');
  expect(endsOf(records)).toMatchObject({ 'staging-issued': 'done', 'production-issued': 'failed' });
  const why = JSON.stringify(records);
  expect(why).toContain('Certificate/tars-tls-cert was not issued: Let’s Encrypt’s limit is used up');
  expect(why).toMatch(/retry after \d{4}-/);
  const again = await run({ host: 'demo.tars-console.dev', servers: 'production only' });
  expect(again.status).toBe('done');
  expect(endsOf(again.records)).toMatchObject({ again: 'done', 'production-issued': 'done' });
});

test('DNS that fails, a challenge that is not reached and one that somebody else answers are told apart', async () => {
  const causes = {
    'dns-missing.tars-console.dev': 'DNS does not know the name, or not yet',
    'unreachable.tars-console.dev': 'The HTTP-01 challenge cannot be reached on port 80',
    'wrong-answer.tars-console.dev': 'The challenge is answered by somebody else',
    'refused.tars-console.dev': 'The HTTP-01 challenge cannot be reached on port 80',
  };
  const collection = `/apis/cert-manager.io/v1/namespaces/${namespace}/certificates`;
  const made = Object.keys(causes).map(async (host) => {
    const name = host.split('.')[0] ?? '';
    const issuerRef = { name: 'letsencrypt-prod', kind: 'ClusterIssuer' };
    const spec = { secretName: name, dnsNames: [host], issuerRef, privateKey: { algorithm: 'ECDSA' } };
    await cluster.post(collection, { apiVersion: 'cert-manager.io/v1', kind: 'Certificate', metadata: { name }, spec });
    const { context, said } = stepContext(connection, { timeoutMs: 15_000 });
    const config = written(certificateStep, { certificate: { ready: `Certificate/${name}` } });
    const why = await Promise.resolve(certificateStep.run(config, context)).then(
      () => 'it was issued',
      (error: Error) => error.message,
    );
    return { why, way: said.join('\n') };
  });
  const told = await Promise.all(made);
  for (const [at, cause] of Object.values(causes).entries()) expect(told[at]?.why).toContain(cause);
  // Each step of the way is shown as it comes.
  expect(told[0]?.way).toMatch(
    /request dns-missing-1: Pending[\s\S]*order dns-missing-1-\d+: pending[\s\S]*challenge HTTP-01 of dns-missing\.tars-console\.dev: pending/,
  );
});
