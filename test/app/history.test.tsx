import { afterEach, describe, expect, it, vi } from 'vitest';
import type { RunEntry } from '../../src/app/services.ts';
import { drawScreen } from '../support/draw-screen.tsx';
import { expectInside } from '../support/expect-inside.ts';
import { fakeHeader } from '../support/fake-services.ts';

let screen: ReturnType<typeof drawScreen> | undefined;
afterEach(() => screen?.close());

const until = (text: string | RegExp) =>
  vi.waitFor(() => expect(screen?.frame()).toMatch(text), { timeout: 3000, interval: 10 });

const began = Date.now() - 300_000;

function runs(): RunEntry[] {
  const of = (id: string, title: string, status: RunEntry['status'], change: Partial<RunEntry> = {}): RunEntry => ({
    ...{ id, playbook: `tars/${title}`, title, system: 'tars', status },
    ...{ startedAt: new Date(began).toISOString(), endedAt: new Date(began + 95_000).toISOString() },
    ...{ summary: `${title}: done`, cluster: { sandbox: true }, context: 'sandbox' },
    ...change,
  });
  return [
    of('2026-11-21-deploy-ab12', 'Deploy', 'done'),
    of('2026-11-21-verify-cd34', 'Verify', 'failed', { summary: 'Verify: 2 checks are not met' }),
    of('2026-11-20-notes-ef56', 'Notes', 'stopped', { system: 'notes', playbook: 'notes/up', context: 'prod-eu' }),
  ];
}

async function openHistory(columns: number, rows: number) {
  screen = drawScreen({ columns, rows }, { runs: runs() }, { choice: { sandbox: true } });
  const drawn = screen;
  await drawn.app.load();
  await until('Full deployment');
  drawn.press('R');
  await until('Runs 3');
  return drawn;
}

describe.each([
  [60, 20],
  [80, 24],
  [120, 40],
])('the history at %ix%i', (columns, rows) => {
  it('tells of each run its state, cluster, age and how long it took', async () => {
    const { frame } = await openHistory(columns, rows);
    expectInside(frame(), columns, rows);
    const row =
      frame()
        .split('\n')
        .find((line) => line.includes('-deploy-')) ?? '';
    expect(row).toContain('✓ done');
    expect(row).toContain('5m');
    if (columns >= 80) expect(row).toMatch(/sandbox .* 1m35s/);
    if (columns >= 120) expect(frame()).toMatch(/stopped +notes +prod-eu/);
    // The title stands at the left already.
    if (columns >= 120) expect(frame()).toMatch(/ 2 checks are not met/);
    expect(frame()).not.toContain('Verify: 2');
    expect(frame()).toContain('esc back');
  });

  it('is narrowed by what is typed; esc clears that first', async () => {
    const { press, type, frame } = await openHistory(columns, rows);
    press('/');
    type('prod stop');
    await until('Runs 1 of 3');
    expect(frame()).toContain('-notes-');
    expect(frame()).not.toContain('-verify-');
    press('enter', '/');
    type('zz');
    await until('nothing fits the filter');
    expectInside(frame(), columns, rows);
    press('enter', 'esc');
    await until('Runs 3');
    press('esc');
    await until('❯ Full deployment');
  });

  it('opens a run that is over with its steps, asks no cluster for it, and comes back', async () => {
    const { press, frame, services } = await openHistory(columns, rows);
    const past = services.run('2026-11-21-verify-cd34');
    const connected = services.calls.filter((call) => call.startsWith('connect')).length;
    const plan = { title: 'Verify', playbook: 'tars/verify', facts: [], token: '' };
    const step = { id: 'objects', title: 'Everything is up', kind: 'check', depth: 0, group: false, equivalent: [] };
    past.send({ type: 'run-started', run: fakeHeader(past.id, { ...plan, steps: [step] }), pid: 1 });
    past.send({ type: 'step-intent', step: 'objects', attempt: 1 });
    const problem = { message: 'postgres is not ready' };
    past.send({ type: 'step-result', step: 'objects', status: 'failed', ms: 1200, problem });
    past.send({ type: 'run-ended', status: 'failed', exitCode: 1, summary: 'Verify: failed' });
    past.end();
    press('/');
    screen?.type('verify');
    press('enter', 'enter');
    await until('postgres is not ready');
    expect(services.calls.filter((call) => call.startsWith('connect'))).toHaveLength(connected);
    press('d');
    await until(/┌ Step/);
    expect(frame()).toContain('Everything is up');
    press('esc');
    await until('Verify 1/1');
    press('esc');
    await until('Runs 1 of 3');
    expectInside(frame(), columns, rows);
  });
});
