import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { applyObject } from '../../src/cluster/apply.ts';
import { connect } from '../../src/cluster/connect/connect.ts';
import type { Connection } from '../../src/cluster/connection.ts';
import { collectEvidence } from '../../src/cluster/readiness/evidence.ts';
import type { KubernetesObject } from '../../src/kubernetes/object.ts';
import { startWholeSandbox } from '../support/whole-sandbox.ts';

let sandbox: Awaited<ReturnType<typeof startWholeSandbox>>;
let connection: Connection;

beforeAll(async () => {
  sandbox = await startWholeSandbox(20);
  connection = await connect({ kubeconfig: sandbox.kubeconfig, sandbox: true, namespace: 'default' });
});

afterAll(async () => {
  connection.close();
  await sandbox.close();
});

interface Trouble {
  annotations?: Record<string, string>;
  container?: object;
  volumes?: object[];
}

function deployment(name: string, { annotations = {}, container = {}, volumes = [] }: Trouble): KubernetesObject {
  const labels = { app: name };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'default' },
    spec: {
      selector: { matchLabels: labels },
      template: {
        metadata: { labels, annotations },
        spec: { containers: [{ name: 'main', image: 'example.com/web:1', ...container }], volumes },
      },
    },
  };
}

const outcome = (value: string) => ({ annotations: { 'tars-console.dev/outcome': value } });

test.each<[string, Trouble, RegExp[]]>([
  ['image-missing', outcome('image-missing'), [/0\/1 {2}ImagePullBackOff/, /example\.com\/web:1: not found/]],
  [
    'crash',
    outcome('crash'),
    [/CrashLoopBackOff, restarted \d+ times?/, /ended with 1 \(Error\)/, /^log of crash-/, /fatal: asked to crash/],
  ],
  ['memory', outcome('out-of-memory'), [/CrashLoopBackOff/, /ended with 137 \(OOMKilled\)/]],
  [
    'too-large',
    { container: { resources: { requests: { cpu: '80' } } } },
    [/0\/1 {2}Pending/, /0\/3 nodes are available: 3 Insufficient cpu/],
  ],
  [
    'no-config',
    { container: { envFrom: [{ configMapRef: { name: 'nope' } }] } },
    [/CreateContainerConfigError: configmap "nope" not found/],
  ],
  [
    'no-claim',
    { volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'nope' } }] },
    [/persistentvolumeclaim "nope" not found/],
  ],
])(
  'the evidence of a workload with %s names the cause',
  async (name, trouble, said) => {
    const { object } = await applyObject(connection, deployment(name, trouble), { system: 'test' });
    await vi.waitFor(
      async () => {
        const lines = await collectEvidence(connection, object);
        for (const words of said) expect(lines).toContainEqual(expect.stringMatching(words));
      },
      { timeout: 15_000, interval: 50 },
    );
  },
  20_000,
);
