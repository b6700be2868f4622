import { render } from 'ink-testing-library';
import { afterEach, describe, expect, it } from 'vitest';
import { toEventLine } from '../../src/cluster/events.ts';
import { AutoscalersPane } from '../../src/cluster/panes/AutoscalersPane.tsx';
import { toAutoscalerRow } from '../../src/cluster/panes/autoscaler-row.ts';
import { DetailsPane } from '../../src/cluster/panes/DetailsPane.tsx';
import { PodsPane } from '../../src/cluster/panes/PodsPane.tsx';
import type { PodDetails } from '../../src/cluster/panes/pod-details.ts';
import { comparePods, type PodRow, toPodRow } from '../../src/cluster/panes/pod-row.ts';
import { podsTable } from '../../src/cluster/panes/pods-table.ts';
import { indexColumns } from '../../src/cluster/table.ts';
import type { FeedState } from '../../src/cluster/watch/feed-state.ts';
import { asPod } from '../../src/kubernetes/pod.ts';
import { textWidth } from '../../src/ui/text.ts';
import { createTheme } from '../../src/ui/theme.ts';
import { ThemeContext } from '../../src/ui/use-theme.ts';
import { columnDefinitions, type PodLook, podCells } from './pod-table.ts';
import { autoscaler, event, pod } from './workload-objects.ts';

const now = Date.parse('2026-01-01T01:00:00Z');
const live: FeedState = { kind: 'live', since: now };
const columns = indexColumns({ kind: 'Table', columnDefinitions }) ?? new Map();
const instances: { unmount(): void }[] = [];

afterEach(() => {
  for (const instance of instances.splice(0)) instance.unmount();
});

function row(name: string, look: PodLook = {}, usage: Partial<PodRow> = {}): PodRow {
  const made = toPodRow({ cells: podCells(name, look) }, columns, now);
  if (!made) throw new Error('no row');
  return { ...made, ...usage };
}

function draw(element: React.ReactElement): string[] {
  const instance = render(element);
  instances.push(instance);
  return (instance.lastFrame() ?? '').split('\n');
}

const rows = [
  row('tars-backend-7d9f8b6c5-x2k4q', { age: '12m' }, { cpu: 0.412, memory: 310 * 2 ** 20 }),
  row('tars-backend-7d9f8b6c5-bbbbb', { ready: '0/1', status: 'CrashLoopBackOff', restarts: '4 (10s ago)' }),
  row('postgres-5f6d7c8b9-qwert', { ready: '0/1', status: 'ContainerCreating', age: '3s' }),
].sort(comparePods);

describe('the pods pane', () => {
  it('shows all columns at 120, what is wrong first', () => {
    const lines = draw(<PodsPane rows={rows} state={live} width={120} height={8} now={now} />);
    expect(lines[0]).toMatch(/^┌ Pods 3 ─+┐$/);
    expect(lines[1]).toMatch(/NAME +READY +STATUS +RESTARTS +CPU +MEMORY +NODE +AGE/);
    expect(lines[2]).toMatch(/✗ +tars-backend-7d9f8b6c5-bbbbb +0\/1 +CrashLoopBackOff +4/);
    expect(lines[3]).toMatch(/○ +postgres-5f6d7c8b9-qwert +0\/1 +ContainerCreating/);
    expect(lines[4]).toMatch(/● +tars-backend-7d9f8b6c5-x2k4q +1\/1 +Running +0 +412m +310Mi +node-1 +12m/);
    expect(lines.every((line) => textWidth(line) <= 120)).toBe(true);
  });

  it('keeps name, readiness and status where there is less room, and stays within it', () => {
    for (const width of [80, 60, 40, 24]) {
      const lines = draw(<PodsPane rows={rows} state={live} width={width} height={8} now={now} />);
      expect(Math.max(...lines.map(textWidth))).toBeLessThanOrEqual(width);
      expect(lines).toHaveLength(8);
      if (width >= 60) expect(lines.join('\n')).toContain('CrashLoopBackOff');
      if (width < 80) expect(lines[1]).not.toContain('NODE');
    }
  });

  it('draws names with escape sequences harmlessly', () => {
    const hostile = [row('evil\u001b[2J\u001b]0;owned\u0007pod\u202e\r\nnext', { status: '\u001b[31mRunning' })];
    const frame = draw(<PodsPane rows={hostile} state={live} width={80} height={5} now={now} />).join('\n');
    expect(frame).not.toMatch(/[\u001b\u0007\u202e\r]/);
    expect(frame).toContain('evilpod next');
  });

  it('filters by column and says what it hides', () => {
    const lines = draw(<PodsPane rows={rows} state={live} width={100} height={6} now={now} filter="!STATUS:Running" />);
    expect(lines[0]).toContain('Pods 2/3 /!STATUS:Running');
    expect(lines.join('\n')).not.toContain('x2k4q');
    const none = draw(<PodsPane rows={rows} state={live} width={100} height={6} now={now} filter="nothing" />);
    expect(none.join('\n')).toContain('no pod fits nothing');
  });

  it('marks the chosen row with a sign and keeps it in sight', () => {
    const many = Array.from({ length: 50 }, (_, index) => row(`web-${String(index).padStart(2, '0')}`));
    const lines = draw(
      <PodsPane rows={many} state={live} width={80} height={10} now={now} selected="web-30" focused />,
    );
    expect(lines.find((line) => line.includes('web-30'))).toContain('❯');
    expect(lines.filter((line) => line.includes('❯'))).toHaveLength(1);
  });

  it('says how old its data is, and keeps showing it', () => {
    const stale: FeedState = { kind: 'stale', since: now - 12_000, reason: 'Nothing listens at 10.0.0.1 port 6443' };
    const lines = draw(<PodsPane rows={rows} state={stale} width={80} height={8} now={now} />);
    expect(lines[0]).toContain('▲ stale for 10 s, reconnecting');
    expect(lines.join('\n')).toContain('postgres-5f6d7c8b9-qwert');
  });

  it('says why there is nothing', () => {
    const empty = (state: FeedState) =>
      draw(<PodsPane rows={[]} state={state} width={80} height={6} now={now} namespace="tars" />).join('\n');
    expect(empty(live)).toContain('no pods in tars yet');
    expect(empty({ kind: 'connecting' })).toContain('asking the cluster');
    const denied = empty({
      kind: 'denied',
      reason: 'pods is forbidden',
      next: ['kubectl auth can-i list pods -n tars'],
    });
    expect(denied).toContain('✗ not allowed');
    expect(denied).toContain('→ kubectl auth can-i list pods -n tars');
  });

  it('looks at no more rows of 10,000 than are in sight', () => {
    let read = 0;
    const many = Array.from({ length: 10_000 }, (_, index) => {
      const made = row(`web-${index}`);
      return {
        ...made,
        get status() {
          read += 1;
          return 'Running';
        },
      };
    });
    const theme = createTheme({ color: 0, unicode: true });
    const options = {
      rows: many,
      selected: undefined,
      offset: 5000,
      width: 120,
      height: 40,
      focused: false,
      now,
      theme,
    };
    const { lines, offset } = podsTable(options);
    expect(lines).toHaveLength(40);
    expect(offset).toBe(5000);
    expect(read).toBeLessThan(100);
  });
});

describe('the autoscalers pane', () => {
  const scalers = [toAutoscalerRow(autoscaler('tars-backend', 3, 4, 83))];

  it('says metric, replicas and why on one line at 120 and on two where it is narrow', () => {
    const wide = draw(<AutoscalersPane rows={scalers} state={live} width={120} height={4} now={now} />);
    expect(wide[1]).toMatch(/↑ tars-backend {2}cpu 83%\/70% {2}3 → 4 of 10 {2}scaling up: 83\/70 × 3 = 3\.6 → 4/);
    const narrow = draw(<AutoscalersPane rows={scalers} state={live} width={50} height={4} now={now} />);
    expect(narrow[1]).toMatch(/↑ tars-backend {2}cpu 83%\/70% {2}3 → 4 of 10/);
    expect(narrow[2]).toMatch(/^│ {2}scaling up: 83\/70 × 3/);
    for (const width of [50, 40, 20])
      for (const line of draw(<AutoscalersPane rows={scalers} state={live} width={width} height={4} now={now} />))
        expect(textWidth(line)).toBeLessThanOrEqual(width);
  });

  it('draws itself in ASCII where the terminal has nothing else', () => {
    const lines = draw(
      <ThemeContext.Provider value={createTheme({ color: 0, unicode: false })}>
        <AutoscalersPane rows={scalers} state={live} width={90} height={3} now={now} />
        <PodsPane rows={rows} state={{ kind: 'stale', since: now, reason: 'x' }} width={90} height={6} now={now} />
      </ThemeContext.Provider>,
    );
    expect(lines.join('\n')).toMatch(/^[\x20-\x7e\n]*$/);
    expect(lines[1]).toContain('scaling up: 83/70 x 3 = 3.6 > 4');
  });

  it('does not make up replicas before its controller has looked at it', () => {
    const fresh = { ...autoscaler('tars-backend', 0, 0, 0), status: undefined };
    const lines = draw(
      <AutoscalersPane rows={[toAutoscalerRow(fresh)]} state={live} width={90} height={3} now={now} />,
    );
    expect(lines[1]).toMatch(/tars-backend {2}cpu \?\/70% {2}\? of 10 {2}not looked at yet/);
  });

  it('says that there is none yet', () => {
    const lines = draw(<AutoscalersPane rows={[]} state={live} width={60} height={4} now={now} namespace="tars" />);
    expect(lines[1]).toContain('no autoscaler in tars yet');
  });
});

describe('the details pane', () => {
  const broken = pod('web-1', 'web', { reason: 'CrashLoopBackOff', message: 'back-off 40s restarting' });
  const details: PodDetails = {
    namespace: 'tars',
    name: 'web-1',
    pod: asPod(broken),
    gone: false,
    events: [toEventLine(event(broken, 'BackOff', 'Back-off restarting failed container'))],
    container: 'main',
    log: ['starting', '\u001b[31mFATAL\u001b[0m: no database'],
    logNote: undefined,
    state: live,
  };

  it('tells what the pod is, why it is not well, and the end of its log', () => {
    const frame = draw(<DetailsPane details={details} width={90} height={30} now={now} />).join('\n');
    expect(frame).toContain('Pod web-1');
    expect(frame).toMatch(/status +▲ CrashLoopBackOff, 0 of 1 ready, 4 restarts/);
    expect(frame).toContain('waiting: CrashLoopBackOff: back-off 40s restarting');
    expect(frame).toMatch(/▲ \d+m BackOff: Back-off restarting failed container \(3 times\)/);
    expect(frame).toContain('FATAL: no database');
    expect(frame).not.toContain('\u001b');
  });

  it('stays within every size, and gives the log the whole pane when asked', () => {
    for (const [width, height] of [
      [120, 40],
      [80, 10],
      [30, 5],
      [20, 3],
    ] as const) {
      const lines = draw(<DetailsPane details={details} width={width} height={height} now={now} />);
      expect(lines.length).toBeLessThanOrEqual(height);
      expect(Math.max(...lines.map(textWidth))).toBeLessThanOrEqual(width);
    }
    const log = draw(<DetailsPane details={details} width={60} height={5} now={now} show="log" />);
    expect(log[0]).toContain('Log web-1 main');
    expect(log[1]).toContain('starting');
  });
});
