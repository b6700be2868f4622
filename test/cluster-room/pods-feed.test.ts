import { afterEach, describe, expect, it } from 'vitest';
import { connect } from '../../src/cluster/connect/connect.ts';
import type { Connection } from '../../src/cluster/connection.ts';
import { createPodsFeed } from '../../src/cluster/panes/pods-feed.ts';
import { type FakeCluster, type FakeHandler, json, refuse, startFakeCluster, stream } from '../support/cluster.ts';
import { columnDefinitions, podCells } from './pod-table.ts';
import { until } from './until.ts';

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

describe('the pods feed', () => {
  const usage = {
    metadata: { name: 'good' },
    containers: [{ usage: { cpu: '400m', memory: '300Mi' } }, { usage: { cpu: '12m', memory: '10Mi' } }],
  };
  const pods: FakeHandler = (request, response) => {
    if (request.path.endsWith('/pods') && request.path.includes('metrics')) return json(response, { items: [usage] });
    if (request.query.get('watch')) {
      stream(response);
      return true;
    }
    const rows = [podCells('good'), podCells('bad', { ready: '0/1', status: 'CrashLoopBackOff', restarts: '7' })];
    return json(response, {
      kind: 'Table',
      metadata: { resourceVersion: '1' },
      columnDefinitions,
      rows: rows.map((cells) => ({ cells })),
    });
  };

  it('shows problems first and joins what each pod uses', async () => {
    const podsFeed = createPodsFeed(await open(pods), { namespace: 'tars', batchMs: 5, metricsEveryMs: 10 });
    feed = podsFeed;
    const { rows } = await until(
      () => podsFeed.getSnapshot(),
      ({ metrics, rows: all }) => metrics === 'live' && all.length === 2,
    );
    expect(rows.map(({ name, severity }) => [name, severity])).toEqual([
      ['bad', 'bad'],
      ['good', 'ok'],
    ]);
    expect(rows[1]?.cpu).toBeCloseTo(0.412);
    expect(rows[1]?.memory).toBe(310 * 1024 * 1024);
    expect(rows[0]?.cpu).toBeUndefined();
  });

  it('asks for metrics only while it is shown', async () => {
    const podsFeed = createPodsFeed(await open(pods), {
      namespace: 'tars',
      shown: false,
      batchMs: 5,
      metricsEveryMs: 10,
    });
    feed = podsFeed;
    await until(
      () => podsFeed.getSnapshot(),
      ({ rows }) => rows.length === 2,
    );
    const asked = () => cluster.requests.filter((request) => request.path.includes('metrics')).length;
    expect(asked()).toBe(0);
    podsFeed.setShown(true);
    await until(asked, (count) => count >= 2);
    podsFeed.setShown(false);
    await until(
      () => podsFeed.getSnapshot().metrics,
      (metrics) => metrics === 'live',
    );
    await new Promise((resolve) => setTimeout(resolve, 50));
    const before = asked();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(asked()).toBe(before);
  });

  it('keeps the same snapshot until something changes', async () => {
    const podsFeed = createPodsFeed(await open(pods), { namespace: 'tars', shown: false, batchMs: 5 });
    feed = podsFeed;
    await until(
      () => podsFeed.getSnapshot().state.kind,
      (kind) => kind === 'live',
    );
    expect(podsFeed.getSnapshot()).toBe(podsFeed.getSnapshot());
  });

  it('wakes nobody by polls and events after which the same is drawn', async () => {
    let polls = 0;
    let watching: ReturnType<typeof stream> | undefined;
    const handler: FakeHandler = (request, response) => {
      if (request.path.includes('metrics')) {
        polls += 1;
        const containers = [{ usage: { cpu: `${412_000_000 + polls}n`, memory: `${310 * 1024 + (polls % 2)}Ki` } }];
        return json(response, { items: [{ metadata: { name: 'good' }, containers }] });
      }
      if (!request.query.get('watch')) return pods(request, response);
      watching = stream(response);
      return true;
    };
    const podsFeed = createPodsFeed(await open(handler), { namespace: 'tars', batchMs: 5, metricsEveryMs: 10 });
    feed = podsFeed;
    const first = await until(
      () => podsFeed.getSnapshot(),
      ({ metrics, rows, state }) => metrics === 'live' && rows.length === 2 && state.kind === 'live',
    );
    let woken = 0;
    podsFeed.subscribe(() => {
      woken += 1;
    });
    const send = (name: string, restarts: string) => {
      const row = { cells: podCells(name, { restarts }), object: null };
      watching?.send({ type: 'MODIFIED', object: { kind: 'Table', metadata: { resourceVersion: '2' }, rows: [row] } });
    };
    await until(
      () => watching,
      (open) => open !== undefined,
    );
    send('good', '0');
    const until4 = polls + 4;
    await until(
      () => polls,
      (count) => count >= until4,
    );
    expect(podsFeed.getSnapshot()).toBe(first);
    expect(woken).toBe(0);
    send('good', '1');
    await until(
      () => podsFeed.getSnapshot().rows[1]?.restarts,
      (restarts) => restarts === 1,
    );
    expect(woken).toBe(1);
  });

  it('knows that there is no metrics API', async () => {
    const podsFeed = createPodsFeed(
      await open((request, response) =>
        request.path.includes('metrics') ? refuse(response, 404, '', 'not found') : pods(request, response),
      ),
      { namespace: 'tars', batchMs: 5, metricsEveryMs: 10 },
    );
    feed = podsFeed;
    await until(
      () => podsFeed.getSnapshot().metrics,
      (metrics) => metrics === 'absent',
    );
    await until(
      () => podsFeed.getSnapshot().rows.length,
      (count) => count === 2,
    );
  });
});
