import { afterEach, describe, expect, it, vi } from 'vitest';
import { type ChecklistReport, type ItemState, markOf } from '../../src/playbooks/checklists/checklist-report.ts';
import type { Finding } from '../../src/playbooks/finding.ts';
import { drawScreen } from '../support/draw-screen.tsx';
import { expectInside } from '../support/expect-inside.ts';

let screen: ReturnType<typeof drawScreen> | undefined;
afterEach(() => screen?.close());

const until = (text: string | RegExp) =>
  vi.waitFor(() => expect(screen?.frame()).toMatch(text), { timeout: 3000, interval: 10 });

const bad: Finding = {
  ...{ title: 'The autoscaler has room', level: 'fatal', expected: 'at least 3 copies', observed: '1' },
  evidence: ['HorizontalPodAutoscaler/shop  1-1'],
  fix: { playbook: 'tars/deploy', with: { copies: 3 }, title: 'Give it room' },
};
const good: Finding = { title: 'Redis answers', level: 'ok', expected: 'PONG', observed: 'PONG' };
const dark: Finding = {
  ...{ title: 'Backups', level: 'fatal', expected: 'one', observed: 'backups could not be read', unread: true },
};

const item = (id: string, title: string, change: Partial<ItemState> = {}): ItemState => {
  const whole = { id, title, description: `Why ${id} matters.`, checked: false, findings: [], ...change };
  return { ...whole, mark: markOf(whole, whole.findings, change.tick) };
};

const tick = { by: 'ben, as system:admin', at: '2026-01-01T10:00:00.000Z', note: 'seen by two people' };
const report: ChecklistReport = {
  ...{ checklist: 'tars/production', title: 'Production checklist', description: 'Before it goes live.' },
  ...{ system: { name: 'tars', title: 'T.A.R.S.' }, namespace: 'tars', context: 'sandbox', sandbox: true },
  at: '2026-01-01T12:00:00.000Z',
  items: [
    item('scaling', 'It scales by load', { checked: true, findings: [bad] }),
    item('cache', 'The cache answers', { checked: true, findings: [good] }),
    item('backups', 'There are backups', { checked: true, findings: [dark] }),
    item('on-call', 'Somebody is called at night', { page: 'next-steps' }),
    item('reviewed', 'Secrets were reviewed', { tick }),
  ],
};

async function openList(columns: number, rows: number, given: Partial<Parameters<typeof drawScreen>[1]> = {}) {
  const choice = { sandbox: true };
  screen = drawScreen({ columns, rows }, { checklist: report, ...given }, { choice });
  await screen.app.load();
  await until('Full deployment');
  screen.press('G', 'k', 'enter');
  await until('2 of 5 are done');
  return screen;
}

describe.each([
  [80, 24],
  [120, 40],
])('a checklist at %ix%i', (columns, rows) => {
  it('shows what is done and what is not, and of the chosen item why, with what does it', async () => {
    const drawn = await openList(columns, rows);
    const frame = drawn.frame();
    expect(frame).toContain('2 of 5 are done; 1 not ok; 1 to be ticked; 1 could not be read');
    expect(frame).toMatch(/❯ +1 ✗ It scales by load/);
    expect(frame).toMatch(/ 2 ✓ The cache answers/);
    expect(frame).toContain('Enter does it: Give it room');
    expect(frame).toMatch(/t tick.*⏎ do it.*r check again/);
    expectInside(frame, columns, rows);
    drawn.press('G');
    await until('Ticked by ben, as system:admin');
    expect(drawn.frame()).toContain('t untick');
    expectInside(drawn.frame(), columns, rows);
  });

  it('asks for a note in a box that fits', async () => {
    const drawn = await openList(columns, rows);
    drawn.press('t');
    await until('Overrule the check');
    expectInside(drawn.frame(), columns, rows);
  });
});

describe('a tick', () => {
  it('needs a note; who saw what goes with it, and the list shows it at once', async () => {
    const drawn = await openList(80, 24);
    drawn.press('j', 'j', 'j', 't', 'enter');
    await until('A tick needs a note');
    drawn.packet('the pager of team A');
    drawn.press('enter');
    await until('Ticked by anna');
    expect(drawn.services.calls).toContain('tick on-call: the pager of team A, after none');
  });

  it('overrules a check, and is shown as such; one that is ok needs none', async () => {
    const drawn = await openList(80, 24);
    drawn.press('t');
    await until('a tick overrules that');
    drawn.packet('one is enough here');
    drawn.press('enter');
    await until('Overruled by anna');
    expect(drawn.frame()).toMatch(/❯ +1 ▲ It scales by load/);
    drawn.press('j', 't');
    await until('there is nothing to tick');
  });

  it('is taken away only when the box is answered', async () => {
    const drawn = await openList(80, 24);
    drawn.press('G', 't');
    await until('Take the tick away');
    drawn.press('x', 'esc');
    expect(drawn.services.calls.filter((call) => call.startsWith('tick'))).toEqual([]);
    drawn.press('t', 'enter');
    await until('to be ticked, ticked by a person');
    expect(drawn.services.calls).toContain('tick reviewed: away, after seen by two people');
  });

  it('in production waits for the name of the context', async () => {
    const drawn = await openList(80, 24, { gates: [{ kind: 'production', context: 'prod' }] });
    drawn.press('j', 'j', 'j', 't');
    drawn.packet('done');
    drawn.press('enter');
    await until('PRODUCTION');
    drawn.packet('prod');
    drawn.press('enter');
    await until('Ticked by anna');
    expect(drawn.services.calls).toContain('passage {"confirmedContext":"prod"}');
  });

  it('is not there with --read-only', async () => {
    screen = drawScreen(
      { columns: 80, rows: 24 },
      { checklist: report },
      { choice: { sandbox: true }, readOnly: true },
    );
    await screen.app.load();
    await until('Full deployment');
    screen.press('G', 'k', 'enter');
    await until('2 of 5 are done');
    screen.press('t');
    await until('not with --read-only');
  });
});

it('is checked again, exported, and left to the playbook that does an item or the page that says how', async () => {
  const drawn = await openList(120, 40);
  drawn.press('r');
  await vi.waitFor(() => expect(drawn.services.calls.filter((call) => call.startsWith('checklist'))).toHaveLength(2));
  drawn.press('e');
  await until('The checklist is written');
  drawn.press('enter', 'j', 'j', 'j', 'enter');
  await until('A page with words');
  drawn.press('esc', 'g', 'enter');
  await until('Run these');
  expect(drawn.services.calls).toContain('plan tars/deploy {"copies":3}');
});
