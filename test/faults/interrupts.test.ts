import { existsSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import { packageRoot } from '../../src/base/package-root.ts';
import { connect } from '../../src/cluster/connect/connect.ts';
import { leaseNamespace } from '../../src/cluster/lease/lease.ts';
import { readJournal } from '../../src/playbooks/runs/journal.ts';
import { runPaths } from '../../src/playbooks/runs/run-folder.ts';
import { finished, finishProgram, startProgram } from '../cli/program-process.ts';
import { openTerminal, type Terminal } from '../support/terminal.ts';
import { startFastSandbox, stopSandbox } from './deployment.ts';
import { type Begun, begun, recorded, runFolders } from './killing.ts';
import { madeFiles } from './parts.ts';
import { atWork, letGo, writeSlow } from './slow.ts';

const sandbox = await startFastSandbox();
const opened: Terminal[] = [];
afterAll(async () => {
  for (const terminal of opened) await terminal.close();
  await stopSandbox();
});

const program = join(packageRoot(), 'bin', 'tars-console.js');
const consent = ['--sandbox', '--yes', '--trust'];
const bothEnded = { 'one.txt': 'begun ended ', 'two.txt': 'begun ended ' };
const all = { ...bothEnded, 'after.txt': 'done ' };

interface Working extends Begun {
  workspace: string;
}

/** A run whose two steps side by side are at work, on a terminal. */
async function working(system: string): Promise<Working & { terminal: Terminal }> {
  const workspace = writeSlow(system);
  const before = runFolders();
  const args = [program, 'run', `${system}/slow`, ...consent];
  const terminal = openTerminal(process.execPath, args, { cols: 120, rows: 40, cwd: workspace });
  opened.push(terminal);
  const run = await begun(before);
  await atWork(workspace);
  return { ...run, workspace, terminal };
}

const resume = ({ id }: Begun) => finishProgram(['resume', id, '--yes', '--trust']);
const endOf = ({ folder }: Begun) => readJournal(runPaths(folder).journal).at(-1);

async function over(run: Begun): Promise<void> {
  while (endOf(run)?.type !== 'run-ended') await wait(20);
}

test('Ctrl-C once lets both steps that run end, begins nothing more, and the run goes on later', async () => {
  const run = await working('once');
  run.terminal.send('ctrl-c');
  await run.terminal.waitFor('Ctrl-C again stops at once');
  letGo(run.workspace);
  expect((await run.terminal.exited(15_000)).exitCode).toBe(130);
  expect(endOf(run)).toMatchObject({ type: 'run-ended', status: 'stopped' });
  expect(madeFiles(run.workspace)).toEqual(bothEnded);
  expect((await resume(run)).code).toBe(0);
  expect(madeFiles(run.workspace)).toEqual(all);
});

test('Ctrl-C twice stops at once: what was running has no result, its programs are ended, and it is asked about', async () => {
  const run = await working('again');
  run.terminal.send('ctrl-c');
  await run.terminal.waitFor('Ctrl-C again stops at once');
  run.terminal.send('ctrl-c');
  expect((await run.terminal.exited(15_000)).exitCode).toBe(130);
  expect(endOf(run)).toMatchObject({ type: 'run-ended', status: 'stopped' });
  expect(madeFiles(run.workspace)).toEqual({ 'one.txt': 'begun ', 'two.txt': 'begun ' });
  const { code, stdout } = await resume(run);
  expect(code).toBe(1);
  expect(stdout).toContain('nobody knows whether it was done');
});

test.each([
  ['closed', (run: Working & { terminal: Terminal }) => void run.terminal.close()],
  ['hung up on', (run: Working & { terminal: Terminal }) => run.terminal.kill('SIGHUP')],
  ['killed', (run: Working & { terminal: Terminal }) => run.terminal.kill('SIGKILL')],
])('a terminal that is %s ends nothing; neither does SIGHUP to the run itself', async (how, act) => {
  const run = await working(how.split(' ').join('-'));
  act(run);
  process.kill(run.pid, 'SIGHUP');
  letGo(run.workspace);
  await over(run);
  expect(endOf(run)).toMatchObject({ status: 'done' });
  expect(madeFiles(run.workspace)).toEqual(all);
});

test.each([
  ['SIGTERM to the lines', (run: Working & { terminal: Terminal }) => run.terminal.kill('SIGTERM')],
  ['SIGTERM to the run', (run: Working) => void process.kill(run.pid, 'SIGTERM')],
  ['SIGINT to the run', (run: Working) => void process.kill(run.pid, 'SIGINT')],
  ['stop', (run: Working) => void finishProgram(['stop', run.id])],
])('%s stops a run once what runs side by side has ended', async (how, act) => {
  const run = await working(how.toLowerCase().split(' ').join('-'));
  act(run);
  await recorded(run, ({ type }) => type === 'stop-requested');
  letGo(run.workspace);
  await over(run);
  expect(endOf(run)).toMatchObject({ status: 'stopped' });
  expect(madeFiles(run.workspace)).toEqual(bothEnded);
  expect((await resume(run)).code).toBe(0);
  expect(madeFiles(run.workspace)).toEqual(all);
});

test('Ctrl-C while a run waits for the lock of another host: it never begins', async () => {
  const before = runFolders();
  const connection = await connect({ ...sandbox, namespace: leaseNamespace });
  const held = {
    ...{ apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name: 'waits', namespace: leaseNamespace } },
    spec: { holderIdentity: 'eves-run', leaseDurationSeconds: 60 },
  };
  await connection.request({
    ...{ method: 'POST', path: `/apis/coordination.k8s.io/v1/namespaces/${leaseNamespace}/leases`, body: held },
  });
  connection.close();
  const workspace = writeSlow('waits');
  const args = [program, 'run', 'waits/slow', ...consent];
  const terminal = openTerminal(process.execPath, args, { cols: 120, rows: 40, cwd: workspace });
  opened.push(terminal);
  await terminal.waitFor('is it alive? Watching', 20_000);
  terminal.send('ctrl-c');
  expect((await terminal.exited(20_000)).exitCode).toBe(130);
  expect(terminal.screen()).toContain('Nothing was done: it was interrupted before it began');
  expect(runFolders()).toEqual(before);
  expect(madeFiles(workspace)).toEqual({});
});

test('a disk that is full ends the run with the reason; with room again it goes on, and nothing is done twice', async () => {
  const workspace = writeSlow('full');
  letGo(workspace);
  let before = runFolders();
  const whole = finished(startProgram(['run', 'full/slow', ...consent], {}, workspace));
  const { folder } = await begun(before, whole);
  await whole;
  const { size } = statSync(runPaths(folder).journal);
  for (const name of Object.keys(all)) rmSync(join(workspace, 'made', name));

  before = runFolders();
  // No file may become longer than so many blocks of 512 bytes; to a run that is as a quota.
  const shell = `ulimit -f ${Math.floor((size * 0.7) / 512)}; exec "$0" "$@"`;
  const terminal = openTerminal('/bin/sh', ['-c', shell, process.execPath, program, 'run', 'full/slow', ...consent], {
    ...{ cols: 160, rows: 60, cwd: workspace },
  });
  opened.push(terminal);
  const run = await begun(before);
  expect((await terminal.exited(30_000)).exitCode).toBe(1);
  expect(terminal.screen()).toContain('The run cannot be written down: the file would become larger than is allowed');
  const { code, stdout } = await resume(run);
  if (code !== 0) expect(stdout).toContain('nobody knows whether it was done');
  for (const [name, text] of Object.entries(madeFiles(workspace))) expect(text).toBe(all[name as keyof typeof all]);
});

test('a run whose folder is taken away does nothing more, and frees its lock', async () => {
  const run = await working('gone');
  rmSync(run.folder, { recursive: true });
  letGo(run.workspace);
  const { exitCode } = await run.terminal.exited(20_000);
  expect(exitCode).toBe(1);
  expect(run.terminal.screen()).toContain('The journal of this run was taken away');
  while (isAlive(run.pid)) await wait(20);
  expect(madeFiles(run.workspace)).toEqual(bothEnded);
  expect(existsSync(run.folder)).toBe(false);
  const next = writeSlow('gone');
  letGo(next);
  expect((await finished(startProgram(['run', 'gone/slow', ...consent], {}, next))).code).toBe(0);
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
