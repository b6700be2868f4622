import { beforeAll, describe, expect, it, vi } from 'vitest';
import { type CheckSource, sourceKindOf, sourceSchema } from '../../../../src/playbooks/steps/check/sources.ts';
import { connectTo, openStepCluster, stepContext } from '../../support/steps.ts';
import { webDeployment } from '../../support/workloads.ts';

const { cluster, connection } = await openStepCluster();
const { context } = stepContext(connection);
const place = `/namespaces/${connection.info.namespace}`;

/** What a source of a check reads now, as it is written in a playbook. */
async function read<Value>(source: CheckSource, own = context): Promise<Value> {
  const checked = sourceSchema.parse(source) as CheckSource;
  return (await sourceKindOf(checked).read(checked, own)) as Value;
}

async function make(resource: string, object: object, at = place): Promise<void> {
  const { apiVersion } = object as { apiVersion: string };
  const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const made = await cluster.post(`${root}${at}/${resource}`, object);
  expect(made.status, made.text).toBe(201);
}

interface Cause {
  workload: string;
  pods: number;
  container: string;
  image: string;
  code: string;
  message: string;
  evidence: string[];
}

const causesOf = (...workloads: string[]) => read<Cause[]>({ causes: { workloads } });
const outcome = (name: string) => ({ template: { annotations: { 'tars-console.dev/outcome': name } } });

describe.concurrent('why a workload is not ready', () => {
  it('is an image, once for all pods that want it, with the registry’s answer', async ({ expect }) => {
    const container = { image: 'registry.example/web:9' };
    await make('deployments', webDeployment('pull', { replicas: 2, ...outcome('image-missing'), container }));
    await expect
      .poll(() => causesOf('Deployment/pull'), { timeout: 20_000 })
      .toMatchObject([
        {
          pods: 2,
          container: 'web',
          image: 'registry.example/web:9',
          code: expect.stringMatching(/ImagePull|ErrImage/),
        },
      ]);
  });

  it('is its own end again and again, with the last lines of its log, also while it runs once more', async ({
    expect,
  }) => {
    await make('deployments', webDeployment('crash', outcome('crash')));
    await expect
      .poll(() => causesOf('Deployment/crash'), { timeout: 30_000 })
      .toMatchObject([{ workload: 'Deployment/crash', code: 'CrashLoopBackOff', container: 'web' }]);
    const [cause] = await causesOf('Deployment/crash');
    expect(cause?.evidence.join('\n')).toMatch(/log of crash-/);
    expect(cause?.message).toMatch(/ends again and again: exit code \d+/);
  });

  it('is a node that nobody has, a claim that nobody binds, and what does not exist', async ({ expect }) => {
    const claim = {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'data' },
      spec: {
        accessModes: ['ReadWriteOnce'],
        storageClassName: 'no-such-class',
        resources: { requests: { storage: '1Gi' } },
      },
    };
    await make('persistentvolumeclaims', claim);
    const deployment = webDeployment('gpu');
    Object.assign(deployment.spec.template.spec, { nodeSelector: { accelerator: 'nvidia' } });
    await make('deployments', deployment);
    const all = () => causesOf('Deployment/gpu', 'PersistentVolumeClaim/data', 'StatefulSet/absent');
    await expect
      .poll(async () => (await all()).map(({ workload, code }) => `${workload} ${code}`), { timeout: 20_000 })
      .toEqual([
        'StatefulSet/absent Missing',
        'Deployment/gpu Unschedulable',
        expect.stringMatching(/^PersistentVolumeClaim\/data (ProvisioningFailed|FailedBinding|Waiting)$/),
      ]);
    const found = await all();
    expect(found[1]?.message).toMatch(/no node takes Pod\/gpu-.*(affinity|selector)/);
  });

  it('is a quota that forbids its pods', async ({ expect }) => {
    const namespace = await cluster.namespace();
    const own = await connectTo(cluster, namespace);
    const there = `/namespaces/${namespace}`;
    const quota = {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'none' },
      spec: { hard: { pods: '0' } },
    };
    await make('resourcequotas', quota, there);
    const counted = () => cluster.get(`/api/v1${there}/resourcequotas/none`);
    await expect.poll(async () => (await counted()).text, { timeout: 20_000 }).toContain('"used"');
    await make('deployments', webDeployment('refused'), there);
    const source = { causes: { workloads: 'all' } };
    await expect
      .poll(() => read<Cause[]>(source, stepContext(own).context), { timeout: 20_000 })
      .toMatchObject([
        {
          workload: 'Deployment/refused',
          code: 'FailedCreate',
          message: expect.stringContaining('a quota forbids its pods'),
        },
      ]);
    own.close();
  });
});

describe('what a healthy system tells', () => {
  beforeAll(async () => {
    const container = {
      image: 'nginx:1.27',
      ports: [{ containerPort: 8000 }],
      resources: { requests: { cpu: '100m', memory: '64Mi' }, limits: { cpu: '1', memory: '1Gi' } },
      readinessProbe: { httpGet: { path: '/health', port: 8000 }, periodSeconds: 1 },
    };
    await make('deployments', webDeployment('backend', { replicas: 2, container }));
    const service = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'backend' },
      spec: { selector: { app: 'backend' }, ports: [{ port: 80, targetPort: 8000 }] },
    };
    await make('services', service);
    await vi.waitFor(async () => expect(await causesOf('Deployment/backend')).toEqual([]), {
      timeout: 40_000,
      interval: 200,
    });
  });

  it('logs, of all its pods or of none', async () => {
    type Log = { pod: string; container: string; previous: boolean; lines: string[] };
    const logs = await read<Log[]>({ logs: { of: 'Deployment/backend', tail: 3 } });
    expect(logs).toHaveLength(2);
    for (const log of logs) {
      expect(log).toMatchObject({ pod: expect.stringMatching(/^backend-/), container: 'web', previous: false });
      expect(log.lines.length).toBeLessThanOrEqual(3);
    }
    expect(await read({ logs: { selector: 'app=nobody' } })).toEqual([]);
    await expect(read({ logs: { of: 'Deployment/absent' } })).rejects.toThrow('There is no Deployment/absent');
  });

  it('what it uses beside what it may use', async () => {
    const usage = () => read<{ cpu: number | null; memory: number | null }[]>({ usage: { selector: 'app=backend' } });
    await expect
      .poll(async () => (await usage()).map(({ cpu, memory }) => [typeof cpu, typeof memory]), { timeout: 40_000 })
      .toEqual([
        ['number', 'number'],
        ['number', 'number'],
      ]);
    expect(await usage()).toMatchObject([
      { container: 'web', requests: { cpu: 0.1, memory: 64 * 2 ** 20 }, limits: { cpu: 1, memory: 2 ** 30 } },
      { container: 'web', requests: { cpu: 0.1, memory: 64 * 2 ** 20 }, limits: { cpu: 1, memory: 2 ** 30 } },
    ]);
  });

  it('answers, and that nobody answers', async () => {
    type Answer = { status: number; body: { status?: string }; ms: number; error: string };
    const answer = await read<Answer>({ http: { service: 'backend:80', path: '/health' } });
    expect(answer).toMatchObject({ status: 200, error: '' });
    const none = await read<Answer>({ http: { service: 'absent:80' } });
    expect(none).toMatchObject({ status: 0, error: expect.stringContaining('There is no Service absent') });
  });

  it('no counters where nobody could be asked for them', async () => {
    await expect(read({ metrics: { service: 'absent:80' } })).rejects.toThrow('There is no Service absent');
  });

  it('what a command in it says', async () => {
    const said = await read<{ code: number }>({
      exec: { in: 'Deployment/backend', command: ['cat', '/no/such/file'] },
    });
    expect(said.code).not.toBe(0);
  });

  it('events, the newest first', async () => {
    type Event = { at: string; type: string; reason: string; object: string };
    const events = await read<Event[]>({ events: { limit: 50 } });
    expect(events.map(({ reason }) => reason)).toContain('Pulled');
    const times = events.map(({ at }) => at);
    expect([...times].sort().reverse()).toEqual(times);
    expect(await read<Event[]>({ events: { of: 'Deployment/backend', warnings: true } })).toEqual([]);
  });
});

it('a name has addresses or a reason', async () => {
  expect(await read({ dns: 'localhost' })).toMatchObject({
    addresses: expect.arrayContaining(['127.0.0.1']),
    error: '',
  });
  expect(await read({ dns: 'no-such-host.invalid' })).toMatchObject({
    addresses: [],
    error: expect.stringMatching(/./),
  });
});
