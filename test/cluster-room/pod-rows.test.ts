import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { filterPods, parsePodFilter } from '../../src/cluster/panes/pod-filter.ts';
import { comparePods, type PodRow, severityOf, toPodRow } from '../../src/cluster/panes/pod-row.ts';
import { bornBy, indexColumns, parseServerAge } from '../../src/cluster/table.ts';
import { columnDefinitions, podCells } from './pod-table.ts';

const columns = indexColumns({ kind: 'Table', columnDefinitions }) ?? new Map();
const now = 1_000_000_000_000;
const row = (name: string, look = {}) => toPodRow({ cells: podCells(name, look) }, columns, now) as PodRow;

describe('a row of the server’s pod table', () => {
  it('becomes figures that do not go stale', () => {
    expect(row('web-1', { ready: '1/2', restarts: '3 (5m10s ago)', age: '2d3h', node: '<none>' })).toEqual({
      key: 'web-1',
      name: 'web-1',
      namespace: '',
      ready: 1,
      containers: 2,
      status: 'Running',
      restarts: 3,
      node: '',
      createdAt: now - 51 * 3_600_000,
      severity: 'warn',
      cpu: undefined,
      memory: undefined,
    });
  });

  it('takes namespace and age from its metadata where there is one', () => {
    const metadata = { name: 'web-1', namespace: 'tars', creationTimestamp: '2001-09-09T01:46:30Z' };
    const made = toPodRow({ cells: podCells('web-1'), object: { metadata } }, columns, now);
    expect(made).toMatchObject({ key: 'tars/web-1', namespace: 'tars', createdAt: now - 10_000 });
  });

  it('keeps its birth while that fits the age, which is printed ever more coarsely', () => {
    const first = row('web-1', { age: '59s' });
    const seen = (age: string, at: number) =>
      toPodRow({ cells: podCells('web-1', { age }) }, columns, at, () => first)?.createdAt;
    expect(seen('3m', now + 150_000)).toBe(first.createdAt);
    expect(seen('5h', now + 5.5 * 3_600_000)).toBe(first.createdAt);
    // Deleted and made anew under the same name.
    expect(seen('2s', now + 150_000)).toBe(now + 148_000);
  });

  it('is never born later than its age says, nor long before', () => {
    const moments = fc.tuple(fc.constantFrom('45s', '5m', '3h', '2d'), fc.integer({ min: 0, max: 200_000_000 }));
    fc.assert(
      fc.property(moments, ([age, before]) => {
        const born = bornBy(age, now, now - before) ?? Number.NaN;
        const newest = now - (parseServerAge(age) ?? 0);
        const unit = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }[age.at(-1) as 's'];
        expect(born).toBeLessThanOrEqual(newest + 1000);
        expect(born).toBeGreaterThanOrEqual(newest - unit - 1000);
      }),
    );
  });

  it('is none without a name, whatever the cells hold', () => {
    expect(toPodRow({ cells: [] }, columns, now)).toBeUndefined();
    fc.assert(
      fc.property(fc.array(fc.jsonValue()), (cells) => {
        const made = toPodRow({ cells }, columns, now);
        expect(made === undefined || typeof made.name === 'string').toBe(true);
      }),
      { examples: [[[{ toString: '' }]]] },
    );
  });

  it('is judged by the words that kubectl prints', () => {
    const judged = (status: string, ready = 0) => severityOf(status, ready, 1);
    expect(
      [
        'CrashLoopBackOff',
        'ImagePullBackOff',
        'ErrImagePull',
        'Error',
        'OOMKilled',
        'Evicted',
        'Init:Error',
        'Init:CrashLoopBackOff',
        'CreateContainerConfigError',
        'Unknown',
      ].map((word) => judged(word)),
    ).toEqual(Array(10).fill('bad'));
    expect(['Pending', 'Running'].map((word) => judged(word))).toEqual(['warn', 'warn']);
    expect(['ContainerCreating', 'PodInitializing', 'Init:0/2', 'Terminating'].map((word) => judged(word))).toEqual(
      Array(4).fill('waiting'),
    );
    expect(judged('Running', 1)).toBe('ok');
    expect(judged('Completed')).toBe('done');
  });

  it('has an age in every form that the server writes', () => {
    expect(['45s', '5m10s', '2d3h', '2y41d', '<unknown>', ''].map(parseServerAge)).toEqual([
      45_000,
      310_000,
      183_600_000,
      66_614_400_000,
      undefined,
      undefined,
    ]);
  });
});

describe('the order of pods', () => {
  it('is total: sorted once, it stays so', () => {
    const rows = fc.array(
      fc.record({
        name: fc.stringMatching(/^[a-z0-9-]{1,20}$/),
        status: fc.constantFrom('Running', 'Error', 'Pending', 'Completed', 'Terminating'),
      }),
    );
    fc.assert(
      fc.property(rows, (looks) => {
        const sorted = looks.map(({ name, status }) => row(name, { status })).sort(comparePods);
        const again = [...sorted].reverse().sort(comparePods);
        expect(again.map(({ key, severity }) => severity + key)).toEqual(
          sorted.map(({ key, severity }) => severity + key),
        );
        const bad = sorted.findIndex(({ severity }) => severity !== 'bad');
        expect(sorted.slice(bad === -1 ? sorted.length : bad).some(({ severity }) => severity === 'bad')).toBe(false);
      }),
    );
  });
});

describe('a filter', () => {
  const rows = [row('web-1'), row('web-2', { status: 'Pending', node: 'node-2' }), row('db-1', { status: 'Error' })];
  const names = (filter: string) =>
    filterPods(rows, filter)
      .map(({ name }) => name)
      .join(' ');

  it('looks in name, status and node, or in one column, and can be turned round', () => {
    expect(names('web')).toBe('web-1 web-2');
    expect(names('NODE-2')).toBe('web-2');
    expect(names('STATUS:pend')).toBe('web-2');
    expect(names('!NAME:web')).toBe('db-1');
    expect(names('web !status:pending')).toBe('web-1');
    expect(names('STATUS:')).toBe('web-1 web-2 db-1');
    expect(filterPods(rows, ' ')).toBe(rows);
  });

  it('takes whatever is typed', () => {
    fc.assert(fc.property(fc.string(), (text) => rows.filter(parsePodFilter(text)).length >= 0));
  });
});
