import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { connect } from '../../src/cluster/connect/connect.ts';
import type { Connection } from '../../src/cluster/connection.ts';
import { statusLines } from '../../src/cluster/status-lines.ts';
import { collectSystemStatus, type SystemParts } from '../../src/cluster/system-status.ts';
import type { KubernetesObject } from '../../src/kubernetes/object.ts';
import { createTheme } from '../../src/ui/theme.ts';
import { type FakeCluster, startFakeCluster } from '../support/cluster.ts';
import { createFakeObjects } from './fake-objects.ts';
import { autoscaler, deployment, pod } from './workload-objects.ts';

let cluster: FakeCluster;
let connection: Connection;
let objects: ReturnType<typeof createFakeObjects>;

beforeEach(async () => {
  objects = createFakeObjects();
  cluster = await startFakeCluster(objects.handler);
  connection = await connect({ kubeconfig: cluster.kubeconfig, sandbox: false });
});

afterEach(async () => {
  connection.close();
  await cluster.close();
});

const system: SystemParts = {
  name: 'tars',
  namespace: 'tars',
  workloads: ['Deployment/tars-backend', 'Deployment/postgres'],
  autoscalers: ['tars-backend'],
  services: ['backend-service:8000'],
  access: [{ title: 'API', path: '/health', host: 'tars.local', ingress: 'tars-ingress' }],
};

const { symbols } = createTheme({ color: 0, unicode: true });
const object = (apiVersion: string, kind: string, name: string, more: object = {}): KubernetesObject => {
  const { metadata, ...rest } = more as { metadata?: object };
  return { apiVersion, kind, metadata: { name, namespace: 'tars', ...metadata }, ...rest };
};

function setUp(): void {
  objects.set(deployment('tars-backend', 3, 3));
  objects.set(deployment('postgres', 1, 1));
  objects.set(pod('tars-backend-1', 'tars-backend'));
  objects.set(pod('postgres-1', 'postgres'));
  objects.set(autoscaler('tars-backend', 3, 4, 83));
  objects.set(object('v1', 'Service', 'backend-service', { spec: { clusterIP: '10.96.0.7' } }));
  const endpoints = [{ conditions: { ready: true } }, { conditions: {} }, { conditions: { ready: false } }];
  const labels = { 'kubernetes.io/service-name': 'backend-service' };
  objects.set(object('discovery.k8s.io/v1', 'EndpointSlice', 'backend-service-x', { metadata: { labels }, endpoints }));
  objects.set(
    object('networking.k8s.io/v1', 'Ingress', 'tars-ingress', {
      spec: { rules: [{ host: 'tars.local' }] },
      status: { loadBalancer: { ingress: [{ ip: '203.0.113.7' }] } },
    }),
  );
  objects.set(
    object('v1', 'PersistentVolumeClaim', 'postgres-pvc', {
      spec: { storageClassName: 'standard' },
      status: { phase: 'Bound', capacity: { storage: '10Gi' } },
    }),
  );
}

const drawn = async () => {
  const status = await collectSystemStatus(connection, system);
  return { status, lines: statusLines(status, symbols, Date.parse('2026-01-01T00:02:00Z')).map(({ text }) => text) };
};

describe('the status of a system', () => {
  it('tells every part, and that all of it is ready', async () => {
    setUp();
    const { status, lines } = await drawn();
    expect(status.healthy).toBe(true);
    expect(lines).toEqual([
      'Workloads',
      '  ✓ Deployment/tars-backend  3 of 3 available',
      '  ✓ Deployment/postgres      1 of 1 available',
      '',
      'Pods 2',
      '  ✓ postgres-1      1/1  Running  0 restarts  node-1  2m',
      '  ✓ tars-backend-1  1/1  Running  0 restarts  node-1  2m',
      '',
      'Services',
      '  ✓ backend-service:8000  2 endpoints',
      '',
      'Autoscalers',
      '  ✓ tars-backend  cpu 83%/70%  3 → 4 of 10  scaling up: 83/70 × 3 = 3.6 → 4',
      '',
      'Ingress',
      '  ✓ tars-ingress  203.0.113.7  tars.local',
      '',
      'Volumes',
      '  ✓ postgres-pvc  bound 10Gi',
      '',
      '✓ everything is ready',
    ]);
  });

  it('puts what is wrong first and counts it', async () => {
    setUp();
    objects.set(deployment('postgres', 1, 0));
    objects.set(pod('postgres-1', 'postgres', { reason: 'CrashLoopBackOff', message: 'back-off' }));
    objects.remove(object('networking.k8s.io/v1', 'Ingress', 'tars-ingress'));
    const { status, lines } = await drawn();
    expect(status.healthy).toBe(false);
    expect(lines[1]).toBe('  ✗ Deployment/postgres      0 of 1 available');
    expect(lines[5]).toMatch(/✗ postgres-1 +0\/1 +CrashLoopBackOff +4 restarts/);
    expect(lines).toContain('  ✗ tars-ingress  does not exist');
    expect(lines.at(-1)).toBe('✗ not ready: 1 of 2 workloads, 1 of 1 ingresses');
  });

  it('of an empty namespace names all that is missing', async () => {
    const { status, lines } = await drawn();
    expect(status.pods).toEqual([]);
    expect(lines.at(-1)).toBe('✗ not ready: 2 of 2 workloads, 1 of 1 services, 1 of 1 autoscalers, 1 of 1 ingresses');
  });
});

describe('the status command', () => {
  it('prints and answers with its exit code', async () => {
    // The rest of the program is loaded with it; what it needs from there is given to it here.
    const { statusCommand } = await import('../../src/cli/status.ts');
    const written: string[] = [];
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => written.push(String(text)) > 0);
    vi.spyOn(process.stderr, 'write').mockImplementation(() => true);
    try {
      const services = { connect: () => connect({ kubeconfig: cluster.kubeconfig, sandbox: false }) };
      expect(await statusCommand(['tars'], {}, services)).toBe(3);
      expect(written.join('')).toContain('✗ not ready');
      written.length = 0;
      expect(await statusCommand(['tars'], { output: 'json' }, services)).toBe(3);
      expect(JSON.parse(written.join(''))).toMatchObject({ system: 'tars', healthy: false, pods: [] });
      await expect(statusCommand(['tasr'], {}, services)).rejects.toThrow('There is no system "tasr"');
    } finally {
      vi.restoreAllMocks();
    }
  });

  it('looks where the settings put the system, unless a namespace is named', async () => {
    const { statusCommand } = await import('../../src/cli/status.ts');
    const folder = mkdtempSync(join(tmpdir(), 'status-settings-'));
    mkdirSync(join(folder, 'tars-console'));
    writeFileSync(join(folder, 'tars-console', 'config.yaml'), 'namespaces: { tars: elsewhere }\n');
    vi.stubEnv('XDG_CONFIG_HOME', folder);
    const written: string[] = [];
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => written.push(String(text)) > 0);
    try {
      const services = { connect: () => connect({ kubeconfig: cluster.kubeconfig, sandbox: false }) };
      await statusCommand(['tars'], { output: 'json' }, services);
      await statusCommand(['tars'], { output: 'json', namespace: 'named' }, services);
      expect(written.map((text) => JSON.parse(text).namespace)).toEqual(['elsewhere', 'named']);
    } finally {
      vi.restoreAllMocks();
      vi.unstubAllEnvs();
      rmSync(folder, { recursive: true });
    }
  });
});
