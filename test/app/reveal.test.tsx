import { afterEach, expect, it, vi } from 'vitest';
import type { AccessPoint } from '../../src/cluster/access/access-point.ts';
import { drawScreen } from '../support/draw-screen.tsx';

let screen: ReturnType<typeof drawScreen> | undefined;
afterEach(() => screen?.close());

const until = (text: string | RegExp) =>
  vi.waitFor(() => expect(screen?.frame()).toMatch(text), { timeout: 3000, interval: 10 });

const point: AccessPoint = {
  ...{ title: 'API', path: '/health', object: 'Ingress/tars-ingress', way: 'none', addresses: [], hosts: [] },
  ...{ urls: [], hostsLine: undefined, curl: undefined, answer: undefined, forward: undefined },
  credentials: { secret: 'tars/login', username: 'anna', password: 'there' },
};

it('shows a password when v is pressed, hides it with the next one and with what is left, and keeps it nowhere', async () => {
  screen = drawScreen({ columns: 80, rows: 24 }, {}, { choice: { sandbox: true } });
  const drawn = screen;
  await drawn.app.load();
  await until('Full deployment');
  drawn.services.access.publish({ points: [point], at: 1 });
  drawn.packet(':access');
  drawn.press('enter');
  await until('v shows it for some seconds');
  expect(drawn.frame()).toContain('anna');
  expect(drawn.frame()).not.toContain('pass word');
  drawn.press('v');
  await until('pass word');
  expect(JSON.stringify(drawn.state())).not.toContain('pass word');
  drawn.press('v');
  await vi.waitFor(() => expect(drawn.frame()).not.toContain('pass word'), { timeout: 3000 });
  drawn.press('v');
  await until('pass word');
  drawn.press('esc');
  await until('Full deployment');
  drawn.packet(':access');
  drawn.press('enter');
  await until('v shows it for some seconds');
  expect(drawn.frame()).not.toContain('pass word');
});
