import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { stateFolder } from '../../src/base/folders.ts';
import { attachRun } from '../../src/playbooks/runs/attach.ts';
import { eventSchema } from '../../src/playbooks/runs/event-schema.ts';
import type { RunRecord } from '../../src/playbooks/runs/events.ts';
import { parseJournal, readJournal } from '../../src/playbooks/runs/journal.ts';
import { findRun, listRuns } from '../../src/playbooks/runs/list-runs.ts';
import { runPaths } from '../../src/playbooks/runs/run-folder.ts';
import { finished, finishProgram, startProgram } from './program-process.ts';

const minute = 60_000;
const onSandbox = ['--sandbox', '--speed', '20', '--yes'];

beforeAll(async () => {
  const { code, stderr } = await finishProgram(['sandbox', '--speed', '20']);
  expect(stderr).toContain('sandbox');
  expect(code).toBe(0);
}, minute);
afterAll(() => finishProgram(['sandbox', 'stop']), minute);

const results = (records: readonly RunRecord[]) =>
  records.flatMap((record) => (record.type === 'step-result' ? [`${record.step} ${record.status}`] : []));

function everyByteOf(folder: string): string {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(folder, entry.name), 'utf8'))
    .join('\n');
}

test(
  'the full deployment without its load test prints only valid events, exits 0 and tells no secret',
  async () => {
    const secrets = { JWT: 'a-signing-key-that-is-longer-than-32-bytes', PASSWORD: 'p4ssw0rd-of-the-database' };
    const given = ['--set-env', 'jwtSecret=JWT', '--set-env', 'postgresPassword=PASSWORD', '--set', 'loadTest=false'];
    const args = ['run', 'tars/full-deployment', ...onSandbox, ...given, '--output', 'ndjson'];
    const { code, stdout, stderr } = await finishProgram(args, secrets);
    expect({ code, stderr: code === 0 ? '' : stdout.slice(-3000) }).toEqual({ code: 0, stderr: '' });
    const lines = stdout.trim().split('\n');
    for (const line of lines) expect(eventSchema.safeParse(JSON.parse(line)).error?.message).toBeUndefined();
    const records = parseJournal(stdout);
    expect(records.map(({ seq }) => seq)).toEqual(records.map((_, index) => index + 1));
    expect(records.at(-1)).toMatchObject({ type: 'run-ended', status: 'done', exitCode: 0 });
    const [started] = records;
    const run = started?.type === 'run-started' ? await findRun(started.run.id) : undefined;
    expect(run?.status).toBe('done');
    const folder = run?.folder ?? '';
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    for (const name of readdirSync(folder)) expect(statSync(join(folder, name)).mode & 0o077).toBe(0);
    for (const secret of Object.values(secrets))
      for (const form of [secret, Buffer.from(secret).toString('base64').slice(0, 20)])
        for (const text of [stdout, stderr, everyByteOf(folder)]) expect(text).not.toContain(form);
  },
  2 * minute,
);

test(
  'a runner that was killed in the middle is found interrupted and resumed to the same end',
  async () => {
    expect((await finishProgram(['run', 'tars/clean-up', ...onSandbox, '--set', 'confirmName=tars'])).code).toBe(0);
    const started = await finishProgram(['run', 'tars/deploy', ...onSandbox, '--detach']);
    const { folder, id } = await findRun(started.stdout.trim());
    const { journal } = runPaths(folder);
    const intent = (record: RunRecord) => record.type === 'step-intent' && record.step === 'backend';
    for (let tries = 0; tries < 600 && !readJournal(journal).some(intent); tries += 1) await wait(50);
    const [first] = readJournal(journal);
    if (first?.type !== 'run-started') throw new Error('the run has no first record');
    process.kill(first.pid, 'SIGKILL');
    for (let tries = 0; tries < 200 && (await findRun(id)).status === 'running'; tries += 1) await wait(50);
    expect((await findRun(id)).status).toBe('interrupted');
    const shown = await finishProgram(['runs', 'show', id]);
    expect(shown.stdout).toContain('interrupted');

    const resumed = await finishProgram(['resume', id, '--yes']);
    expect(resumed.stdout).toContain('"Start the backend" has no result: it is looked at again');
    expect(resumed.code).toBe(0);
    const records = readJournal(journal);
    const ids = first.run.steps.map((step) => step.id);
    expect(results(records)).toEqual(ids.map((step) => `${step} done`));
    expect(records.filter((record) => record.type === 'step-intent' && record.step === 'storage')).toHaveLength(1);
  },
  2 * minute,
);

test(
  'stop ends a run after its running effects; its starter exits 130, and it can be resumed',
  async () => {
    const playbook = `
title: Slow
steps:
  - { id: first, title: First, wait: { deleted: [ConfigMap/never] } }
  - id: slow
    title: Slow
    wait: { condition: { of: [Namespace/default], type: NeverSet } }
  - { id: last, title: Last, wait: { deleted: [ConfigMap/never] } }
`;
    const workspace = join(stateFolder(), 'workspace');
    const folder = join(workspace, '.tars-console/playbooks/tars');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'slow.yaml'), playbook);
    const before = process.cwd();
    process.chdir(workspace);
    const child = startProgram(['run', 'tars/slow', ...onSandbox]);
    process.chdir(before);
    const ended = finished(child);
    let run = (await listRuns()).find((one) => one.playbook === 'tars/slow');
    for (let tries = 0; tries < 200 && run?.summary !== 'Slow'; tries += 1) {
      await wait(50);
      run = (await listRuns()).find((one) => one.playbook === 'tars/slow');
    }
    const id = run?.id ?? '';
    const follower = finishProgram(['follow', id, '--output', 'ndjson']);
    const stopped = await finishProgram(['stop', id]);
    expect(stopped).toMatchObject({ code: 0, stdout: expect.stringContaining(`resume ${id}`) });
    expect((await ended).code).toBe(130);
    expect((await follower).stdout).toContain('"type":"run-ended"');
    expect((await findRun(id)).status).toBe('stopped');
    const attached = await attachRun(id.slice(-4));
    const events = [];
    for await (const event of attached.events) events.push(event.type);
    expect(events.at(-1)).toBe('run-ended');
  },
  2 * minute,
);

test('what is wrong is said at once, in one go, with exit code 2 and nothing done', async () => {
  const before = (await listRuns()).length;
  const cases: [string[], string][] = [
    [['run', 'tars/deplyo', '--yes'], 'id you mean'],
    [['run', 'tars/deploy'], '--yes'],
    [['run', 'tars/configure-secrets', '--yes', '--set', 'jwtSecret=abc'], '--set-env jwtSecret=VARIABLE'],
    [['run', 'tars/deploy', '--yes', '--set', 'tagg=1', '--set', 'registry=HTTPS://x y'], 'id you mean'],
    [['run', 'tars/deploy', '--yes', '--only', 'bakend'], 'There is no step bakend'],
    [['run', 'tars/deploy', '--sandbox', '--read-only'], '--read-only refuses'],
    [['run', 'deploy', '--yes'], 'id you mean `atas/deploy`'],
    [['resume', 'nothing-like-this'], 'There is no run'],
  ];
  for (const [args, said] of cases) {
    const { code, stdout, stderr } = await finishProgram(args);
    expect({ args, code, stdout }).toEqual({ args, code: 2, stdout: '' });
    expect(stderr).toContain(said);
  }
  expect((await listRuns()).length).toBe(before);
}, 60_000);

test('--plan shows each step with what it would change and its commands, and starts nothing', async () => {
  const before = (await listRuns()).length;
  const { code, stdout } = await finishProgram(['run', 'tars/deploy', '--sandbox', '--plan']);
  expect(code).toBe(0);
  expect(stdout).toContain('kubectl apply --server-side');
  expect(stdout).toContain('Nothing was changed.');
  expect((await listRuns()).length).toBe(before);
}, 60_000);
