import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Problem } from '../../../src/base/errors.ts';
import { thisProcess } from '../../../src/base/process-identity.ts';
import { KubernetesError } from '../../../src/cluster/kubernetes-error.ts';
import type { LeaseHolder } from '../../../src/cluster/lease/lease.ts';
import { judgeLease } from '../../../src/cluster/lease/lease-verdict.ts';
import { acquireLock, type LockRequest, type RunLock } from '../../../src/playbooks/runs/lock.ts';
import { LockProblem } from '../../../src/playbooks/runs/lock-problem.ts';
import { until } from '../../cluster-room/until.ts';
import { type FakeLeases, fakeLeases } from './fake-leases.ts';

const timing = { durationMs: 1000, heartbeatMs: 20, againMs: 10 };

async function lock(fake: FakeLeases, more: Partial<LockRequest> = {}): Promise<RunLock> {
  const { connection } = fake;
  const request = { connection, system: 'tars', run: 'run-1', programVersion: '1', isLocal: () => false };
  const held = await acquireLock({ ...request, progress: () => {}, timing, ...more });
  onTestFinished(async () => void (held.state === 'held' && (await held.release())));
  return held;
}

const comes = (holds: () => boolean) => until(holds, (value) => value);

const refused = (promise: Promise<unknown>): Promise<LockProblem> =>
  promise.then(
    () => Promise.reject(new Error('it was not refused')),
    (error: unknown) => (error instanceof LockProblem ? error : Promise.reject(error)),
  );

/** As if another machine held it. */
function elsewhere(fake: FakeLeases): void {
  fake.edit('tars', ({ metadata }) => {
    metadata.annotations = {
      ...metadata.annotations,
      'tars-console.dev/machine': 'other',
      'tars-console.dev/host': 'far',
    };
  });
}

const kept = (held: RunLock) => {
  if (held.state !== 'held') throw new Error(held.note);
  return held;
};

describe('the lock of a run', () => {
  it('is made with its namespace, names its holder, and is freed', async () => {
    const fake = fakeLeases({ namespace: false });
    const held = kept(await lock(fake));
    const lease = fake.leases.get('tars');
    expect(lease?.spec).toMatchObject({ holderIdentity: 'run-1', leaseDurationSeconds: 1 });
    expect(lease?.metadata.annotations).toMatchObject({ 'tars-console.dev/pid': String(process.pid) });
    expect(lease?.metadata.labels).toMatchObject({ 'app.kubernetes.io/managed-by': 'tars-console' });
    expect(await held.release()).toBe(true);
    expect(fake.leases.get('tars')?.spec).not.toHaveProperty('holderIdentity');
    kept(await lock(fake, { run: 'run-2' }));
  });

  it('sends heartbeats', async () => {
    const fake = fakeLeases();
    await lock(fake);
    const first = fake.leases.get('tars')?.metadata.resourceVersion;
    await comes(() => fake.leases.get('tars')?.metadata.resourceVersion !== first);
  });

  it('is refused while its holder lives, at once on the same host', async () => {
    const fake = fakeLeases();
    await lock(fake);
    const { lock: told, next } = await refused(lock(fake, { run: 'run-2', isLocal: () => true }));
    expect(told).toMatchObject({ state: 'held', run: 'run-1', system: 'tars', local: true });
    expect(next).toContain('tars-console follow run-1');
  });

  it('is refused to another process of the same run, which is told so', async () => {
    const fake = fakeLeases();
    await lock(fake);
    // Any other process that lives; when it began is not told, so that its number alone counts.
    const parent = { 'tars-console.dev/pid': String(process.ppid), 'tars-console.dev/process-began': '' };
    fake.edit('tars', ({ metadata }) => {
      metadata.annotations = { ...metadata.annotations, ...parent };
    });
    const { lock: told, message } = await refused(lock(fake));
    expect(told).toMatchObject({ state: 'held', run: 'run-1', itself: true });
    expect(message).toContain('This run goes on already');
  });

  it('is refused when a holder elsewhere gives a sign of life, whatever his clock says', async () => {
    const fake = fakeLeases();
    await lock(fake);
    // His heartbeats go on; the clock of the lease is years behind.
    elsewhere(fake);
    const beats = setInterval(
      () =>
        fake.edit('tars', (lease) => Object.assign(lease.spec as object, { renewTime: '2001-01-01T00:00:00.000000Z' })),
      30,
    );
    const { lock: told } = await refused(lock(fake, { run: 'run-2' })).finally(() => clearInterval(beats));
    expect(told).toMatchObject({ state: 'held', host: 'far' });
  });

  it('of a silent holder is watched for its whole time, and then taken over by who names it', async () => {
    const silent = fakeLeases();
    const first = kept(await lock(silent));
    silent.trouble = new Problem('the cable is cut');
    await comes(() => first.lost.aborted);
    silent.trouble = undefined;
    elsewhere(silent);
    // A clock that is ahead by years makes it no younger.
    silent.edit('tars', (lease) => Object.assign(lease.spec as object, { renewTime: '2099-01-01T00:00:00.000000Z' }));
    const said: string[] = [];
    const before = performance.now();
    const { lock: told, next } = await refused(lock(silent, { run: 'run-2', progress: (text) => said.push(text) }));
    expect(performance.now() - before).toBeGreaterThanOrEqual(timing.durationMs);
    expect(told).toMatchObject({ state: 'dead', why: 'there was no heartbeat for 1 s' });
    expect(said[0]).toMatch(/run-1 of .*Watching 1 s more/);
    expect(next.join()).toContain('--take-over run-1');
    await refused(lock(silent, { run: 'run-2', takeOver: { run: 'another', resourceVersion: told.resourceVersion } }));
    const again = performance.now();
    const { resourceVersion } = told;
    kept(await lock(silent, { run: 'run-2', takeOver: { run: 'run-1', resourceVersion } }));
    expect(performance.now() - again).toBeLessThan(timing.durationMs);
  });

  it('of a process that is gone from this host is known to be dead at once', async () => {
    const fake = fakeLeases();
    const left = kept(await lock(fake));
    fake.edit('tars', ({ metadata }) => {
      metadata.annotations = { ...metadata.annotations, 'tars-console.dev/process-began': '1' };
    });
    const { lock: told } = await refused(lock(fake, { run: 'run-2' }));
    expect(told).toMatchObject({ state: 'dead', why: 'its process is gone' });
    // Its own run goes on without a question.
    kept(await lock(fake, { run: 'run-1' }));
    kept(await lock(fake, { run: 'run-1', takeOver: { run: 'run-1' } }));
    await left.release();
  });

  it('is lost when somebody takes it over, and says who', async () => {
    const fake = fakeLeases();
    const held = kept(await lock(fake));
    fake.edit('tars', ({ spec, metadata }) => {
      Object.assign(spec as object, { holderIdentity: 'run-9' });
      metadata.annotations = { ...metadata.annotations, 'tars-console.dev/who': 'eve@far' };
    });
    await comes(() => held.lost.aborted);
    expect(held.lost.reason).toBe('eve@far took the lock over, for the run run-9');
    await held.release();
    expect(fake.leases.get('tars')?.spec).toMatchObject({ holderIdentity: 'run-9' });
  });

  it('survives an outage that is shorter than the lease, a label, and its own deletion', async () => {
    const fake = fakeLeases();
    const held = kept(await lock(fake));
    const beats = () => fake.requests.length;
    const during = beats();
    fake.trouble = new KubernetesError(503, { code: 503, message: 'away' }, 'here');
    await comes(() => beats() > during + 5);
    fake.trouble = undefined;
    fake.edit('tars', ({ metadata }) => Object.assign(metadata, { labels: { by: 'somebody' } }));
    fake.leases.delete('tars');
    await comes(() => fake.leases.has('tars'));
    expect(held.lost.aborted).toBe(false);
  });

  it('is lost when no heartbeat comes through for as long as it holds', async () => {
    const fake = fakeLeases();
    const held = kept(await lock(fake, { timing: { ...timing, durationMs: 1000 } }));
    fake.trouble = new Problem('No answer');
    await comes(() => held.lost.aborted);
    expect(held.lost.reason).toMatch(/^no heartbeat came through to the cluster for 1 s: No answer/);
    fake.trouble = undefined;
  });

  it('is unguarded without the rights, and says which', async () => {
    const fake = fakeLeases();
    fake.trouble = new KubernetesError(403, { code: 403, message: 'leases is forbidden' }, 'here');
    expect(await lock(fake)).toEqual({
      state: 'unguarded',
      note: 'There is no right to keep a lease in the namespace tars-console: leases is forbidden',
    });
  });

  it('is held by one of many that come at the same moment', async () => {
    for (let race = 0; race < 20; race += 1) {
      const fake = fakeLeases({ namespace: race % 2 === 0 });
      const wants = ['a', 'b', 'c', 'd'].map((run) =>
        lock(fake, { run }).then(
          () => 'won',
          (error: unknown) => (error instanceof LockProblem ? error.lock.state : 'another error'),
        ),
      );
      expect((await Promise.all(wants)).sort()).toEqual(['held', 'held', 'held', 'won']);
      const holders = new Set(
        [...fake.leases.values()].map(({ spec }) => (spec as { holderIdentity: string }).holderIdentity),
      );
      expect(holders.size).toBe(1);
    }
  });
});

describe('the verdict on a lease', () => {
  const holder: LeaseHolder = { ...thisProcess(), run: 'other', who: 'eve@far', since: '', version: '1' };
  const view = { resourceVersion: '7', holder, durationMs: 60_000 };

  it('never says dead of one that changed, nor before its time is over, unless its process is gone', () => {
    fc.assert(
      fc.property(
        fc.boolean(),
        fc.nat(120_000),
        fc.constantFrom('alive' as const, 'gone' as const, 'unknown' as const),
        (changed, unchangedMs, process) => {
          const { type } = judgeLease(view, { run: 'me', changed, unchangedMs, process, itself: false });
          if (type === 'dead') expect(process === 'gone' || (!changed && unchangedMs >= view.durationMs)).toBe(true);
          if (process === 'alive') expect(type).toBe('held');
          expect(type).not.toBe('free');
        },
      ),
    );
  });

  it('knows what is free and what is its own', () => {
    const sight = { run: 'other', changed: false, unchangedMs: 0, itself: false } as const;
    expect(judgeLease(undefined, { ...sight, process: 'unknown' }).type).toBe('free');
    expect(judgeLease({ ...view, holder: undefined }, { ...sight, process: 'unknown' }).type).toBe('free');
    expect(judgeLease(view, { ...sight, process: 'gone' }).type).toBe('mine');
    expect(judgeLease(view, { ...sight, process: 'alive' }).type).toBe('held');
    expect(judgeLease(view, { ...sight, process: 'alive', itself: true }).type).toBe('mine');
  });
});
