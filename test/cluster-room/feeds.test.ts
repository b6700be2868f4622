import { afterEach, describe, expect, it } from 'vitest';
import { connect } from '../../src/cluster/connect/connect.ts';
import type { Connection } from '../../src/cluster/connection.ts';
import { createAutoscalersFeed, replicasAt } from '../../src/cluster/panes/autoscalers-feed.ts';
import { createPodDetailsFeed } from '../../src/cluster/panes/pod-details.ts';
import { createPodsFeed } from '../../src/cluster/panes/pods-feed.ts';
import { type FakeCluster, type FakeHandler, json, startFakeCluster } from '../support/cluster.ts';
import { createFakeObjects } from './fake-objects.ts';
import { until } from './until.ts';
import { autoscaler, event, pod } from './workload-objects.ts';

let cluster: FakeCluster;
let connection: Connection;
let feed: { close(): void } | undefined;

afterEach(async () => {
  feed?.close();
  connection.close();
  await cluster.close();
});

async function open(handler: FakeHandler): Promise<Connection> {
  cluster = await startFakeCluster(handler);
  connection = await connect({ kubeconfig: cluster.kubeconfig, sandbox: false });
  return connection;
}

describe('a link that swallows everything', () => {
  it('is noticed by the metrics poll long before the watches fall silent, and all feeds say so', async () => {
    const objects = createFakeObjects();
    let dead = false;
    const opened = await open((request, response) => {
      if (dead) return true;
      if (request.path.includes('metrics')) return json(response, { items: [] });
      return objects.handler(request, response);
    });
    const pods = createPodsFeed(opened, { namespace: 'tars', batchMs: 5, metricsEveryMs: 20, metricsTimeoutMs: 50 });
    const scalers = createAutoscalersFeed(opened, { namespace: 'tars', batchMs: 5 });
    feed = {
      close() {
        pods.close();
        scalers.close();
      },
    };
    const states = () => [pods.getSnapshot().state.kind, scalers.getSnapshot().state.kind].join(' ');
    await until(states, (kinds) => kinds === 'live live' && objects.watching() === 2);
    dead = true;
    await until(states, (kinds) => kinds === 'stale stale');
    dead = false;
    cluster.cut();
    await until(states, (kinds) => kinds === 'live live');
  });
});

describe('the autoscalers feed', () => {
  it('explains each and remembers how many pods there were', async () => {
    const objects = createFakeObjects();
    objects.set(autoscaler('tars-backend', 3, 4, 83));
    const scalers = createAutoscalersFeed(await open(objects.handler), { namespace: 'tars', batchMs: 5 });
    feed = scalers;
    const first = await until(
      () => scalers.getSnapshot(),
      ({ rows }) => rows.length === 1,
    );
    expect(first.rows[0]).toMatchObject({
      metrics: ['cpu 83%/70%'],
      replicas: 3,
      wanted: 4,
      max: 10,
      health: 'moving',
    });
    expect(first.rows[0]?.sentence).toContain('83/70 × 3');
    await until(
      () => objects.watching(),
      (count) => count === 1,
    );
    objects.set(autoscaler('tars-backend', 4, 4, 70));
    const { history } = await until(
      () => scalers.getSnapshot(),
      ({ rows }) => rows[0]?.replicas === 4,
    );
    const points = history['tars/tars-backend'] ?? [];
    expect(points.map(({ replicas }) => replicas)).toEqual([3, 4]);
    expect(replicasAt(points, (points[1]?.at ?? 0) - 1)).toBe(3);
    expect(replicasAt(points, Date.now())).toBe(4);
    expect(replicasAt(points, 0)).toBeUndefined();
  });
});

describe('the details of a pod', () => {
  it('are the object, its events and its log, and nothing of the log comes twice after a cut', async () => {
    const objects = createFakeObjects();
    const about = pod('web-1', 'web');
    objects.set(about);
    objects.set(event(about, 'Unhealthy', 'Readiness probe failed'));
    let turns = 0;
    const line = (second: number) => `2026-01-01T00:00:0${second}.000000000Z line ${second}\n`;
    const details = createPodDetailsFeed(
      await open((request, response) => {
        if (!request.path.endsWith('/log')) return objects.handler(request, response);
        turns += 1;
        response.writeHead(200, { 'content-type': 'text/plain' });
        response.write(turns === 1 ? line(1) + line(2) : line(1) + line(2) + line(3));
        if (turns === 1) response.end();
        return true;
      }),
      { namespace: 'tars', name: 'web-1', batchMs: 5 },
    );
    feed = details;
    const snapshot = await until(
      () => details.getSnapshot(),
      ({ log }) => log.length >= 3,
    );
    expect(snapshot.log).toEqual(['line 1', 'line 2', 'line 3']);
    expect(snapshot.container).toBe('main');
    expect(snapshot.events[0]).toMatchObject({ reason: 'Unhealthy', count: 3, object: 'Pod/web-1' });
    objects.remove(about);
    await until(
      () => details.getSnapshot().gone,
      (gone) => gone,
    );
  });
});
