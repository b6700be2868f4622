import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Gate } from '../../src/playbooks/runs/gate.ts';
import { drawScreen } from '../support/draw-screen.tsx';
import { expectInside } from '../support/expect-inside.ts';

let screen: ReturnType<typeof drawScreen> | undefined;
afterEach(() => screen?.close());

const until = (text: string | RegExp) =>
  vi.waitFor(() => expect(screen?.frame()).toMatch(text), { timeout: 3000, interval: 10 });

async function begun(columns: number, rows: number, gate: Gate) {
  screen = drawScreen({ columns, rows }, { gates: [gate] }, { choice: { sandbox: true } });
  const drawn = screen;
  await drawn.app.load();
  await until('Full deployment');
  drawn.press('p');
  await until('Run these');
  drawn.press('y');
  return drawn;
}

describe.each([
  [60, 20],
  [80, 24],
  [120, 40],
])('what stands before a run at %ix%i', (columns, rows) => {
  it('is read to its end before anybody can agree to it', async () => {
    const steps = Array.from({ length: 40 }, (_, n) => `Step ${n}: command: [make, target-${n}]`);
    const { press, frame, services } = await begun(columns, rows, {
      ...{ kind: 'outside', playbook: 'shop/up', workspace: '/home/me/shop', steps, hash: 'abc' },
    });
    await until('target-0]');
    expect(frame()).toContain('Agree to exactly this');
    expect(frame()).toContain('PgDn reads on');
    expectInside(frame(), columns, rows);
    press('y');
    await until('There is more of it to read first');
    const seen = new Set<string>();
    for (let page = 0; page < 20 && !frame().includes('PgUp goes back'); page += 1) {
      for (const [found] of frame().matchAll(/target-\d+/g)) seen.add(found);
      const before = frame();
      press('page-down');
      await vi.waitFor(() => expect(frame()).not.toBe(before), { timeout: 3000, interval: 10 });
    }
    for (const [found] of frame().matchAll(/target-\d+/g)) seen.add(found);
    expect(seen.size).toBe(40);
    expectInside(frame(), columns, rows);
    press('y');
    await vi.waitFor(() => expect(services.calls).toContain('passage {"trust":"abc"}'));
  });

  it('names the production context, and what is typed stands below it', async () => {
    const { type, frame } = await begun(columns, rows, { kind: 'production', context: 'prod-eu' });
    await until('PRODUCTION');
    type('prod');
    await until(/❯ prod/);
    expect(frame()).toContain('Type prod-eu to go on');
    // There is nothing to choose between, and y is a letter.
    expect(frame()).not.toContain('←→ choose');
    expect(frame()).not.toContain('y yes');
    expectInside(frame(), columns, rows);
  });

  it('offers to follow the run that holds the system', async () => {
    const gate = { kind: 'held', system: 'tars', run: 'up-cd34', who: 'me@here' } as const;
    const { frame, press, services } = await begun(columns, rows, gate);
    await until('Follow it');
    expect(frame()).toContain('up-cd34');
    expectInside(frame(), columns, rows);
    press('enter');
    await vi.waitFor(() => expect(services.calls).toContain('follow up-cd34'));
  });
});
