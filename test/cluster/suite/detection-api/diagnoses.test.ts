import { afterAll, describe, expect, it } from 'vitest';
import { makeCertificate } from '../../../../src/playbooks/steps/certificate/make.ts';
import { openCluster } from '../../support/cluster.ts';
import { untilFirst } from '../../support/diagnose-for.ts';
import { put } from '../../support/injected-faults.ts';
import { slot } from '../../support/slots.ts';
import { connectTo } from '../../support/steps.ts';
import { service } from '../../support/tars-parts.ts';

const cluster = await openCluster({ speed: 20 });
afterAll(() => cluster.close());

const [mine, other] = await Promise.all([
  makeCertificate(['detection-api-service'], 90, 'TAK authority'),
  makeCertificate(['somebody-else'], 90, 'another authority'),
]);
const entry = service('detection-api-service', { app: 'detection-api', slot: 'blue' }, 8000);
const headless = service('detection-api-headless', { app: 'detection-api' }, 8000);
const secret = (name: string, stringData: Record<string, string>) => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name },
  stringData,
});
const whole = {
  endpoint: 'https://tak.example.com:8089',
  username: 'detection-api',
  password: 'not-for-the-screen',
  ca_cert: mine.authority,
  client_cert: mine.certificate,
  client_key: mine.key,
};
const { client_key: _, ...keyless } = whole;
const reading = (name: string) => ({
  env: [
    { name: 'SLOT', value: 'blue' },
    { name: 'TAK_ENDPOINT', valueFrom: { secretKeyRef: { name, key: 'endpoint' } } },
  ],
});
const policy = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name: 'nothing-out' },
  spec: { podSelector: {}, policyTypes: ['Egress'], egress: [{ ports: [{ port: 53, protocol: 'UDP' }] }] },
};

function withOutcome(name: string) {
  const one = slot('blue', '1.0.0');
  const { template } = one.spec;
  const annotations = { 'tars-console.dev/outcome': name };
  return { ...one, spec: { ...one.spec, template: { ...template, metadata: { ...template.metadata, annotations } } } };
}

const faults = [
  {
    fault: 'High memory usage: pods that are killed at their limit, and the repair that raises it',
    playbook: 'detection-api/diagnose-memory',
    id: 'memory-killed',
    objects: [withOutcome('out-of-memory'), entry, headless],
    says: /was killed at its limit/,
    repair: /run detection-api\/raise-limits --set memory=1Gi$/,
  },
  {
    fault: 'High memory usage: a container without a limit',
    playbook: 'detection-api/diagnose-memory',
    id: 'memory-unlimited',
    objects: [slot('blue', '1.0.0', {}, { resources: { requests: { cpu: '50m' } } }), entry, headless],
    says: /has none/,
    repair: /run detection-api\/raise-limits --set memory=512Mi$/,
  },
  {
    fault: 'Connection timeouts: a Secret that lacks a key',
    playbook: 'detection-api/diagnose-tak',
    id: 'tak-secret-keys',
    objects: [secret('tak-server-credentials', keyless), slot('blue', '1.0.0'), entry, headless],
    says: /missing: client_key/,
    repair: /run detection-api\/configure-secrets$/,
  },
  {
    fault: 'Connection timeouts: a certificate and the key of another one, in the Secret that a rotation made',
    playbook: 'detection-api/diagnose-tak',
    id: 'tak-certificates',
    objects: [
      secret('tak-server-credentials-v2', { ...whole, client_key: other.key }),
      slot('blue', '1.0.0', {}, reading('tak-server-credentials-v2')),
      entry,
      headless,
    ],
    says: /Secret\/tak-server-credentials-v2: client_key is not the key of the certificate in client_cert/,
    repair: /run detection-api\/rotate --set which=tak$/,
  },
  {
    fault: 'Connection timeouts: policies that let nothing out to the TAK server',
    playbook: 'detection-api/diagnose-tak',
    id: 'tak-egress-denied',
    objects: [secret('tak-server-credentials', whole), policy, slot('blue', '1.0.0'), entry, headless],
    says: /NetworkPolicy\/nothing-out/,
    repair: /run detection-api\/deploy$/,
  },
];

describe.concurrent('Troubleshoot: what was put into the cluster is named first', () => {
  for (const { fault, playbook, id, objects, says, repair } of faults)
    it(fault, async () => {
      const namespace = await cluster.namespace();
      const connection = await connectTo(cluster, namespace);
      try {
        await put(cluster, namespace, objects);
        const found = await untilFirst(connection, { system: 'detection-api', playbook, id });
        expect(found[0]?.id, JSON.stringify(found, null, 1)).toBe(id);
        expect(JSON.stringify(found[0])).toMatch(says);
        expect(found[0]?.repair).toMatch(repair);
        expect(JSON.stringify(found)).not.toMatch(/not-for-the-screen|PRIVATE KEY/);
      } finally {
        connection.close();
      }
    }, 90_000);
});
