import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { packageRoot } from '../../src/base/package-root.ts';
import { findRun } from '../../src/playbooks/runs/list-runs.ts';
import { openTerminal, type Terminal } from '../support/terminal.ts';
import { finishProgram } from './program-process.ts';

const minute = 60_000;
const program = join(packageRoot(), 'bin', 'tars-console.js');
const opened: Terminal[] = [];
const run = (...args: string[]) => {
  const terminal = openTerminal(process.execPath, [program, 'run', ...args, '--sandbox'], { cols: 120, rows: 40 });
  opened.push(terminal);
  return terminal;
};
const shortLoad = ['tars/load-test', '--yes', '--set', 'profile=custom', '--set', 'rate=20', '--set', 'duration=4s'];
const idIn = (screen: string) => /run (\S+),/.exec(screen)?.[1] ?? '';

beforeAll(async () => {
  await finishProgram(['sandbox', '--speed', '20']);
  await finishProgram(['run', 'tars/configure-secrets', '--sandbox', '--yes']);
  expect((await finishProgram(['run', 'tars/deploy', '--sandbox', '--yes'])).code).toBe(0);
}, 2 * minute);
afterAll(async () => {
  for (const terminal of opened) await terminal.close();
  await finishProgram(['sandbox', 'stop']);
}, minute);

test(
  'a terminal that goes away ends the lines, as it ends every program, and never the run',
  async () => {
    const terminal = run(...shortLoad);
    const id = idIn(await terminal.waitFor('steps skipped', 30_000));
    terminal.kill('SIGHUP');
    expect(await terminal.exited()).toMatchObject({ signal: 1 });
    // Its targets are judged by few answers: a person may be asked about them, and then nobody has ended it either.
    const over = new Set(['done', 'waiting']);
    for (let tries = 0; tries < 300 && !over.has((await findRun(id)).status); tries += 1) await wait(100);
    expect(over).toContain((await findRun(id)).status);
    if ((await findRun(id)).status === 'waiting') await finishProgram(['stop', id]);
  },
  minute,
);

test(
  'Ctrl-C stops the run after what is running, says how it goes on, and exits 130',
  async () => {
    const terminal = run(...shortLoad);
    const id = idIn(await terminal.waitFor('steps skipped', 30_000));
    terminal.send('ctrl-c');
    const screen = await terminal.waitFor('resume');
    expect(screen).toContain('Ctrl-C again stops at once');
    expect((await terminal.exited()).exitCode).toBe(130);
    expect((await findRun(id)).status).toBe('stopped');
  },
  minute,
);

test('nothing is done without a yes, and the question names the cluster', async () => {
  const terminal = run('tars/clean-up');
  const screen = await terminal.waitFor('yes or no?', 30_000);
  expect(screen).toContain('on the sandbox, namespace tars?');
  terminal.send({ text: 'no\r' });
  await terminal.waitFor('Nothing was done.');
  expect((await terminal.exited()).exitCode).toBe(130);
}, 30_000);
