import { describe, expect, test } from 'vitest';
import type { KubernetesObject } from '../../src/kubernetes/object.ts';
import { readinessOf } from '../../src/kubernetes/readiness.ts';

const object = (kind: string, fields: object, metadata: object = {}): KubernetesObject => ({
  apiVersion: 'x/v1',
  kind,
  metadata: { name: 'web', ...metadata },
  ...fields,
});
const condition = (type: string, status: string, reason = '', message = '') => ({ type, status, reason, message });
const ready = (kind: string, fields: object, metadata: object = {}) =>
  readinessOf(object(kind, fields, metadata)).ready;

describe('a Deployment', () => {
  const seen = (status: object, generation = 2) =>
    readinessOf(
      object('Deployment', { spec: { replicas: 3 }, status: { observedGeneration: 2, ...status } }, { generation }),
    );
  const full = { replicas: 3, updatedReplicas: 3, availableReplicas: 3 };

  test('is ready when its newest spec was seen, all are new, none is old and all are available', () => {
    expect(seen(full)).toEqual({ ready: true, message: '3 of 3 available' });
    expect(seen(full, 3)).toEqual({ ready: false, message: 'waits for its controller to see the change' });
    expect(seen({ ...full, updatedReplicas: 2 }).message).toBe('2 of 3 new replicas have been made');
    expect(seen({ ...full, replicas: 4 }).message).toBe('1 old replicas are pending termination');
    expect(seen({ ...full, availableReplicas: 2 })).toEqual({ ready: false, message: '2 of 3 available' });
  });

  test('fails by its deadline and by refused pods', () => {
    const late = seen({ conditions: [condition('Progressing', 'False', 'ProgressDeadlineExceeded', 'too slow')] });
    expect(late.failed).toEqual({ reason: 'ProgressDeadlineExceeded', message: 'too slow' });
    const refused = seen({ conditions: [condition('ReplicaFailure', 'True', 'FailedCreate', 'exceeded quota: q')] });
    expect(refused.failed).toEqual({ reason: 'FailedCreate', message: 'exceeded quota: q' });
  });

  test('fails early by what its pods say', () => {
    const waiting = object(
      'Deployment',
      { spec: { replicas: 1 }, status: { observedGeneration: 1 } },
      { generation: 1 },
    );
    const pod = (status: object) => object('Pod', { spec: { containers: [] }, status }, { name: 'web-1' });
    const crashed = { waiting: { reason: 'CrashLoopBackOff' } };
    const lastState = { terminated: { exitCode: 1, reason: 'Error' } };
    const reason = (status: object) => readinessOf(waiting, { pods: [pod(status)] }).failed;
    const containers = (state: object, more: object = {}) => ({
      containerStatuses: [{ name: 'c', ready: false, restartCount: 2, state, ...more }],
    });
    expect(reason(containers({ waiting: { reason: 'ImagePullBackOff', message: 'not found' } }))).toEqual({
      reason: 'ImagePullBackOff',
      message: 'Pod/web-1: container c: not found',
    });
    expect(reason(containers(crashed, { lastState }))?.message).toBe(
      'Pod/web-1: container c: it ended with exit code 1 (Error), restarted 2 times',
    );
    expect(
      reason(containers(crashed, { lastState: { terminated: { exitCode: 137, reason: 'OOMKilled' } } }))?.reason,
    ).toBe('OOMKilled');
    expect(
      reason({
        conditions: [
          condition('PodScheduled', 'False', 'Unschedulable', '0/1 nodes are available: 1 Insufficient cpu.'),
        ],
      }),
    ).toEqual({
      reason: 'Unschedulable',
      message: 'Pod/web-1: 0/1 nodes are available: 1 Insufficient cpu.',
    });
    expect(reason({ phase: 'Pending' })).toBeUndefined();
  });
});

test('a refused pod is read from the events only while there is no pod', () => {
  const set = object('StatefulSet', { spec: { replicas: 1 }, status: {} });
  const events = [object('Event', { type: 'Warning', reason: 'FailedCreate', message: 'forbidden: exceeded quota' })];
  expect(readinessOf(set, { events }).failed).toEqual({ reason: 'FailedCreate', message: 'forbidden: exceeded quota' });
  expect(
    readinessOf(set, { events, pods: [object('Pod', { spec: { containers: [] }, status: {} })] }).failed,
  ).toBeUndefined();
});

test('a StatefulSet waits for its pods and, but for a partition, for their renewal', () => {
  const status = { readyReplicas: 2, updatedReplicas: 1, currentRevision: 'a', updateRevision: 'b' };
  expect(ready('StatefulSet', { spec: { replicas: 3 }, status })).toBe(false);
  expect(ready('StatefulSet', { spec: { replicas: 2 }, status })).toBe(false);
  expect(
    ready('StatefulSet', { spec: { replicas: 2, updateStrategy: { rollingUpdate: { partition: 1 } } }, status }),
  ).toBe(true);
  expect(ready('StatefulSet', { spec: { replicas: 2, updateStrategy: { type: 'OnDelete' } }, status })).toBe(true);
});

test('a DaemonSet is ready on all of its nodes; a Job when it is done', () => {
  expect(
    ready('DaemonSet', { status: { desiredNumberScheduled: 2, updatedNumberScheduled: 2, numberAvailable: 1 } }),
  ).toBe(false);
  expect(
    ready('DaemonSet', { status: { desiredNumberScheduled: 2, updatedNumberScheduled: 2, numberAvailable: 2 } }),
  ).toBe(true);
  expect(ready('Job', { spec: {}, status: { active: 1 } })).toBe(false);
  expect(ready('Job', { spec: {}, status: { conditions: [condition('Complete', 'True')] } })).toBe(true);
  const failed = readinessOf(
    object('Job', { spec: {}, status: { conditions: [condition('Failed', 'True', 'BackoffLimitExceeded', 'm')] } }),
  );
  expect(failed.failed).toEqual({ reason: 'BackoffLimitExceeded', message: 'm' });
});

test('a claim is ready when bound, or rightly waits for its first pod', () => {
  const claim = object('PersistentVolumeClaim', { status: { phase: 'Pending' } });
  expect(readinessOf(claim)).toEqual({ ready: false, message: 'pending' });
  expect(readinessOf(claim, { bindingMode: 'WaitForFirstConsumer' })).toEqual({
    ready: true,
    message: 'waits for its first pod',
  });
  expect(ready('PersistentVolumeClaim', { status: { phase: 'Bound' } })).toBe(true);
  expect(readinessOf(object('PersistentVolumeClaim', { status: { phase: 'Lost' } })).failed?.reason).toBe('Lost');
});

test('what is reached from outside needs an address', () => {
  const address = { loadBalancer: { ingress: [{ ip: '10.0.0.1' }] } };
  expect(ready('Service', { spec: { clusterIP: '10.96.0.1' } })).toBe(true);
  expect(ready('Service', { spec: { type: 'LoadBalancer' }, status: {} })).toBe(false);
  expect(ready('Service', { spec: { type: 'LoadBalancer' }, status: address })).toBe(true);
  expect(ready('Ingress', { status: { loadBalancer: {} } })).toBe(false);
  expect(ready('Ingress', { status: address })).toBe(true);
});

test('definitions, API services, namespaces and autoscalers', () => {
  const established = condition('Established', 'True');
  const crd = (...conditions: object[]) => readinessOf(object('CustomResourceDefinition', { status: { conditions } }));
  expect(crd(established).ready).toBe(false);
  expect(crd(established, condition('NamesAccepted', 'True')).ready).toBe(true);
  expect(crd(condition('NamesAccepted', 'False', 'PluralConflict', 'taken')).failed?.message).toBe('taken');
  expect(ready('APIService', { status: { conditions: [condition('Available', 'False', 'ServiceNotFound')] } })).toBe(
    false,
  );
  expect(ready('APIService', { status: { conditions: [condition('Available', 'True')] } })).toBe(true);
  expect(ready('Namespace', { status: { phase: 'Active' } })).toBe(true);
  expect(ready('Namespace', { status: { phase: 'Active' } }, { deletionTimestamp: 'now' })).toBe(false);
  const autoscaler = (...conditions: object[]) => ready('HorizontalPodAutoscaler', { status: { conditions } });
  expect(autoscaler()).toBe(false);
  expect(autoscaler(condition('AbleToScale', 'True'), condition('ScalingActive', 'True'))).toBe(true);
});

test('unknown kinds are judged by their conditions and by what their controller has seen', () => {
  expect(ready('Cluster', { spec: {} })).toBe(true);
  expect(ready('Cluster', { status: { observedGeneration: 1 } }, { generation: 2 })).toBe(false);
  expect(ready('Cluster', { status: { conditions: [condition('Ready', 'False')] } })).toBe(false);
  expect(ready('Cluster', { status: { conditions: [condition('Ready', 'True')] } })).toBe(true);
  expect(
    readinessOf(object('Cluster', { status: { conditions: [condition('Stalled', 'True', 'Bad', 'm')] } })).failed,
  ).toEqual({ reason: 'Bad', message: 'm' });
});
