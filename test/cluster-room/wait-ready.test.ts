import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connect } from '../../src/cluster/connect/connect.ts';
import type { Connection } from '../../src/cluster/connection.ts';
import { waitDeleted } from '../../src/cluster/readiness/wait-deleted.ts';
import { waitReady } from '../../src/cluster/readiness/wait-ready.ts';
import { type FakeCluster, startFakeCluster } from '../support/cluster.ts';
import { failure } from './failure.ts';
import { createFakeObjects } from './fake-objects.ts';
import { until } from './until.ts';
import { deployment, event, pod, replicaSet } from './workload-objects.ts';

let cluster: FakeCluster;
let connection: Connection;
let objects: ReturnType<typeof createFakeObjects>;

beforeEach(async () => {
  objects = createFakeObjects();
  cluster = await startFakeCluster((request, response) => {
    if (request.path.endsWith('/log')) {
      response.writeHead(200, { 'content-type': 'text/plain' }).end('starting\nFATAL: no database\n');
      return true;
    }
    return objects.handler(request, response);
  });
  connection = await connect({ kubeconfig: cluster.kubeconfig, sandbox: false });
});

afterEach(async () => {
  connection.close();
  await cluster.close();
});

const pullProblem = { reason: 'ImagePullBackOff', message: 'Back-off pulling image "registry/app:1"' };

describe('waiting until objects are ready', () => {
  it('ends when the last one is, and says on the way what it waits for', async () => {
    objects.set(deployment('web', 2, 0));
    objects.set(deployment('db', 1, 1));
    const said: string[] = [];
    const waiting = waitReady(connection, [deployment('web', 2, 0), deployment('db', 1, 1)], {
      onProgress: (text, fraction) => said.push(`${fraction} ${text}`),
    });
    await until(
      () => said,
      (lines) => lines.includes('0.5 1 of 2 ready; Deployment/web: 0 of 2 available'),
    );
    objects.set(deployment('web', 2, 1));
    await until(
      () => said,
      (lines) => lines.includes('0.75 1 of 2 ready; Deployment/web: 1 of 2 available'),
    );
    objects.set(deployment('web', 2, 2));
    await waiting;
    expect(said.at(-1)).toBe('1 ready');
    await until(
      () => objects.watching(),
      (count) => count === 0,
    );
  });

  it('does not believe a state from before the change', async () => {
    objects.set(deployment('web', 1, 1, 1));
    const done: string[] = [];
    const waiting = waitReady(connection, [deployment('web', 1, 0, 2)]).then(() => done.push('ready'));
    await until(
      () => objects.watching(),
      (count) => count >= 2,
    );
    objects.set(pod('web-new', 'web'));
    await until(
      () => cluster.requests.length,
      (count) => count > 4,
    );
    expect(done).toEqual([]);
    objects.set(deployment('web', 1, 1, 2));
    await waiting;
  });

  it('fails fast, with the pod, its events and its last log lines', async () => {
    const broken = pod('web-1', 'web', { reason: 'CrashLoopBackOff', message: 'back-off 40s' });
    objects.set(deployment('web', 1, 0));
    objects.set(broken);
    objects.set(event(broken, 'BackOff', 'Back-off restarting failed container'));
    const error = await failure(waitReady(connection, [deployment('web', 1, 0)], { graceMs: 50, timeoutMs: 60_000 }));
    expect(error.message).toContain('Deployment/web fails: CrashLoopBackOff');
    expect(error.evidence).toEqual([
      'Pod/web-1  0/1  CrashLoopBackOff, restarted 4 times',
      '  container main: CrashLoopBackOff: back-off 40s',
      'event BackOff Pod/web-1: Back-off restarting failed container (3 times)',
      'log of web-1/main:',
      '  starting',
      '  FATAL: no database',
    ]);
    expect(error.next).toEqual([
      'kubectl logs web-1 -c main -n tars --previous',
      'kubectl describe deployment web -n tars',
    ]);
  });

  it('forgives a failure that passes within the grace', async () => {
    objects.set(deployment('web', 1, 0));
    objects.set(pod('web-1', 'web', pullProblem));
    const said: string[] = [];
    const waiting = waitReady(connection, [deployment('web', 1, 0)], {
      graceMs: 60_000,
      onProgress: (text) => said.push(text),
    });
    await until(
      () => said.join(),
      (text) => text.includes('cannot be pulled'),
    );
    objects.set(pod('web-1', 'web'));
    objects.set(deployment('web', 1, 1));
    await waiting;
  });

  it('gives every new start of a container its own patience', async () => {
    const crashed = (restartCount: number) => {
      const object = pod('web-1', 'web', { reason: 'CrashLoopBackOff', message: 'back-off' });
      const [status] = (object.status as { containerStatuses: object[] }).containerStatuses;
      return { ...object, status: { ...(object.status as object), containerStatuses: [{ ...status, restartCount }] } };
    };
    objects.set(deployment('web', 1, 0));
    objects.set(crashed(1));
    const said: string[] = [];
    const waiting = failure(
      waitReady(connection, [deployment('web', 1, 0)], { graceMs: 1000, onProgress: (text) => said.push(text) }),
    );
    await until(
      () => said.join(),
      (text) => text.includes('restarted once'),
    );
    objects.set(crashed(2));
    await until(
      () => said.join(),
      (text) => text.includes('restarted 2 times'),
    );
    const againAt = Date.now();
    const error = await waiting;
    expect(error.message).toContain('restarted 2 times');
    expect(Date.now() - againAt).toBeGreaterThanOrEqual(950);
  });

  it('does not blame the new version for pods of the old one', async () => {
    objects.set(deployment('web', 1, 0));
    objects.set(replicaSet('web-old', 'web', 1));
    objects.set(replicaSet('web-new', 'web', 2));
    objects.set(pod('web-old-1', 'web', pullProblem));
    const error = await failure(waitReady(connection, [deployment('web', 1, 0)], { graceMs: 20, timeoutMs: 400 }));
    expect(error.message).toBe('Deployment/web is not ready after 0.4s: 0 of 1 available');
  });

  it('says what a pod that takes its time is doing', async () => {
    const creating = pod('web-1', 'web', { reason: 'ContainerCreating', message: '' });
    objects.set(deployment('web', 1, 0));
    objects.set(creating);
    objects.set({ ...event(creating, 'Pulling', 'Pulling image "registry/app:1"'), type: 'Normal' });
    const said: string[] = [];
    const waiting = waitReady(connection, [deployment('web', 1, 0)], { onProgress: (text) => said.push(text) });
    await until(
      () => said,
      (lines) => lines.includes('Deployment/web: 0 of 1 available: pulling the image registry/app:1'),
    );
    objects.set(deployment('web', 1, 1));
    await waiting;
  });

  it('ends with the signal', async () => {
    objects.set(deployment('web', 1, 0));
    const controller = new AbortController();
    const waiting = waitReady(connection, [deployment('web', 1, 0)], { signal: controller.signal });
    await until(
      () => objects.watching(),
      (count) => count >= 2,
    );
    controller.abort();
    await expect(waiting).rejects.toThrow(/abort/i);
  });
});

describe('waiting until objects are gone', () => {
  const ref = { apiVersion: 'v1', kind: 'Pod', name: 'web-1', namespace: 'tars', uid: 'first' };
  const withUid = (uid: string, finalizers?: string[]) => {
    const object = pod('web-1', 'web');
    return { ...object, metadata: { ...object.metadata, uid, ...(finalizers ? { finalizers } : {}) } };
  };

  it('ends when they are, or stand there anew', async () => {
    objects.set(withUid('first'));
    const gone = waitDeleted(connection, [ref]);
    await until(
      () => objects.watching(),
      (count) => count === 1,
    );
    objects.remove(withUid('first'));
    await gone;
    objects.set(withUid('second'));
    await waitDeleted(connection, [ref]);
  });

  it('names what holds a namespace, and an API that blocks it', async () => {
    const message = 'Discovery failed for some groups: metrics.k8s.io/v1beta1: stale GroupVersion discovery';
    const conditions = [{ type: 'NamespaceDeletionDiscoveryFailure', status: 'True', message }];
    objects.set({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'old' },
      status: { phase: 'Terminating', conditions },
    });
    const namespace = { apiVersion: 'v1', kind: 'Namespace', name: 'old' };
    const error = await failure(waitDeleted(connection, [namespace], { timeoutMs: 1500 }));
    expect(error.evidence).toEqual([`NamespaceDeletionDiscoveryFailure: ${message}`]);
    expect(error.next[0]).toMatch(/^kubectl get apiservices/);
  });

  it('names the finalizers that hold them', async () => {
    objects.set(withUid('first', ['example.com/backup']));
    const error = await failure(waitDeleted(connection, [ref], { timeoutMs: 1500 }));
    expect(error.message).toBe('Pod/web-1 is still there after 1.5s');
    expect(error.evidence).toEqual(['waits for its finalizers: example.com/backup']);
  });
});
