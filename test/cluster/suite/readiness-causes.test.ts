import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Problem } from '../../../src/base/errors.ts';
import type { Connection } from '../../../src/cluster/connection.ts';
import { waitReady } from '../../../src/cluster/readiness/wait-ready.ts';
import type { KubernetesObject } from '../../../src/kubernetes/object.ts';
import { openCluster } from '../support/cluster.ts';
import { connectTo } from '../support/steps.ts';
import { webDeployment } from '../support/workloads.ts';

const cluster = await openCluster();
let connection: Connection;
let narrow: Connection;
beforeAll(async () => {
  connection = await connectTo(cluster, await cluster.namespace());
  narrow = await connectTo(cluster, await cluster.namespace());
});
afterAll(async () => {
  connection.close();
  narrow.close();
  await cluster.close();
});

const resources: Record<string, string> = {
  Deployment: 'deployments',
  StatefulSet: 'statefulsets',
  DaemonSet: 'daemonsets',
  Job: 'jobs',
  Pod: 'pods',
  PersistentVolumeClaim: 'persistentvolumeclaims',
};

/** Makes an object and waits for it with little patience: the problem that it ends with. */
async function problemOf(object: object, graceMs = 100, on = connection): Promise<Problem> {
  const { apiVersion, kind } = object as KubernetesObject;
  const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const made = await cluster.post(`${root}/namespaces/${on.info.namespace}/${resources[kind]}`, object);
  expect(made.status, made.text).toBe(201);
  try {
    await waitReady(on, [made.body as KubernetesObject], { graceMs, timeoutMs: 60_000 });
  } catch (error) {
    return error as Problem;
  }
  throw new Error(`${kind} became ready`);
}

/** Nothing asks whether it is well: until it has lived for a while it is not ready. */
const suffering = (name: string, outcome: string, container: object = {}) =>
  webDeployment(name, {
    template: { annotations: { 'tars-console.dev/outcome': outcome } },
    container,
    spec: { minReadySeconds: 30 },
  });

/** Messages and next steps are told apart by what they say; the evidence has the pod in it. */
async function expectProblem(problem: Problem, message: RegExp, evidence: RegExp, next: RegExp): Promise<void> {
  expect(problem.message).toMatch(message);
  expect(problem.evidence.join('\n')).toMatch(evidence);
  expect(problem.next.join('\n')).toMatch(next);
}

describe.concurrent('what keeps a workload from being ready is told at once', () => {
  it('an image that cannot be pulled', async () => {
    const problem = await problemOf(suffering('pull', 'image-missing', { image: 'registry.example/web:9' }));
    await expectProblem(
      problem,
      /^Deployment\/pull fails: (ErrImagePull|ImagePullBackOff): the image registry\.example\/web:9 of container web cannot be pulled: .*registry\.example\/web:9/,
      /Pod\/pull-/,
      /imagePullSecrets[\s\S]*kubectl describe pod pull-/,
    );
  });

  it('a crash loop, with the last lines of the container before', async () => {
    const problem = await problemOf(suffering('crash', 'crash'));
    await expectProblem(
      problem,
      /^Deployment\/crash fails: CrashLoopBackOff: container web ends again and again: exit code 1 \(Error\)/,
      /log of crash-[\s\S]*fatal: asked to crash/,
      /kubectl logs crash-\S+ -c web -n \S+ --previous/,
    );
  });

  it('memory, with the limit', async () => {
    const container = { resources: { limits: { memory: '64Mi' } } };
    await expectProblem(
      await problemOf(suffering('memory', 'out-of-memory', container)),
      /^Deployment\/memory fails: OOMKilled: container web needed more memory than its limit of 64Mi and was killed/,
      /OOMKilled/,
      /Raise `resources\.limits\.memory` of the container web/,
    );
  });

  it('no node that takes it, with the scheduler’s reason', async () => {
    const container = { resources: { requests: { cpu: '900' } } };
    await expectProblem(
      await problemOf(webDeployment('large', { container })),
      /^Deployment\/large fails: Unschedulable: no node takes Pod\/large-\S+: 0\/\d+ nodes are available: .*Insufficient cpu/,
      /Pod\/large-/,
      /kubectl describe nodes/,
    );
  });

  it('a key of a Secret that is not there', async () => {
    const env = [{ name: 'KEY', valueFrom: { secretKeyRef: { name: 'absent', key: 'key' } } }];
    await expectProblem(
      await problemOf(webDeployment('config', { container: { env } })),
      /^Deployment\/config fails: CreateContainerConfigError: container web cannot be started: secret "absent" not found/,
      /Pod\/config-/,
      /kubectl get secret absent/,
    );
  });

  it('a volume of a Secret that is not there', async () => {
    const volumes = [{ name: 'keys', secret: { secretName: 'absent' } }];
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'mount' },
      spec: { containers: [{ name: 'web', image: 'nginx:1.27' }], volumes },
    };
    await expectProblem(
      await problemOf(pod, 2000),
      /^Pod\/mount fails: FailedMount: .*secret "absent" not found/,
      /Pod\/mount/,
      /kubectl (get|describe)/,
    );
  });

  it('a readiness probe, with what it answered', async () => {
    const readinessProbe = { exec: { command: ['sh', '-c', 'echo not yet; exit 1'] }, periodSeconds: 1 };
    const container = { image: 'busybox:1.37', command: ['sleep', '3600'], readinessProbe };
    await expectProblem(
      await problemOf(webDeployment('unready', { container }), 40),
      /^Deployment\/unready fails: ProbeFailed: the readiness probe of container web fails: .*not yet/,
      /event Unhealthy Pod\/unready-/,
      /kubectl logs unready-/,
    );
  });

  it('a liveness probe for which the container is restarted', async () => {
    const livenessProbe = {
      exec: { command: ['sh', '-c', 'echo stuck; exit 1'] },
      periodSeconds: 1,
      failureThreshold: 1,
    };
    const readinessProbe = { exec: { command: ['false'] }, periodSeconds: 1 };
    const container = { image: 'busybox:1.37', command: ['sleep', '3600'], livenessProbe, readinessProbe };
    const problem = await problemOf(webDeployment('dead', { container }), 1500);
    expect(problem.message).toMatch(
      /^Deployment\/dead fails: ProbeFailed: the (liveness probe of container web fails: .*stuck|readiness probe of container web fails: )/,
    );
  });

  it('a progress deadline, with the cause', async () => {
    const readinessProbe = { exec: { command: ['sh', '-c', 'echo not yet; exit 1'] }, periodSeconds: 1 };
    const container = { image: 'busybox:1.37', command: ['sleep', '3600'], readinessProbe };
    const problem = await problemOf(webDeployment('late', { container, spec: { progressDeadlineSeconds: 6 } }), 2000);
    expect(problem.message).toMatch(
      /^Deployment\/late fails: ProbeFailed: .*not yet; it made no progress within its deadline of 6 s: 0 of 1 available/,
    );
    expect(problem.next.join('\n')).toContain('kubectl describe deployment late');
  });

  it('a claim without a volume, of a pod that waits for it', async () => {
    const claim = {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'data' },
      spec: { storageClassName: 'absent', accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
    };
    await expectProblem(
      await problemOf(claim),
      /^PersistentVolumeClaim\/data fails: ProvisioningFailed: no volume can be made for it: storageclass\.storage\.k8s\.io "absent" not found/,
      /event ProvisioningFailed/,
      /kubectl get storageclass/,
    );
    const volumes = [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }];
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'claims' },
      spec: { containers: [{ name: 'web', image: 'nginx' }], volumes },
    };
    const problem = await problemOf(pod);
    expect(problem.message).toMatch(/^Pod\/claims fails: Unschedulable: .*unbound immediate PersistentVolumeClaims/);
    expect(problem.evidence.join('\n')).toContain('PersistentVolumeClaim/data');
  });

  it('a Job that failed, with how its last pod ended and what it wrote', async () => {
    const spec = {
      restartPolicy: 'Never',
      containers: [{ name: 'main', image: 'busybox:1.37', command: ['sh', '-c', 'echo no database >&2; exit 4'] }],
    };
    const job = {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name: 'migrate' },
      spec: { backoffLimit: 0, template: { spec } },
    };
    await expectProblem(
      await problemOf(job),
      /^Job\/migrate fails: BackoffLimitExceeded: .*Pod\/migrate-\S+: container main ended with exit code 4/,
      /log of migrate-[\s\S]*no database/,
      /kubectl logs migrate-/,
    );
  });

  it('a paused Deployment', async () => {
    const problem = await problemOf(webDeployment('paused', { spec: { paused: true } }));
    expect(problem.message).toMatch(/^Deployment\/paused fails: Paused: its rollout is paused/);
    expect(problem.next[0]).toMatch(/^kubectl rollout resume deployment\/paused/);
  });
});

it('a quota and a LimitRange that forbid the pods', async () => {
  const base = `/api/v1/namespaces/${narrow.info.namespace}`;
  const limits = [{ type: 'Container', max: { cpu: '1' } }];
  await cluster.post(`${base}/limitranges`, {
    apiVersion: 'v1',
    kind: 'LimitRange',
    metadata: { name: 'small' },
    spec: { limits },
  });
  const container = { resources: { limits: { cpu: '2' } } };
  const limited = await problemOf(webDeployment('limited', { container }), 100, narrow);
  expect(limited.message).toMatch(
    /^Deployment\/limited fails: FailedCreate: a LimitRange forbids its pods: .*maximum cpu usage per Container is 1/,
  );
  expect(limited.next[0]).toMatch(/^kubectl describe limitrange/);
  await cluster.post(`${base}/resourcequotas`, {
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name: 'none' },
    spec: { hard: { pods: '0' } },
  });
  await cluster.until(`${base}/resourcequotas/none`, ({ body }) => body.status?.hard?.pods === '0');
  const full = await problemOf(webDeployment('full'), 100, narrow);
  expect(full.message).toMatch(
    /^Deployment\/full fails: FailedCreate: a quota forbids its pods: .*exceeded quota: none/,
  );
  const { spec } = webDeployment('store', { spec: { serviceName: 'store' } });
  const set = { apiVersion: 'apps/v1', kind: 'StatefulSet', metadata: { name: 'store' }, spec };
  expect((await problemOf(set, 100, narrow)).message).toMatch(
    /^StatefulSet\/store fails: FailedCreate: a quota forbids its pods/,
  );
});

it.runIf(cluster.ours)('a webhook that does not answer', async () => {
  const namespace = await cluster.namespace();
  const own = await connectTo(cluster, namespace);
  const path = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations';
  const service = { name: 'absent', namespace };
  const { body } = await cluster.post(path, {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingWebhookConfiguration',
    metadata: { name: namespace },
    webhooks: [
      {
        name: 'check.example.com',
        clientConfig: { service, caBundle: Buffer.from(cluster.access.ca ?? '').toString('base64') },
        rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }],
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
        sideEffects: 'None',
        admissionReviewVersions: ['v1'],
        failurePolicy: 'Fail',
        timeoutSeconds: 1,
      },
    ],
  });
  try {
    await expect(waitReady(own, [body as KubernetesObject], { graceMs: 100, timeoutMs: 30_000 })).rejects.toThrow(
      `ValidatingWebhookConfiguration/${namespace} fails: WebhookFailed: the webhook check.example.com cannot work: its Service ${namespace}/absent does not exist`,
    );
    const problem = await problemOf(webDeployment('admitted'), 100, own);
    expect(problem.message).toMatch(
      /^Deployment\/admitted fails: WebhookFailed: the webhook check\.example\.com that must admit its pods does not answer: /,
    );
  } finally {
    own.close();
    await cluster.remove(`${path}/${namespace}`);
  }
});

it.runIf(cluster.ours)('a namespace that is being deleted, with what holds it', async () => {
  const namespace = await cluster.namespace();
  const path = `/api/v1/namespaces/${namespace}`;
  const held = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'held', finalizers: ['example.com/backup'] } };
  await cluster.post(`${path}/configmaps`, held);
  await cluster.remove(path);
  await cluster.until(path, ({ body }) =>
    body.status?.conditions?.some(
      ({ type, status }: { type: string; status: string }) =>
        type === 'NamespaceFinalizersRemaining' && status === 'True',
    ),
  );
  const wanted = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } };
  try {
    await expect(waitReady(connection, [wanted], { graceMs: 100, timeoutMs: 20_000 })).rejects.toThrow(
      /fails: Terminating: it is being deleted, and held: .*NamespaceFinalizersRemaining: .*example\.com\/backup/,
    );
  } finally {
    await cluster.patch(`${path}/configmaps/held`, { metadata: { finalizers: null } }, 'merge-patch+json');
  }
});
