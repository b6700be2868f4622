import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import { connect } from '../../src/cluster/connect/connect.ts';
import { leaseNamespace } from '../../src/cluster/lease/lease.ts';
import { deleteObject, getObject } from '../../src/cluster/objects.ts';
import type { RunRecord } from '../../src/playbooks/runs/events.ts';
import { readJournal } from '../../src/playbooks/runs/journal.ts';
import { runPaths } from '../../src/playbooks/runs/run-folder.ts';
import { finished, finishProgram, startProgram } from '../cli/program-process.ts';
import { startFastSandbox, stopSandbox } from './deployment.ts';
import { type Begun, begun, kill, recorded, runFolders } from './killing.ts';
import { madeFiles } from './parts.ts';
import { startFaultyProxy } from './proxy.ts';
import { atWork, letGo, writeSlow } from './slow.ts';

const sandbox = await startFastSandbox();
afterAll(stopSandbox);
const direct = ['--sandbox'];
const consent = ['--yes', '--trust'];

function start(workspace: string, system: string, more = direct) {
  return startProgram(['run', `${system}/slow`, ...consent, ...more], {}, workspace);
}

const recordsOf = ({ folder }: Begun) => readJournal(runPaths(folder).journal);

test('of two runs of one system that start in the same moment one runs, and the other is told which and how to follow it', async () => {
  const times = process.env.FULL ? 10 : 3;
  for (let time = 0; time < times; time += 1) {
    const workspace = writeSlow('two');
    const before = runFolders();
    const both = [start(workspace, 'two'), start(workspace, 'two')].map(finished);
    // Neither ends by itself before it is let go.
    const refused = await Promise.race(both);
    await atWork(workspace);
    letGo(workspace);
    const ends = await Promise.all(both);
    const left = runFolders().filter((one) => !before.includes(one));
    expect(ends.map(({ code }) => code).sort()).toEqual([0, 1]);
    expect(left).toHaveLength(1);
    expect(refused.stderr).toContain('Another run holds two on this cluster');
    expect(refused.stderr).toContain(`follow ${left[0]}`);
    expect(madeFiles(workspace)).toEqual({
      'one.txt': 'begun ended ',
      'two.txt': 'begun ended ',
      'after.txt': 'done ',
    });
  }
});

test('a killed run leaves a lock that others may take over by its name; resumed, it takes it back without waiting', async () => {
  const workspace = writeSlow('left');
  const before = runFolders();
  const first = finished(start(workspace, 'left'));
  const run = await begun(before, first);
  await atWork(workspace);
  expect(kill(run).over).toBe(false);
  await first;

  const refused = await finished(start(workspace, 'left'));
  expect(refused.code).toBe(1);
  expect(refused.stderr).toContain('A run that is gone still holds left on this cluster: its process is gone');
  expect(refused.stderr).toContain(`--take-over ${run.id}`);
  expect(refused.stderr).not.toContain('is it alive?');

  const resumed = await finishProgram(['resume', run.id, ...consent]);
  // What it was in the middle of cannot be known; that it was said so means that it had the lock.
  expect(resumed.stdout).toContain('nobody knows whether it was done');
  expect(resumed.stderr).not.toContain('is it alive?');
  const records = recordsOf(run);
  const goesOn = records.find(({ type }) => type === 'run-resumed');
  expect(records.filter((record) => record.type === 'lock' && record.seq > (goesOn?.seq ?? 0))).toMatchObject([
    { state: 'held' },
    { state: 'released' },
  ]);
  letGo(workspace);
});

test('what a dead run holds is another’s once that is said, and then the dead one is refused', async () => {
  const workspace = writeSlow('over');
  let before = runFolders();
  const first = finished(start(workspace, 'over'));
  const dead = await begun(before, first);
  kill(dead);
  await first;
  before = runFolders();
  const second = finished(start(workspace, 'over', [...direct, '--take-over', dead.id]));
  const living = await begun(before, second);
  await atWork(workspace);
  const refused = await finishProgram(['resume', dead.id, ...consent]);
  expect(refused.code).toBe(1);
  expect(refused.stderr).toContain('Another run holds over on this cluster');
  expect(refused.stderr).toContain(`follow ${living.id}`);
  letGo(workspace);
  expect((await second).code).toBe(0);
});

test('a lock that somebody removed is taken again; one that somebody else took stops the run, which can be resumed', async () => {
  const [kept, lost] = [writeSlow('kept'), writeSlow('lost')];
  const before = runFolders();
  const stopping = finished(start(lost, 'lost'));
  const run = await begun(before, stopping);
  const goingOn = finished(start(kept, 'kept'));
  await Promise.all([atWork(kept), atWork(lost)]);
  const connection = await connect({ ...sandbox, namespace: leaseNamespace });
  const lease = (name: string) => ({
    ...{ apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', name, namespace: leaseNamespace },
  });
  await deleteObject(connection, lease('kept'));
  const found = await getObject(connection, lease('lost'));
  const taken = {
    ...found,
    metadata: {
      ...found?.metadata,
      annotations: { 'tars-console.dev/who': 'eve@far', 'tars-console.dev/host': 'far' },
    },
    spec: { holderIdentity: 'eves-run', leaseDurationSeconds: 2 },
  };
  await connection.request({
    method: 'PUT',
    path: `/apis/coordination.k8s.io/v1/namespaces/${leaseNamespace}/leases/lost`,
    body: taken,
  });
  await recorded(run, (record) => record.type === 'lock' && record.state === 'lost');
  while (!(await getObject(connection, lease('kept')))) await wait(50);
  connection.close();
  letGo(lost);
  letGo(kept);
  const [goesOn, stops] = await Promise.all([goingOn, stopping]);

  expect(goesOn.code).toBe(0);
  expect(madeFiles(kept)['after.txt']).toBe('done ');
  expect(stops.code).toBe(130);
  expect(stops.stdout).toContain('its lock was lost: eve@far took the lock over, for the run eves-run');
  // What ran has ended, and nothing was begun after it.
  expect(madeFiles(lost)).toEqual({ 'one.txt': 'begun ended ', 'two.txt': 'begun ended ' });

  const refused = await finishProgram(['resume', run.id, ...consent]);
  expect(refused.stderr).toContain(
    'A run that is gone still holds lost on this cluster: there was no heartbeat for 2 s',
  );
  const resumed = await finishProgram(['resume', run.id, ...consent, '--take-over', 'eves-run']);
  expect(resumed.code).toBe(0);
  expect(madeFiles(lost)).toEqual({ 'one.txt': 'begun ended ', 'two.txt': 'begun ended ', 'after.txt': 'done ' });
});

test.runIf(process.env.FULL)(
  'an API server that is away for longer than the lease holds ends the run once what runs has ended',
  async () => {
    const proxy = await startFaultyProxy(sandbox.kubeconfig);
    const workspace = writeSlow('away');
    const before = runFolders();
    const ended = finished(start(workspace, 'away', ['--kubeconfig', proxy.kubeconfig, '--context', 'behind-proxy']));
    const run = await begun(before, ended);
    await atWork(workspace);
    proxy.goAway();
    await recorded(run, (record) => record.type === 'lock' && record.state === 'lost');
    letGo(workspace);
    const { code, stdout } = await ended;
    expect(code).toBe(130);
    expect(stdout).toContain('its lock was lost: no heartbeat came through to the cluster for 60 s');
    expect(madeFiles(workspace)).toEqual({ 'one.txt': 'begun ended ', 'two.txt': 'begun ended ' });
    proxy.comeBack();
    expect((await finishProgram(['resume', run.id, ...consent])).code).toBe(0);
    expect(madeFiles(workspace)['after.txt']).toBe('done ');
    await proxy.close();
  },
  200_000,
);

test('two that resume one run in the same moment do not both go on with it', async () => {
  const workspace = writeSlow('twice');
  const before = runFolders();
  const first = finished(start(workspace, 'twice'));
  const run = await begun(before, first);
  await atWork(workspace);
  const stopped = finishProgram(['stop', run.id]);
  await recorded(run, ({ type }) => type === 'stop-requested');
  letGo(workspace);
  await stopped;
  expect((await first).code).toBe(130);
  const args = ['resume', run.id, ...consent];
  const ends = await Promise.all([finishProgram(args), finishProgram(args)]);
  expect(ends.map(({ code }) => code)).toContain(0);
  expect(madeFiles(workspace)['after.txt']).toBe('done ');
  expect(faultsIn(recordsOf(run))).toEqual([]);
});

/** Steps that were begun more than once, and numbers that are missing or are there twice. */
function faultsIn(records: readonly RunRecord[]): string[] {
  const intents = records.flatMap((record) =>
    record.type === 'step-intent' && record.step === 'after' ? [record.seq] : [],
  );
  const wrong = records.filter(({ seq }, index) => seq !== index + 1).map(({ seq }) => `record ${seq}`);
  return [...wrong, ...(intents.length === 1 ? [] : [`begun ${intents.length} times`])];
}
