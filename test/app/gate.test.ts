import { describe, expect, it, vi } from 'vitest';
import type { RunEntry } from '../../src/app/services.ts';
import { gateText } from '../../src/app/views/gate-lines.ts';
import type { Gate } from '../../src/playbooks/runs/gate.ts';
import { detectTheme } from '../../src/ui/theme.ts';
import { pressingApp } from '../support/press-keys.ts';

const until = (check: () => void) => vi.waitFor(check, { timeout: 3000, interval: 5 });

const outside: Gate = {
  kind: 'outside',
  hash: 'abc',
  playbook: 'shop/up',
  workspace: '/home/me/shop',
  steps: ['Build: command: [make]'],
};
const production: Gate = { kind: 'production', context: 'prod-eu' };
const dead: Gate = {
  kind: 'dead',
  system: 'tars',
  run: 'up-ab12',
  who: 'eve@far',
  why: 'its process is gone',
  resourceVersion: '7',
};
const held: Gate = { kind: 'held', system: 'tars', run: 'up-cd34', who: 'me@here' };

/** The plan is shown and yes was said to it. */
async function begun(...gates: Gate[]) {
  const console = pressingApp({ gates }, { choice: { sandbox: true } });
  await console.app.load();
  await until(() => expect(console.state().screen.type).toBe('dashboard'));
  console.press('down', 'enter');
  await until(() => expect(console.state().screen).toMatchObject({ type: 'plan', plan: expect.anything() }));
  console.press('y');
  await until(() => expect(console.state().overlay?.type).toBe('gate'));
  const started = () => console.services.calls.filter((call) => call.startsWith('start '));
  const passages = () => console.services.calls.flatMap((call) => (call.startsWith('passage ') ? [call.slice(8)] : []));
  return { ...console, started, passages };
}

describe('before a run begins', () => {
  it('the name of a production context is typed, nothing less', async () => {
    const console = await begun(production);
    console.press('enter');
    console.type('prod');
    console.press('enter');
    expect(console.state().notice?.text).toBe('That is not "prod-eu"; nothing was done');
    console.type('-eu');
    console.press('enter');
    await until(() => expect(console.started()).toHaveLength(1));
    expect(console.passages()).toEqual(['{"confirmedContext":"prod-eu"}']);
  });

  it('what was said at one gate counts at the next', async () => {
    const console = await begun(outside, production, dead);
    console.press('up', 'enter');
    await until(() => expect(console.state().overlay).toMatchObject({ gate: production }));
    console.type('prod-eu');
    console.press('enter');
    await until(() => expect(console.state().overlay).toMatchObject({ gate: dead }));
    console.type('up-ab12');
    console.press('enter');
    await until(() => expect(console.started()).toHaveLength(1));
    expect(console.passages().at(-1)).toBe(
      '{"trust":"abc","confirmedContext":"prod-eu","takeOver":{"run":"up-ab12","resourceVersion":"7"}}',
    );
  });

  it('nobody agrees to what was not read to its end', async () => {
    const console = await begun(outside);
    // The drawing says how much of it is seen.
    console.app.look.dialog = { lines: 30, height: 12 };
    console.press('y');
    expect(console.state().notice?.text).toBe('There is more of it to read first: PgDn reads on');
    console.press('page-down', 'page-down', 'y');
    await until(() => expect(console.passages()).toEqual(['{"trust":"abc"}']));
  });

  it('no is what Enter says to what acts outside the cluster', async () => {
    const console = await begun(outside);
    console.press('enter');
    expect(console.state().overlay).toBeUndefined();
    expect(console.started()).toEqual([]);
    expect(console.state().busy).toBeUndefined();
  });

  it('y agrees, n and esc do not', async () => {
    const yes = await begun(outside);
    yes.press('y');
    await until(() => expect(yes.passages()).toEqual(['{"trust":"abc"}']));
    for (const key of ['n', 'esc']) {
      const no = await begun(outside);
      no.press(key);
      expect(no.state().overlay).toBeUndefined();
      expect(no.started()).toEqual([]);
    }
  });

  it('esc leaves what is to be typed', async () => {
    const console = await begun(dead);
    console.type('up-ab12');
    console.press('esc');
    expect(console.state().overlay).toBeUndefined();
    expect(console.started()).toEqual([]);
  });

  it('a run that goes on is followed instead', async () => {
    const console = await begun(held);
    console.press('enter');
    await until(() => expect(console.services.calls).toContain('follow up-cd34'));
    expect(console.state()).toMatchObject({ screen: { type: 'dashboard' }, focus: 'run', run: { id: 'up-cd34' } });
    expect(console.started()).toEqual([]);
  });

  it('the same holds for a run that is resumed', async () => {
    const run: RunEntry = {
      ...{ id: 'old', playbook: 'tars/up', title: 'Up', system: 'tars', status: 'stopped', startedAt: '', summary: '' },
      ...{ cluster: { sandbox: true }, context: 'sandbox' },
    };
    const console = pressingApp({ gates: [production], runs: [run] });
    await console.app.load();
    console.press('r');
    await until(() => expect(console.state().overlay).toMatchObject({ type: 'gate', gate: production }));
    expect(console.state().run?.following).toBe(false);
    console.type('prod-eu');
    console.press('enter');
    await until(() => expect(console.services.calls).toContain('resume old'));
    await until(() => expect(console.services.calls).toContain('follow old'));
  });
});

it('a gate names what is to be decided, and text from outside draws nothing', () => {
  const theme = detectTheme({ NO_COLOR: '1' });
  const text = (gate: Gate) => {
    const { title, lines } = gateText(gate, 70, theme);
    return [title, ...lines].join(' ').replace(/\s+/g, ' ');
  };
  expect(text(outside)).toContain('Build: command: [make]');
  expect(text(production)).toContain('[PRODUCTION] prod-eu');
  expect(text(dead)).toContain('up-ab12 of eve@far still holds tars on this cluster: its process is gone.');
  expect(text({ ...held, who: 'x\u001b[31m' })).not.toContain('\u001b');
});
