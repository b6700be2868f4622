import { afterEach, describe, expect, it, vi } from 'vitest';
import type { AccessPoint } from '../../src/cluster/access/access-point.ts';
import type { QueryResult } from '../../src/playbooks/queries/query-result.ts';
import { drawScreen } from '../support/draw-screen.tsx';
import { expectInside } from '../support/expect-inside.ts';
import { pressingApp } from '../support/press-keys.ts';

let screen: ReturnType<typeof drawScreen> | undefined;
afterEach(() => screen?.close());

const until = (text: string | RegExp) =>
  vi.waitFor(() => expect(screen?.frame()).toMatch(text), { timeout: 3000, interval: 10 });

const point: AccessPoint = {
  ...{ title: 'API', path: '/health', object: 'Ingress/tars-ingress', way: 'address', addresses: ['203.0.113.7'] },
  hosts: [{ name: 'tars.local', resolves: [], right: false }],
  hostsLine: '203.0.113.7 tars.local',
  urls: ['https://tars.local/health'],
  curl: 'curl -i --resolve tars.local:443:203.0.113.7 https://tars.local/health',
  forward: { service: 'backend-service', port: 8000 },
  answer: { reached: true, status: 200, ms: 12 },
};
const forward = { service: 'backend-service', port: 8000, key: 'backend-service:8000' };
const open8000 = { ...forward, state: { kind: 'open' as const, port: 8000, pod: 'backend-1' } };

const result = (title: string, value: number): QueryResult => ({
  ...{ title, description: `What ${title} means.`, query: 'x', unit: 'ms', target: { most: 250 }, value },
  ...{ points: [100, value], series: 1, sinceStart: false, trouble: undefined },
});
const answered = (source: { kind: 'stand-in' } | { kind: 'url'; url: string }) => ({
  ...{ source, found: [], trouble: undefined, none: false, at: 0 },
  results: [result('P95 latency', 182), result('Cache hit rate', 77), result('Error rate', 300)],
});

async function open(columns: number, rows: number, unicode = true) {
  screen = drawScreen({ columns, rows, unicode }, {}, { choice: { sandbox: true } });
  await screen.app.load();
  await until('Full deployment');
  return screen;
}

describe.each([
  [80, 24],
  [120, 40],
])('at %ix%i', (columns, rows) => {
  it('says how the system is reached, and keeps the state of a port-forward in the header', async () => {
    const drawn = await open(columns, rows);
    drawn.services.access.publish({ points: [point], at: 0 });
    drawn.packet(':access\r');
    await until('203.0.113.7 tars.local');
    expect(drawn.frame()).toContain('off: f keeps a port of this machine connected to');
    drawn.services.forwards.publish({ forwards: [open8000] });
    await until('⇄ 8000 ✓');
    expect(drawn.frame()).toContain('http://127.0.0.1:8000 leads to backend-service:8000');
    drawn.services.forwards.publish({
      forwards: [{ ...forward, state: { kind: 'reconnecting', port: 8000, failures: 3, reason: 'No pod is ready' } }],
    });
    await until('⇄ 8000 reconnecting');
    expect(drawn.frame()).toMatch(/reconnecting to backend-service:8000 \(try/);
    expectInside(drawn.frame(), columns, rows);
  });

  it('shows figures with their course and target, and never a stand-in without its name', async () => {
    const drawn = await open(columns, rows);
    drawn.packet(':queries\r');
    await until('looking for a Prometheus');
    drawn.services.queries.publish(answered({ kind: 'stand-in' }));
    await until('Error rate');
    expect(drawn.frame()).toMatch(/stand-in.*the sandbox’s own programs/);
    expect(drawn.frame()).toMatch(/✓ P95 latency {2}182 ms +target ≤ 250 ms/);
    expect(drawn.frame()).toMatch(/✗ Error rate {2}300 ms/);
    expectInside(drawn.frame(), columns, rows);
    drawn.services.queries.publish({ none: true, source: undefined, results: undefined });
    await until('No Prometheus was found');
    expectInside(drawn.frame(), columns, rows);
  });

  it('reads a page, wrapped and scrolled', async () => {
    const drawn = await open(columns, rows);
    drawn.packet('/Next\r');
    await until('Next steps');
    drawn.packet('\r');
    await until('A page with words.');
    expect(drawn.frame()).toContain('# tars/next-steps'.slice(2));
    expect(drawn.frame()).toContain('• one');
    expectInside(drawn.frame(), columns, rows);
  });
});

it('is drawn in ASCII where the terminal has nothing else', async () => {
  const drawn = await open(80, 24, false);
  drawn.services.access.publish({ points: [point], at: 0 });
  drawn.services.forwards.publish({ forwards: [open8000] });
  drawn.packet(':access\r');
  await until('= 8000 +');
  await until('! host');
});

describe('keys of the access screen', () => {
  async function atAccess(initial: Parameters<typeof pressingApp>[1] = {}) {
    const pressing = pressingApp({}, { choice: { sandbox: true }, ...initial });
    await pressing.app.load();
    await vi.waitFor(() => expect(pressing.state().screen.type).toBe('dashboard'));
    const { forward: place } = point;
    pressing.app.look.access = () => [
      { hostsLine: point.hostsLine, url: point.urls[0], forward: place },
      { hostsLine: undefined, url: undefined, forward: undefined },
    ];
    return pressing;
  }

  it('copy the hosts line and the URL, open it and begin a port-forward, all in one packet', async () => {
    const { press, services, state } = await atAccess();
    press(':', 'a', 'c', 'c', 'enter', 'c', 'u', 'o', 'f');
    expect(services.calls.slice(1)).toEqual([
      'copy 203.0.113.7 tars.local',
      'copy https://tars.local/health',
      'open https://tars.local/health',
      'forward backend-service:8000',
    ]);
    await vi.waitFor(() => expect(state().notice?.text).toMatch(/sent to the clipboard|Opening/));
    press('tab', 'o');
    expect(state().notice?.text).toContain('There is no URL yet');
    press('f');
    expect(state().notice?.text).toContain('not known which Service');
    press('r', 'r');
    expect(state().screen).toMatchObject({ type: 'access', point: 1, asked: 2 });
  });

  it('open no port-forward with --read-only', async () => {
    const { press, services, state } = await atAccess({ readOnly: true });
    press(':', 'a', 'c', 'c', 'enter', 'f');
    expect(services.calls.join()).not.toContain('forward');
    expect(state().notice?.text).toContain('--read-only');
  });
});

it('the figures of another Prometheus are asked once it is named, and nobody is asked while they are not shown', async () => {
  const drawn = await open(80, 24);
  expect(drawn.services.calls.join()).not.toMatch(/queries|access/);
  drawn.packet(':queries\r');
  await vi.waitFor(() => expect(drawn.services.calls).toContain('queries found'));
  drawn.packet(':prometheus monitoring/prometheus:9090\r');
  await vi.waitFor(() => expect(drawn.services.calls).toContain('queries monitoring/prometheus:9090'));
  drawn.packet('\x1b');
  await vi.waitFor(() => expect(drawn.services.calls.filter((call) => call === 'close queries')).toHaveLength(2));
  drawn.packet(':prometheus nonsense\r');
  await until(':prometheus wants a URL');
});
