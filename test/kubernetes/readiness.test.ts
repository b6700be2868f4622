import { describe, expect, test } from 'vitest';
import type { KubernetesObject } from '../../src/kubernetes/object.ts';
import { readinessOf } from '../../src/kubernetes/readiness.ts';
import { readyShare } from '../../src/kubernetes/ready-share.ts';
import { condition, event, object, pod } from './readiness-objects.ts';

const seen = (one: KubernetesObject) => {
  const { ready, message, failed } = readinessOf(one);
  return `${ready ? 'ready' : failed ? failed.reason : 'waiting'}: ${message}`;
};
const is = (kind: string, fields: object, metadata: object = {}) => seen(object(kind, fields, metadata));
const conditions = (...all: object[]) => ({ status: { conditions: all } });

describe('workloads', () => {
  const full = { observedGeneration: 2, replicas: 3, updatedReplicas: 3, availableReplicas: 3 };
  const deployment = (status: object, spec: object = {}) =>
    is('Deployment', { spec: { replicas: 3, ...spec }, status: { ...full, ...status } }, { generation: 2 });

  test.each([
    [{}, {}, 'ready: 3 of 3 available'],
    [{ observedGeneration: 1 }, {}, 'waiting: waits for its controller to see the change'],
    [{ updatedReplicas: 2 }, {}, 'waiting: 2 of 3 new replicas have been made'],
    [{ replicas: 4 }, {}, 'waiting: 1 old replicas are pending termination'],
    [{ availableReplicas: 2 }, {}, 'waiting: 2 of 3 available'],
    [{}, { paused: true }, 'ready: 3 of 3 available'],
    [{ updatedReplicas: 0 }, { paused: true }, 'Paused: paused: 0 of 3 new replicas have been made'],
    [{ availableReplicas: 2 }, { paused: true }, 'waiting: 2 of 3 available'],
  ])('a Deployment with %j and %j is %s', (status, spec, expected) => {
    expect(deployment(status, spec)).toBe(expected);
  });

  test.each([
    [{ replicas: 3 }, {}, 'waiting: 2 of 3 ready'],
    [{ replicas: 2 }, {}, 'waiting: 1 of 2 pods have been updated'],
    [{ replicas: 2, updateStrategy: { rollingUpdate: { partition: 1 } } }, {}, 'ready: 2 of 2 ready'],
    [{ replicas: 2, updateStrategy: { type: 'OnDelete' } }, {}, 'ready: 2 of 2 ready'],
    [{ replicas: 1 }, { replicas: 2 }, 'waiting: 1 pods are still to go'],
  ])('a StatefulSet %j with %j is %s', (spec, more, expected) => {
    const status = { readyReplicas: 2, updatedReplicas: 1, currentRevision: 'a', updateRevision: 'b', ...more };
    expect(is('StatefulSet', { spec, status })).toBe(expected);
  });

  test.each([
    [{ updatedNumberScheduled: 1, numberAvailable: 2 }, {}, 'waiting: 1 of 2 pods have been updated'],
    [{ updatedNumberScheduled: 2, numberAvailable: 1 }, {}, 'waiting: 1 of 2 available'],
    [{ updatedNumberScheduled: 2, numberAvailable: 2 }, {}, 'ready: 2 of 2 available'],
    [
      { updatedNumberScheduled: 0, numberAvailable: 2 },
      { updateStrategy: { type: 'OnDelete' } },
      'ready: 2 of 2 available',
    ],
  ])('a DaemonSet on two nodes with %j is %s', (status, spec, expected) => {
    expect(is('DaemonSet', { spec, status: { desiredNumberScheduled: 2, ...status } })).toBe(expected);
  });

  test('a ReplicaSet is ready when all are available', () => {
    expect(is('ReplicaSet', { spec: { replicas: 2 }, status: { availableReplicas: 1 } })).toBe(
      'waiting: 1 of 2 available',
    );
    expect(is('ReplicaSet', { spec: { replicas: 2 }, status: { availableReplicas: 2 } })).toBe(
      'ready: 2 of 2 available',
    );
  });

  test('a Job is ready when it is done; one that is suspended never is', () => {
    expect(is('Job', { spec: {}, status: { active: 1, failed: 2 } })).toBe(
      'waiting: 0 of 1 completed, 2 failed so far',
    );
    expect(is('Job', { spec: { suspend: true } })).toBe('Suspended: suspended: 0 of 1 completed');
    expect(is('Job', { spec: {}, status: { succeeded: 1, conditions: [condition('Complete', 'True')] } })).toBe(
      'ready: 1 of 1 completed',
    );
  });

  test('a CronJob is as it should be when it waits for its time', () => {
    expect(is('CronJob', { spec: { schedule: '0 * * * *' } })).toBe('ready: waits for its time (0 * * * *)');
    expect(is('CronJob', { spec: { suspend: true } })).toBe('ready: suspended: it starts nothing until it is resumed');
  });

  test('a Pod is ready by its condition, or when it has completed', () => {
    expect(seen(pod({ phase: 'Succeeded' }))).toBe('ready: completed');
    expect(seen(pod({ phase: 'Running', conditions: [condition('Ready', 'True')] }))).toBe('ready: ready');
    expect(seen(pod({ phase: 'Running', conditions: [condition('Ready', 'False')] }))).toBe('waiting: Running');
    expect(seen(pod({ conditions: [condition('Ready', 'True')] }, {}, { deletionTimestamp: 'now' }))).toBe(
      'waiting: is being deleted',
    );
  });

  test('how much of one is there is a share of what is wanted', () => {
    expect(readyShare(object('Deployment', { spec: { replicas: 4 }, status: { availableReplicas: 1 } }))).toBe(0.25);
    expect(readyShare(object('Job', { spec: { completions: 2 }, status: { succeeded: 1 } }))).toBe(0.5);
    expect(readyShare(object('DaemonSet', { status: { desiredNumberScheduled: 2, numberAvailable: 2 } }))).toBe(1);
    expect(readyShare(object('ConfigMap', {}))).toBe(0);
  });
});

describe('storage', () => {
  const claim = object('PersistentVolumeClaim', { status: { phase: 'Pending' } });

  test('a claim is ready when bound, or rightly waits for its first pod', () => {
    expect(readinessOf(claim)).toEqual({ ready: false, message: 'pending' });
    const late = { ready: true, message: 'waits for its first pod' };
    expect(readinessOf(claim, { bindingMode: 'WaitForFirstConsumer' })).toEqual(late);
    expect(readinessOf(claim, { events: [event(claim, 'WaitForFirstConsumer', '')] })).toEqual(late);
    expect(is('PersistentVolumeClaim', { status: { phase: 'Bound' } })).toBe('ready: bound');
    expect(
      is('PersistentVolumeClaim', { status: { phase: 'Bound', conditions: [condition('Resizing', 'True')] } }),
    ).toBe('waiting: is being resized');
  });

  test('a claim fails when its volume is lost or cannot be had, and says why', () => {
    expect(is('PersistentVolumeClaim', { status: { phase: 'Lost' } })).toBe('Lost: lost');
    const failed = readinessOf(claim, {
      bindingMode: 'WaitForFirstConsumer',
      events: [event(claim, 'ProvisioningFailed', 'storageclass.storage.k8s.io "fast" not found')],
    }).failed;
    expect(failed).toMatchObject({
      reason: 'ProvisioningFailed',
      message: 'no volume can be made for it: storageclass.storage.k8s.io "fast" not found',
      next: ['kubectl describe pvc web -n tars', 'kubectl get storageclass'],
    });
    const unbound = [event(claim, 'FailedBinding', 'no persistent volumes available for this claim')];
    expect(readinessOf(claim, { events: unbound }).failed?.message).toBe(
      'no volume fits it: no persistent volumes available for this claim',
    );
  });
});

describe('what is reached', () => {
  const address = { loadBalancer: { ingress: [{ ip: '10.0.0.1' }] } };

  test.each([
    ['Service', { spec: { clusterIP: '10.96.0.1' } }, 'ready: 10.96.0.1'],
    ['Service', { spec: { type: 'LoadBalancer' } }, 'waiting: waits for the address of its load balancer'],
    ['Service', { spec: { type: 'LoadBalancer' }, status: address }, 'ready: 10.0.0.1'],
    ['Ingress', { status: { loadBalancer: {} } }, 'waiting: waits for an address from its ingress controller'],
    ['Ingress', { status: address }, 'ready: 10.0.0.1'],
    ['Gateway', {}, 'waiting: waits for the controller of its class to accept it'],
    ['Gateway', conditions(condition('Accepted', 'False', 'Invalid', 'no such class')), 'Invalid: not accepted'],
    ['Gateway', conditions(condition('Accepted', 'True')), 'waiting: is not programmed yet'],
    ['HTTPRoute', {}, 'waiting: waits for a gateway to accept it'],
    [
      'HTTPRoute',
      {
        status: {
          parents: [{ parentRef: { name: 'gw' }, ...conditions(condition('Accepted', 'True')).status }],
        },
      },
      'waiting: ResolvedRefs by gw: not yet',
    ],
  ])('a %s with %j is %s', (kind, fields, expected) => {
    expect(is(kind, fields)).toBe(expected);
  });

  test('a Gateway is ready when it is programmed for its newest generation and has an address', () => {
    const all = [condition('Accepted', 'True'), condition('Programmed', 'True')];
    expect(is('Gateway', { status: { conditions: all } })).toBe('waiting: waits for its address');
    const status = { conditions: all, addresses: [{ value: '10.0.0.2' }] };
    expect(is('Gateway', { status })).toBe('ready: 10.0.0.2');
    const older = { ...status, conditions: all.map((one) => ({ ...one, observedGeneration: 1 })) };
    expect(is('Gateway', { status: older }, { generation: 2 })).toMatch(/^waiting/);
  });

  test('kinds of other groups with the same name are not judged by these rules', () => {
    const knative = { ...object('Service', { spec: { type: 'LoadBalancer' } }), apiVersion: 'serving.knative.dev/v1' };
    expect(seen({ ...knative, ...conditions(condition('Ready', 'True', '', 'serves')) })).toBe('ready: serves');
  });
});

describe('webhooks', () => {
  const webhook = (clientConfig: object) =>
    object('ValidatingWebhookConfiguration', { webhooks: [{ name: 'check.example.com', clientConfig }] });
  const service = { name: 'hook', namespace: 'ops' };
  const backend = { exists: true, ready: 1, silent: undefined };
  const judged = (clientConfig: object, found?: object) =>
    readinessOf(webhook(clientConfig), found ? { backends: { 'ops/hook': { ...backend, ...found } } } : {});

  test('one works with a caBundle, endpoints, and an answer', () => {
    expect(judged({ service, caBundle: 'Q0E=' }, {}).ready).toBe(true);
    expect(judged({ service, caBundle: 'Q0E=' }, { ready: undefined }).ready).toBe(true);
    expect(judged({ url: 'https://elsewhere.example' }).ready).toBe(true);
  });

  test.each([
    [{ service }, {}, /it has no `caBundle`/],
    [{ service, caBundle: 'Q0E=' }, { exists: false }, /its Service ops\/hook does not exist/],
    [{ service, caBundle: 'Q0E=' }, { ready: 0 }, /no endpoint of its Service ops\/hook is ready/],
    [{ service, caBundle: 'Q0E=' }, { silent: 'connection refused' }, /does not answer: connection refused/],
  ])('%j with %j is told', (clientConfig, found, expected) => {
    const { ready, failed } = judged(clientConfig, found);
    expect(ready).toBe(false);
    expect(failed?.message).toMatch(expected);
  });
});

describe('the cluster’s own kinds', () => {
  const established = condition('Established', 'True');

  test.each([
    ['CustomResourceDefinition', conditions(established), 'waiting: waits to be established'],
    ['CustomResourceDefinition', conditions(established, condition('NamesAccepted', 'True')), 'ready: established'],
    [
      'CustomResourceDefinition',
      conditions(condition('NamesAccepted', 'False', 'PluralConflict', 'taken')),
      'PluralConflict: its names are taken',
    ],
    ['APIService', {}, 'waiting: waits to be looked at'],
    ['APIService', conditions(condition('Available', 'True')), 'ready: served by the API server itself'],
    [
      'APIService',
      conditions(condition('Available', 'False', 'MissingEndpoints', 'no endpoints')),
      'MissingEndpoints: no endpoints',
    ],
    ['Namespace', { status: { phase: 'Active' } }, 'ready: active'],
    ['HorizontalPodAutoscaler', {}, 'waiting: not looked at yet'],
    [
      'HorizontalPodAutoscaler',
      conditions(condition('AbleToScale', 'True'), condition('ScalingActive', 'True')),
      'ready: active',
    ],
    [
      'HorizontalPodAutoscaler',
      conditions(condition('AbleToScale', 'False', 'FailedGetScale', 'no such Deployment')),
      'FailedGetScale: no such Deployment',
    ],
    ['PodDisruptionBudget', {}, 'waiting: waits for its controller to see the change'],
    [
      'PodDisruptionBudget',
      { status: { observedGeneration: 1, currentHealthy: 1, desiredHealthy: 2 } },
      'waiting: 1 of 2 needed pods are healthy, 0 may be disrupted',
    ],
    [
      'PodDisruptionBudget',
      { status: { observedGeneration: 1, currentHealthy: 3, desiredHealthy: 2, disruptionsAllowed: 1 } },
      'ready: 3 of 2 needed pods are healthy, 1 may be disrupted',
    ],
    ['PersistentVolume', { status: { phase: 'Released' } }, 'waiting: released'],
    ['PersistentVolume', { status: { phase: 'Failed', message: 'busy' } }, 'Failed: failed'],
  ])('%s with %j is %s', (kind, fields, expected) => {
    expect(is(kind, fields)).toBe(expected);
  });

  test('a namespace that is being deleted fails with what holds it', () => {
    const held = [
      condition('NamespaceDeletionDiscoveryFailure', 'True', '', 'metrics.k8s.io/v1beta1: stale'),
      condition(
        'NamespaceContentRemaining',
        'True',
        '',
        'Some resources are remaining: pods. has 1 resource instances',
      ),
      condition('NamespaceDeletionContentFailure', 'False', '', 'All content successfully deleted'),
    ];
    const { failed } = readinessOf(object('Namespace', { status: { phase: 'Terminating', conditions: held } }));
    expect(failed?.message).toBe(
      'it is being deleted, and held: NamespaceDeletionDiscoveryFailure: metrics.k8s.io/v1beta1: stale; ' +
        'NamespaceContentRemaining: Some resources are remaining: pods. has 1 resource instances',
    );
    expect(failed?.next?.[0]).toMatch(/^kubectl get apiservices/);
    expect(is('Namespace', { status: { phase: 'Active' } }, { deletionTimestamp: 'now' })).toBe(
      'Terminating: terminating',
    );
  });
});

describe('custom resources', () => {
  test.each([
    [{ spec: {} }, {}, 'ready: made'],
    [{ status: { observedGeneration: 1 } }, { generation: 2 }, 'waiting: waits for its controller to see the change'],
    [conditions(condition('Ready', 'False', '', 'two to go')), {}, 'waiting: two to go'],
    [conditions(condition('Ready', 'True')), {}, 'ready: Ready: True'],
    [
      conditions({ ...condition('Ready', 'True'), observedGeneration: 1 }),
      { generation: 2 },
      'waiting: waits for its controller to see the change',
    ],
    [conditions(condition('Stalled', 'True', 'Bad', 'no such chart')), {}, 'Bad: stalled'],
    [conditions(condition('Reconciling', 'True', '', 'goes on'), condition('Ready', 'True')), {}, 'waiting: goes on'],
    [{ status: { phase: 'Running' } }, {}, 'ready: made'],
    [{}, { deletionTimestamp: 'now' }, 'Terminating: is being deleted'],
  ])('%j with %j is %s', (fields, metadata, expected) => {
    expect(is('Cluster', fields, metadata)).toBe(expected);
  });

  test('one whose definition gives it a status is waited for until it has one', () => {
    const made = object('Cluster', { spec: {} });
    expect(readinessOf(made, { statusExpected: true }).ready).toBe(false);
    expect(readinessOf(made, { statusExpected: false }).ready).toBe(true);
  });

  test('a Certificate is ready, being issued, or failed for an hour', () => {
    const notReady = condition('Ready', 'False', 'DoesNotExist', 'Issuing certificate as Secret does not exist');
    expect(is('Certificate', {})).toBe('waiting: waits for its controller to say how it is');
    expect(is('Certificate', conditions(notReady, condition('Issuing', 'True', '', 'asked for')))).toBe(
      'waiting: is being issued: asked for',
    );
    expect(is('Certificate', conditions(notReady, condition('Issuing', 'False', 'Failed', 'order is invalid')))).toBe(
      'IssuingFailed: not issued',
    );
    expect(is('Certificate', conditions(condition('Ready', 'True', '', 'up to date')))).toBe('ready: up to date');
  });
});
