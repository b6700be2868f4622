import { afterAll, describe, expect, it } from 'vitest';
import { type ClusterUnderTest, openCluster } from '../../support/cluster.ts';
import { put } from '../../support/injected-faults.ts';
import { endsOf, openPlaybook } from '../../support/run-playbook.ts';
import { connectTo } from '../../support/steps.ts';
import { cache, database, part, services, settings } from '../../support/tars-parts.ts';

const cluster = await openCluster({ speed: 20 });
afterAll(() => cluster.close());

interface Repair {
  repair: string;
  playbook: string;
  inputs?: Record<string, string>;
  objects: object[];
  deployment: string;
  /** What its pods are to have behind it. */
  // biome-ignore lint/suspicious/noExplicitAny: a pod template as a server says it.
  wanted(pod: any): void;
  /** A restart restarts each time. */
  again?: false;
}

const gpu = {
  container: { resources: { requests: { cpu: '10m' }, limits: { 'nvidia.com/gpu': '1', cpu: '1' } } },
  pod: { nodeSelector: { 'nvidia.com/gpu.present': 'true' }, tolerations: [{ key: 'gpu', operator: 'Exists' }] },
};

const repairs: Repair[] = [
  {
    repair: 'restart of the backend, once its databases are ready',
    playbook: 'tars/restart-backend',
    objects: [...services, database, cache, part('tars-backend', { container: { env: settings() } })],
    deployment: 'tars-backend',
    wanted: ({ metadata }) => expect(metadata.annotations).toHaveProperty(['kubectl.kubernetes.io/restartedAt']),
    again: false,
  },
  {
    repair: 'Ollama on the CPU',
    playbook: 'tars/ollama-cpu-only',
    objects: [part('ollama', { image: 'nginx:1.27', ...gpu })],
    deployment: 'ollama',
    wanted({ spec }) {
      expect(spec.nodeSelector).toBeUndefined();
      expect(spec.containers[0].resources).toEqual({ requests: { cpu: '10m' }, limits: { cpu: '1' } });
    },
  },
  {
    repair: 'higher limits of the backend',
    playbook: 'tars/raise-limits',
    inputs: { cpu: '2000m', memory: '1Gi' },
    objects: [
      part('tars-backend', {
        image: 'nginx:1.27',
        container: { resources: { requests: { cpu: '10m' }, limits: { cpu: '200m', memory: '64Mi' } } },
      }),
    ],
    deployment: 'tars-backend',
    wanted: ({ spec }) =>
      expect(spec.containers[0].resources).toEqual({ requests: { cpu: '10m' }, limits: { cpu: '2', memory: '1Gi' } }),
  },
  {
    repair: 'requests that fit a node',
    playbook: 'tars/lower-requests',
    inputs: { workload: 'chromadb', cpu: '10m', memory: '16Mi' },
    objects: [part('chromadb', { image: 'nginx:1.27', container: { resources: { requests: { cpu: '900' } } } })],
    deployment: 'chromadb',
    wanted: ({ spec }) => expect(spec.containers[0].resources.requests).toEqual({ cpu: '10m', memory: '16Mi' }),
  },
  {
    repair: 'another image',
    playbook: 'tars/set-image',
    inputs: { workload: 'redis', image: 'redis:8.2.2' },
    objects: [part('redis', { image: 'redis:does-not-exist' })],
    deployment: 'redis',
    wanted: ({ spec }) => expect(spec.containers[0].image).toBe('redis:8.2.2'),
  },
];

async function podsOf(under: ClusterUnderTest, namespace: string, name: string) {
  const { body } = await under.get(`/apis/apps/v1/namespaces/${namespace}/deployments/${name}`);
  expect(body.status.readyReplicas).toBe(1);
  return body;
}

describe.concurrent('Troubleshoot: a repair repairs, and says whether it did', () => {
  it.each(repairs)(
    '$repair',
    async ({ playbook, inputs = {}, objects, deployment, wanted, again }) => {
      const namespace = await cluster.namespace();
      const connection = await connectTo(cluster, namespace);
      try {
        await put(cluster, namespace, objects);
        const run = await openPlaybook(connection, playbook, inputs);
        const { status, records } = await run.run(await run.plan());
        expect(status, JSON.stringify(records.filter(({ type }) => type === 'step-result'))).toBe('done');
        expect(endsOf(records).works).toBe('done');
        const before = await podsOf(cluster, namespace, deployment);
        wanted(before.spec.template);
        if (again === false) return;
        const second = await openPlaybook(connection, playbook, inputs);
        expect((await second.run(await second.plan())).status).toBe('done');
        const after = await podsOf(cluster, namespace, deployment);
        expect(after.metadata.generation).toBe(before.metadata.generation);
      } finally {
        connection.close();
      }
    },
    120_000,
  );
});
