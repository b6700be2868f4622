import type { ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { connect } from '../../src/cluster/connect/connect.ts';
import type { Connection } from '../../src/cluster/connection.ts';
import { type PodRow, toPodRow } from '../../src/cluster/panes/pod-row.ts';
import type { FeedState } from '../../src/cluster/watch/feed-state.ts';
import { applyChange, watchTable } from '../../src/cluster/watch/watch-table.ts';
import { type FakeCluster, type FakeHandler, json, refuse, startFakeCluster, stream } from '../support/cluster.ts';
import { columnDefinitions, podCells } from './pod-table.ts';
import { until } from './until.ts';

let cluster: FakeCluster;
let connection: Connection;
let controller: AbortController;

afterEach(async () => {
  controller.abort();
  connection.close();
  await cluster.close();
});

interface Seen {
  rows: Map<string, PodRow>;
  states: FeedState['kind'][];
  lists: number;
}

async function start(handler: FakeHandler, inactivityMs?: number): Promise<Seen> {
  cluster = await startFakeCluster(handler);
  connection = await connect({ kubeconfig: cluster.kubeconfig, sandbox: false });
  controller = new AbortController();
  const seen: Seen = { rows: new Map(), states: [], lists: 0 };
  watchTable<PodRow>(connection, {
    path: '/api/v1/namespaces/tars/pods',
    signal: controller.signal,
    batchMs: 5,
    toRow: toPodRow,
    keyOf: (row) => row.key,
    onChange(change) {
      if (change.replaced) seen.lists += 1;
      seen.rows = applyChange(seen.rows, change);
    },
    onState: (state) => seen.states.push(state.kind),
    random: () => 0,
    ...(inactivityMs === undefined ? {} : { inactivityMs }),
  });
  return seen;
}

const table = (version: number, ...rows: unknown[][]) => ({
  kind: 'Table',
  metadata: { resourceVersion: String(version) },
  columnDefinitions,
  rows: rows.map((cells) => ({ cells })),
});
const event = (type: string, version: number, cells: unknown[]) => ({
  type,
  object: { kind: 'Table', metadata: { resourceVersion: String(version) }, rows: [{ cells }] },
});
const isWatch = (request: { query: URLSearchParams }) => request.query.get('watch') === 'true';
const names = (seen: Seen) => [...seen.rows.keys()].sort().join(' ');

describe('a table watch', () => {
  it('lists from the cache without objects, then follows changes', async () => {
    let watch: ReturnType<typeof stream> | undefined;
    const seen = await start((request, response) => {
      if (!isWatch(request)) return json(response, table(10, podCells('a'), podCells('b')));
      watch = stream(response);
      return true;
    });
    await until(
      () => seen.rows.size,
      (size) => size === 2,
    );
    const [list] = cluster.requests;
    expect(list?.query.get('includeObject')).toBe('None');
    expect(list?.query.get('resourceVersion')).toBe('0');
    expect(list?.headers.accept).toContain('as=Table');
    await until(
      () => watch,
      (open) => open !== undefined,
    );
    watch?.send(event('ADDED', 11, podCells('c', { status: 'Pending' })));
    watch?.send(event('DELETED', 12, podCells('a')));
    watch?.send(event('MODIFIED', 13, podCells('b', { restarts: '3 (5m ago)' })));
    await until(
      () => names(seen),
      (text) => text === 'b c',
    );
    expect(seen.rows.get('b')?.restarts).toBe(3);
    expect(seen.rows.get('c')?.status).toBe('Pending');
    expect(seen.states).toEqual(['connecting', 'live']);
  });

  it('costs at most 500 bytes a change', () => {
    const cells = podCells('tars-backend-7d9f8b6c5-x2k4q', { node: 'node-1', ip: '10.244.1.17' });
    expect(`${JSON.stringify(event('MODIFIED', 123456, cells))}\n`.length).toBeLessThan(500);
  });

  it('goes on from the last version after a reset, a close and a malformed line, bookmarks included', async () => {
    const from: string[] = [];
    const turns: ((response: ServerResponse) => void)[] = [
      (response) => {
        const { send } = stream(response);
        send({ type: 'BOOKMARK', object: { kind: 'Table', metadata: { resourceVersion: '20' } } });
        setTimeout(() => response.destroy(), 20);
      },
      (response) => {
        const { send, end } = stream(response);
        send(event('ADDED', 21, podCells('b')));
        end();
      },
      (response) => stream(response).raw('{"type": "ADDED", "object": {\n'),
      (response) => stream(response).send(event('ADDED', 22, podCells('c'))),
    ];
    const seen = await start((request, response) => {
      if (!isWatch(request)) return json(response, table(10, podCells('a')));
      from.push(request.query.get('resourceVersion') ?? '');
      const turn = turns[from.length - 1];
      if (turn) turn(response);
      else stream(response);
      return true;
    });
    await until(
      () => names(seen),
      (text) => text === 'a b c',
      10_000,
    );
    expect(from).toEqual(['10', '20', '21', '21']);
    expect(seen.lists).toBe(1);
    expect(seen.states.at(-1)).toBe('live');
    expect(seen.states).toContain('stale');
  });

  it('lists anew when its version is too old', async () => {
    let lists = 0;
    let watches = 0;
    const seen = await start((request, response) => {
      if (!isWatch(request)) {
        lists += 1;
        return json(response, lists === 1 ? table(10, podCells('old')) : table(50, podCells('new')));
      }
      watches += 1;
      const { send } = stream(response);
      if (watches === 1)
        send({ type: 'ERROR', object: { kind: 'Status', code: 410, reason: 'Expired', message: 'too old' } });
      return true;
    });
    await until(
      () => names(seen),
      (text) => text === 'new',
    );
    expect(
      cluster.requests.filter((request) => !isWatch(request)).map((request) => request.query.get('resourceVersion')),
    ).toEqual(['0', null]);
    expect(seen.states.at(-1)).toBe('live');
  });

  it('says that it is stale while the server fails, and live again without waiting for an event', async () => {
    let failing = true;
    const seen = await start((request, response) => {
      if (failing) return refuse(response, 500, 'InternalError', 'etcd is down');
      if (!isWatch(request)) return json(response, table(10, podCells('a')));
      stream(response);
      return true;
    });
    await until(
      () => seen.states.at(-1),
      (state) => state === 'stale',
    );
    failing = false;
    await until(
      () => seen.states.at(-1),
      (state) => state === 'live',
    );
    expect(names(seen)).toBe('a');
  });

  it('says that it is denied, and goes on asking, seldom', async () => {
    const seen = await start((_, response) => refuse(response, 403, 'Forbidden', 'pods is forbidden'));
    await until(
      () => seen.states.at(-1),
      (state) => state === 'denied',
    );
    expect(cluster.requests.length).toBeLessThan(3);
  });

  it('gives up a stream that has gone silent', async () => {
    const seen = await start((request, response) => {
      if (!isWatch(request)) return json(response, table(10, podCells('a')));
      stream(response);
      return true;
    }, 50);
    await until(
      () => seen.states.filter((state) => state === 'stale').length,
      (count) => count > 0,
    );
    await until(
      () => cluster.requests.filter(isWatch).length,
      (count) => count > 1,
    );
  });

  it('does not hammer a server that closes every stream at once', async () => {
    await start((request, response) => {
      if (!isWatch(request)) return json(response, table(10, podCells('a')));
      stream(response).end();
      return true;
    });
    await until(
      () => cluster.requests.filter(isWatch).length,
      (count) => count >= 3,
    );
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(cluster.requests.filter(isWatch).length).toBeLessThan(6);
  });

  it('reads a long list page by page as one', async () => {
    const seen = await start((request, response) => {
      if (isWatch(request)) {
        stream(response);
        return true;
      }
      if (request.query.get('continue')) return json(response, table(10, podCells('b')));
      return json(response, { ...table(10, podCells('a')), metadata: { resourceVersion: '10', continue: 'next' } });
    });
    await until(
      () => names(seen),
      (text) => text === 'a b',
    );
  });
});
