import { describe, expect, test } from 'vitest';
import type { KubernetesObject } from '../../src/kubernetes/object.ts';
import { podFailure } from '../../src/kubernetes/pod-failure.ts';
import { podWaiting } from '../../src/kubernetes/pod-waiting.ts';
import { readinessOf } from '../../src/kubernetes/readiness.ts';
import { condition, containers, event, object, pod } from './readiness-objects.ts';

const waiting = (reason: string, message?: string) =>
  containers({ waiting: { reason, ...(message ? { message } : {}) } });
const running = (more: object = {}) => containers({ running: { startedAt: '2026-01-01T00:00:00Z' } }, more);
const ended = (exitCode: number, reason: string) => ({ lastState: { terminated: { exitCode, reason } } });
const crashing = { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 20s restarting failed container' } };
const about = (reason: string, message: string, more: object = {}) => event(pod({}), reason, message, more);
const unschedulable = '0/1 nodes are available: 1 Insufficient cpu.';

describe('a pod that will not become ready says why', () => {
  const causes: [string, KubernetesObject, KubernetesObject[], string, string][] = [
    [
      'the registry’s answer stands in the status',
      pod(waiting('ImagePullBackOff', 'Back-off pulling image "registry.example/web:3": ErrImagePull: not found')),
      [],
      'ImagePullBackOff',
      'the image registry.example/web:3 of container main cannot be pulled: not found',
    ],
    [
      'the registry’s answer stands in an event',
      pod(waiting('ImagePullBackOff', 'Back-off pulling image "registry.example/web:3"')),
      [about('Failed', 'Failed to pull image "registry.example/web:3": unauthorized')],
      'ImagePullBackOff',
      'the image registry.example/web:3 of container main cannot be pulled: unauthorized',
    ],
    [
      'a name that is no image',
      pod(waiting('InvalidImageName', 'couldn’t parse image name "A"')),
      [],
      'InvalidImageName',
      'the image registry.example/web:3 of container main cannot be pulled: couldn’t parse image name "A"',
    ],
    [
      'a crash loop',
      pod(containers(crashing, ended(3, 'Error'))),
      [],
      'CrashLoopBackOff',
      'container main ends again and again: exit code 3 (Error), restarted 2 times',
    ],
    [
      'memory',
      pod(containers(crashing, ended(137, 'OOMKilled')), { resources: { limits: { memory: '64Mi' } } }),
      [],
      'OOMKilled',
      'container main needed more memory than its limit of 64Mi and was killed, restarted 2 times',
    ],
    [
      'a missing Secret',
      pod(waiting('CreateContainerConfigError', 'secret "db" not found')),
      [],
      'CreateContainerConfigError',
      'container main cannot be started: secret "db" not found',
    ],
    [
      'a missing key',
      pod(waiting('CreateContainerConfigError', 'couldn’t find key url in ConfigMap tars/settings')),
      [],
      'CreateContainerConfigError',
      'container main cannot be started: couldn’t find key url in ConfigMap tars/settings',
    ],
    [
      'the scheduler',
      pod({ conditions: [condition('PodScheduled', 'False', 'Unschedulable', unschedulable)] }),
      [],
      'Unschedulable',
      `no node takes Pod/web-1: ${unschedulable}`,
    ],
    ['a volume', pod(waiting('ContainerCreating')), [], '', ''],
    [
      'a volume that cannot be mounted',
      pod(containers({ waiting: { reason: 'ContainerCreating' } }, { restartCount: 0 })),
      [about('FailedMount', 'MountVolume.SetUp failed for volume "config" : configmap "settings" not found')],
      'FailedMount',
      'Pod/web-1: a volume cannot be mounted: MountVolume.SetUp failed for volume "config" : configmap "settings" not found',
    ],
    [
      'a readiness probe',
      pod(running({ restartCount: 0 })),
      [about('Unhealthy', 'Readiness probe failed: HTTP probe failed with statuscode: 503')],
      'ProbeFailed',
      'the readiness probe of container main fails: HTTP probe failed with statuscode: 503',
    ],
    [
      'a liveness probe for which it was restarted',
      pod(containers(crashing, ended(137, 'Error'))),
      [
        about('Unhealthy', 'Liveness probe failed: Get "http://10.0.0.1:80/": connection refused'),
        about('Killing', 'Container main failed liveness probe, will be restarted', { type: 'Normal' }),
        about('Unhealthy', 'Readiness probe failed: not asked about'),
      ],
      'ProbeFailed',
      'the liveness probe of container main fails: Get "http://10.0.0.1:80/": connection refused, and the container was restarted for it',
    ],
    [
      'a pod that failed for good',
      pod({ phase: 'Failed', ...containers({ terminated: { exitCode: 4, reason: 'Error' } }) }),
      [],
      'Error',
      'Pod/web-1: container main ended with exit code 4 (Error)',
    ],
    [
      'a pod that was evicted',
      pod({ phase: 'Failed', reason: 'Evicted', message: 'The node was low on resource: memory.' }),
      [],
      'Evicted',
      'Pod/web-1: The node was low on resource: memory.',
    ],
  ];

  test.each(causes)('%s', (_, object, events, reason, message) => {
    const failure = podFailure(object, events);
    expect({ reason: failure?.reason ?? '', message: failure?.message ?? '' }).toEqual({ reason, message });
    if (failure) expect(failure.next?.length).toBeGreaterThan(0);
  });

  test('a missing object comes with the command that looks for it', () => {
    const next = (message: string) => podFailure(pod(waiting('CreateContainerConfigError', message)))?.next?.at(-1);
    expect(next('secret "db" not found')).toBe('kubectl get secret db -n tars');
    expect(next("couldn't find key url in ConfigMap tars/settings")).toBe('kubectl get configmap settings -n tars');
  });

  test('what is slower to be believed has more patience', () => {
    const patience = (object: KubernetesObject, events: KubernetesObject[] = []) =>
      podFailure(object, events)?.patience ?? 1;
    expect(patience(pod(waiting('ErrImagePull', 'not found')))).toBe(1);
    const noNode = pod({ conditions: [condition('PodScheduled', 'False', 'Unschedulable', unschedulable)] });
    expect(patience(noNode)).toBe(5);
    expect(patience(pod(running()), [about('Unhealthy', 'Readiness probe failed: no')])).toBe(50);
  });

  test('what is well, passes, or speaks of something that is gone is no failure', () => {
    expect(podFailure(pod({ phase: 'Pending' }))).toBeUndefined();
    expect(podFailure(pod(waiting('ContainerCreating')))).toBeUndefined();
    expect(podFailure(pod(running()))).toBeUndefined();
    expect(podFailure(pod(waiting('ErrImagePull'), {}, { deletionTimestamp: 'now' }))).toBeUndefined();
    // It was out of memory once, and runs again.
    expect(podFailure(pod(running({ restartCount: 1, ...ended(137, 'OOMKilled') })))).toBeUndefined();
    const probed = (more: object) => [about('Unhealthy', 'Readiness probe failed: no', more)];
    const ofAnother = probed({ involvedObject: { kind: 'Pod', name: 'web-1', uid: 'before', fieldPath: '{main}' } });
    expect(podFailure(pod(running(), {}, { uid: 'now' }), ofAnother)).toBeUndefined();
    const before = probed({ lastTimestamp: '2025-12-31T23:59:00Z' });
    expect(podFailure(pod(running({ restartCount: 1 })), before)).toBeUndefined();
  });
});

describe('a workload fails by what its pods and events say', () => {
  const deployment = (...conditions: object[]) =>
    object('Deployment', { spec: { replicas: 1 }, status: { observedGeneration: 1, conditions } }, { generation: 1 });
  const late = condition('Progressing', 'False', 'ProgressDeadlineExceeded', 'ReplicaSet "web-1" has timed out');
  const broken = pod(waiting('ErrImagePull', 'not found'));

  test('a cause is told before a deadline, and both when it has passed', () => {
    expect(readinessOf(deployment(late)).failed?.message).toBe(
      'it made no progress within its deadline of 600 s: 0 of 1 new replicas have been made (ReplicaSet "web-1" has timed out)',
    );
    expect(readinessOf(deployment(), { pods: [broken] }).failed?.reason).toBe('ErrImagePull');
    // Until its controller has seen the change that repairs it, its pods are those of before.
    const changed = deployment();
    const unseen = { ...changed, metadata: { ...changed.metadata, generation: 99 } };
    expect(readinessOf(unseen, { pods: [broken] }).failed).toBeUndefined();
    const both = readinessOf(deployment(late), { pods: [broken] }).failed;
    expect(both?.message).toMatch(/^the image .* cannot be pulled: not found; it made no progress within its deadline/);
  });

  test('the surest of several causes is told', () => {
    const slow = pod(running({ restartCount: 0 }), {}, { name: 'web-0' });
    const events = [event(slow, 'Unhealthy', 'Readiness probe failed: no')];
    expect(readinessOf(deployment(), { pods: [slow, broken], events }).failed?.reason).toBe('ErrImagePull');
  });

  test('pods that failed and are replaced are no cause; nor is one of a Job that may try again', () => {
    const failed = pod({ phase: 'Failed', reason: 'Evicted' });
    expect(readinessOf(deployment(), { pods: [failed] }).failed).toBeUndefined();
    const job = object('Job', { spec: {}, status: { failed: 1 } });
    expect(readinessOf(job, { pods: [failed] }).failed).toBeUndefined();
    expect(readinessOf(job, { pods: [pod(containers(crashing, ended(1, 'Error')))] }).failed).toBeUndefined();
    expect(readinessOf(job, { pods: [broken] }).failed?.reason).toBe('ErrImagePull');
  });

  test('a Job that failed says why, and how its last pod ended', () => {
    const limit = condition('Failed', 'True', 'BackoffLimitExceeded', 'Job has reached the specified backoff limit');
    const job = object('Job', { spec: {}, status: { conditions: [limit] } });
    const last = pod({ phase: 'Failed', ...containers({ terminated: { exitCode: 7, reason: 'Error' } }) });
    expect(readinessOf(job, { pods: [last] }).failed).toMatchObject({
      reason: 'BackoffLimitExceeded',
      message:
        'its pods failed more often than its `backoffLimit` allows (Job has reached the specified backoff limit); ' +
        'Pod/web-1: container main ended with exit code 7 (Error)',
      next: ['kubectl logs web-1 -c main -n tars'],
    });
  });

  const set = object('StatefulSet', { spec: { replicas: 1 }, status: {} });
  test.each([
    [
      'pods "web-0" is forbidden: exceeded quota: small, requested: pods=1, used: pods=2',
      /^a quota forbids its pods: /,
    ],
    ['pods "web-0" is forbidden: failed quota: small: must specify cpu for: main', /^a quota wants to know what/],
    ['pods "web-0" is forbidden: maximum cpu usage per Container is 1, but limit is 2', /^a LimitRange forbids/],
    [
      'Internal error occurred: failed calling webhook "check.example.com": failed to call webhook: connection refused',
      /^the webhook check.example.com that must admit its pods does not answer: failed to call webhook: connection refused/,
    ],
    [
      'admission webhook "policy.example.com" denied the request: no root',
      /^the webhook policy.example.com refuses its pods: no root/,
    ],
    [
      'error looking up service account tars/web: serviceaccount "web" not found',
      /^its pods are refused: error looking up/,
    ],
  ])('pods are refused: %s', (message, expected) => {
    const refused = event(set, 'FailedCreate', message);
    expect(readinessOf(set, { events: [refused] }).failed?.message).toMatch(expected);
    const failure = condition('ReplicaFailure', 'True', 'FailedCreate', message);
    expect(readinessOf(deployment(failure)).failed?.message).toMatch(expected);
    // Once a pod was made the refusal is history.
    const made = pod({}, {}, { creationTimestamp: '2026-01-01T00:00:06Z' });
    expect(readinessOf(set, { events: [refused], pods: [made] }).failed).toBeUndefined();
  });
});

describe('a pod that takes its time says what it does', () => {
  test.each<[string, KubernetesObject, KubernetesObject[], string | undefined]>([
    ['ready', pod({ conditions: [condition('Ready', 'True')] }), [], undefined],
    ['no node', pod({ conditions: [] }), [], 'starting'],
    [
      'pulling',
      pod(waiting('ContainerCreating')),
      [about('Pulling', 'Pulling image "web:3"', { type: 'Normal' })],
      'pulling the image web:3',
    ],
    ['being made', pod(waiting('ContainerCreating')), [], 'its containers are being made'],
    ['a warning', pod(waiting('ContainerCreating')), [about('FailedMount', 'no such volume')], 'no such volume'],
    ['not ready', pod(running()), [], 'running, not ready yet'],
    ['startup', pod(running({ started: false })), [], 'running, and its startup probe is awaited'],
    [
      'probe',
      pod(running()),
      [about('Unhealthy', 'Readiness probe failed: status 503')],
      'running, and its readiness probe fails: status 503',
    ],
    ['back-off', pod(containers(crashing)), [], 'CrashLoopBackOff'],
    ['going', pod({}, {}, { deletionTimestamp: 'now' }), [], 'the pod before it is still ending'],
  ])('%s', (_, object, events, expected) => {
    expect(podWaiting(object, events)).toBe(expected);
  });

  test('one without a node, and one with init containers', () => {
    const nowhere = object('Pod', { spec: { containers: [] }, status: {} });
    expect(podWaiting(nowhere)).toBe('waiting for a node');
    const conditions = [condition('PodScheduled', 'False', 'Unschedulable', unschedulable)];
    expect(podWaiting({ ...nowhere, status: { conditions } })).toBe(`no node takes it: ${unschedulable}`);
    const initContainerStatuses = [
      { name: 'first', ready: false, restartCount: 0, state: { terminated: { exitCode: 0 } } },
      { name: 'second', ready: false, restartCount: 0, state: { running: {} } },
    ];
    expect(podWaiting(pod({ initContainerStatuses }))).toBe('init container second runs (2 of 2)');
  });
});
