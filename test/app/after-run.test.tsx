import { afterEach, describe, expect, it, vi } from 'vitest';
import { textWidth } from '../../src/ui/text.ts';
import { drawScreen } from '../support/draw-screen.tsx';

let screen: ReturnType<typeof drawScreen> | undefined;
afterEach(() => screen?.close());

const until = (text: string | RegExp) =>
  vi.waitFor(() => expect(screen?.frame()).toMatch(text), { timeout: 3000, interval: 10 });

async function openWithRun(columns: number, rows: number) {
  screen = drawScreen({ columns, rows }, {}, { choice: { sandbox: true } });
  const drawn = screen;
  await drawn.app.load();
  await until('Full deployment');
  drawn.press('down', 'enter');
  await until('Run these');
  drawn.press('y');
  await until('0/4');
  return { ...drawn, run: drawn.services.run('run-1') };
}

function expectInside(frame: string, columns: number, rows: number) {
  const lines = frame.split('\n');
  expect(lines.length).toBeLessThanOrEqual(rows);
  for (const line of lines) expect(textWidth(line)).toBeLessThanOrEqual(columns);
}

const entry = {
  ...{ id: 'run-1', playbook: 'tars/full-deployment', title: 'Full deployment', system: 'tars' },
  ...{ status: 'done' as const, startedAt: new Date().toISOString(), summary: 'done in 2s', context: 'sandbox' },
  cluster: { sandbox: true },
};

describe.each([
  [80, 24],
  [120, 40],
])('at %ix%i', (columns, rows) => {
  it('shows a choice with long labels, one of which is taken by enter', async () => {
    const { run, press, frame } = await openWithRun(columns, rows);
    run.send({ type: 'step-intent', step: 'namespace', attempt: 1 });
    const choices = ['take-over', 'leave', 'match'].map((value) => ({
      value,
      label: `${value}: set the field although it belongs to somebody else, who may set it back at any time (${value})`,
    }));
    const text = 'Deployment/tars-backend: kubectl owns spec.replicas';
    run.send({ type: 'question', id: 'q1', step: 'namespace', question: { kind: 'choice', text, choices } });
    await until('kubectl owns spec.replicas');
    expect(frame()).toContain('take-over');
    expect(frame()).toContain('match:');
    expectInside(frame(), columns, rows);
    press('down', 'enter');
    await vi.waitFor(() => expect(run.answers).toEqual([{ kind: 'choice', value: 'leave' }]));
  });

  it('takes a sensitive text without showing it', async () => {
    const { run, press, frame } = await openWithRun(columns, rows);
    const question = { kind: 'input', text: 'Password of the registry', name: 'password', sensitive: true } as const;
    run.send({ type: 'question', id: 'q1', step: 'namespace', question });
    await until('Password of the registry');
    press('h', 'u', 'n', 't', 'e', 'r', '2');
    await until('•••');
    expect(frame()).not.toContain('hunter2');
    expectInside(frame(), columns, rows);
    press('enter');
    await vi.waitFor(() => expect(run.answers).toEqual([{ kind: 'input', text: 'hunter2' }]));
  });

  it('offers to take back what a failed step did', async () => {
    const { run, press, frame } = await openWithRun(columns, rows);
    run.send({ type: 'step-intent', step: 'namespace', attempt: 1 });
    const choices = ['retry', 'skip', 'undo', 'stop'] as ('retry' | 'skip' | 'undo' | 'stop')[];
    const question = { kind: 'failure', text: 'Create the namespace: forbidden', choices } as const;
    run.send({ type: 'question', id: 'q1', step: 'namespace', question });
    await until('forbidden');
    for (const said of ['Retry', 'Skip this step', 'Take it back', 'Stop the run']) expect(frame()).toContain(said);
    expect(frame()).not.toContain('Stop the run ]…');
    expectInside(frame(), columns, rows);
    press('down', 'down', 'enter');
    await vi.waitFor(() => expect(run.answers).toEqual([{ kind: 'failure', choice: 'undo' }]));
  });

  it('shows steps that were taken back and such as only the run knew of', async () => {
    const { run, frame } = await openWithRun(columns, rows);
    run.send({ type: 'step-intent', step: 'namespace', attempt: 1 });
    run.send({ type: 'step-result', step: 'namespace', status: 'done', ms: 10 });
    const step = { id: 'deploy/region-eu', title: 'Region eu', kind: 'apply', depth: 1, group: false, equivalent: [] };
    run.send({ type: 'steps-added', after: 'deploy', steps: [step] });
    run.send({ type: 'undo-intent', step: 'namespace' });
    await until('taking back');
    run.send({ type: 'undo-result', step: 'namespace', status: 'done', summary: 'the namespace is gone', ms: 12 });
    await until('Region eu');
    expect(frame()).toMatch(/Create the names.* taken back/);
    expectInside(frame(), columns, rows);
  });

  it('says that no lock keeps a second run away, and when the lock is lost; a lock that is held is no news', async () => {
    const { run, frame } = await openWithRun(columns, rows);
    const before = frame();
    run.send({ type: 'lock', state: 'held' });
    run.send({ type: 'step-intent', step: 'namespace', attempt: 1 });
    await vi.waitFor(() => expect(frame()).not.toBe(before));
    expect(frame()).not.toContain('lock');
    run.send({ type: 'lock', state: 'unguarded', note: 'leases is forbidden\u001b[31m: no right to create' });
    await until('unguarded: no lock');
    expect(frame()).toContain('leases is forbidden');
    expect(frame()).not.toContain('\u001b[31m:');
    expectInside(frame(), columns, rows);
    run.send({ type: 'lock', state: 'lost', note: 'another run holds it' });
    await until('its lock is lost');
    expect(frame()).toContain('another run holds it');
    expectInside(frame(), columns, rows);
    run.send({ type: 'run-ended', status: 'stopped', exitCode: 130, summary: 'Full deployment: stopped' });
    await until('Stopped; it can be resumed');
    expect(frame()).not.toContain('lock is lost');
  });

  it('steers a replay by keys that came in one packet with the one that began it', async () => {
    const { run, press, services } = await openWithRun(columns, rows);
    run.send({ type: 'run-ended', status: 'done', exitCode: 0, summary: 'Full deployment: done, in 2s' });
    run.end();
    services.history = [entry];
    await until('Done');
    press('R');
    await until('Runs 1');
    press('p', ' ', '+');
    await until('Replay at 2 times its speed, paused');
  });

  it('lists what was run, writes a report and shows a run again', async () => {
    const { run, press, frame, services } = await openWithRun(columns, rows);
    run.send({ type: 'run-ended', status: 'done', exitCode: 0, summary: 'Full deployment: done, in 2s' });
    run.end();
    services.history = [entry];
    await until('Done');
    press('R');
    await until('Runs 1');
    expectInside(frame(), columns, rows);
    press('e');
    await until('The report is written');
    expect(frame()).toContain('/home/ops/run-1/report.html');
    press('enter', 'p');
    await vi.waitFor(() => expect(services.calls).toContain('replay run-1'));
    await until('0/4');
    expect(frame()).toMatch(/Full deployment 0\/4 ─+ replay ─/);
    press('+');
    await until('Replay at 2 times its speed');
    press(' ');
    await until('paused: space goes on');
    press('.');
    await vi.waitFor(() => expect(services.calls.slice(-3)).toEqual(['faster', 'pause', 'step-on']));
    // A run of yesterday cannot be stopped.
    press('x');
    await until('No run is going on');
    expectInside(frame(), columns, rows);
  });
});
