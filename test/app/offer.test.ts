import { describe, expect, it } from 'vitest';
import { attach } from '../../src/app/attached-run.ts';
import { footerBindings } from '../../src/app/keymap.ts';
import { type AppState, initialState } from '../../src/app/state.ts';
import { updateKey } from '../../src/app/update-key.ts';
import { runLines } from '../../src/playbooks/run-lines.ts';
import type { RunEvent, RunRecord } from '../../src/playbooks/runs/events.ts';
import { initialRunState, type RunState, reduceRunEvents } from '../../src/playbooks/runs/state.ts';
import { createTheme } from '../../src/ui/theme.ts';

const at = '2026-11-21T23:00:00.000Z';
const records = [
  {
    type: 'run-started',
    pid: 1,
    run: {
      ...{ id: 'r', playbook: 'detection-api/blue-green', title: 'Blue-green', startedAt: at, inputs: {} },
      steps: [
        { id: 'switch', title: 'Switch the traffic', kind: 'patch', depth: 0, group: false, equivalent: [] },
        { id: 'watch', title: 'Watch the new slot', kind: 'watch', depth: 0, group: false, equivalent: [] },
      ],
    },
  },
  { type: 'step-intent', step: 'switch', attempt: 1 },
  { type: 'step-result', step: 'switch', status: 'done', ms: 120, summary: 'green gets the traffic' },
  { type: 'step-intent', step: 'watch', attempt: 1 },
  {
    type: 'question',
    id: 'q1',
    step: 'watch',
    question: { kind: 'offer', text: 'Leads the traffic back to blue at once', label: 'switch back' },
  },
].map((record, index) => ({ ...record, v: 2, seq: index + 1, at }) as RunRecord);
const progress: RunEvent = {
  ...{ type: 'progress', at, step: 'watch', text: 'errors 0.2 %, P95 41 ms; 9m12s left', fraction: 0.08 },
};

function stateAfter(...more: object[]): RunState {
  const later = more.map((record, index) => ({ ...record, v: 2, seq: records.length + index + 1, at }) as RunRecord);
  return reduceRunEvents(initialRunState, [...records, progress, ...later]);
}

const screenWith = (state: RunState): AppState => ({
  ...initialState(),
  screen: { type: 'dashboard' },
  focus: 'run',
  run: { ...attach('r'), state },
});
const press = (state: AppState, name: string) =>
  updateKey(state, { name, text: name }, { lines: 10, height: 10 } as unknown as Parameters<typeof updateKey>[2]);

describe('what a step offers while it goes on', () => {
  it('lets the run go on, and is there until it is taken up or its step ends', () => {
    expect(stateAfter()).toMatchObject({ status: 'running', question: undefined, offer: { id: 'q1' } });
    expect(stateAfter({ type: 'answer', id: 'q1', answer: { kind: 'offer' }, by: 'me' }).offer).toBeUndefined();
    expect(stateAfter({ type: 'step-result', step: 'watch', status: 'done', ms: 5 }).offer).toBeUndefined();
    expect(stateAfter({ type: 'step-result', step: 'switch', status: 'done', ms: 5 }).offer).toBeDefined();
    expect(stateAfter({ type: 'run-resumed', pid: 2, notes: [] }).offer).toBeUndefined();
  });

  it('is done by one key, which the footer names only then', () => {
    const offered = screenWith(stateAfter());
    const hints = (state: AppState) =>
      footerBindings('run', state).map(({ hint, hintNow }) => hintNow?.(state) ?? hint);
    expect(hints(offered)).toContain('switch back');
    const { effects } = press(offered, 'b');
    expect(effects).toEqual([{ type: 'answer', run: 'r', question: 'q1', answer: { kind: 'offer' } }]);
    const over = screenWith(stateAfter({ type: 'step-result', step: 'watch', status: 'done', ms: 5 }));
    expect(hints(over)).not.toContain('switch back');
    expect(press(over, 'b').effects).toEqual([]);
  });

  it.each([80, 120])('is a line below the steps, with what is watched above it, at %i columns', (columns) => {
    const theme = createTheme({ color: 0, unicode: true });
    const width = Math.floor(columns / 2);
    const drawn = runLines({
      ...{ state: stateAfter(), pointed: undefined, focused: true, width, height: 12, spinner: '⠋', theme },
      now: Date.parse(at) + 48_000,
    });
    expect(drawn.every((line) => line.length <= width)).toBe(true);
    const text = drawn.map((line) => line.trimEnd()).filter((line) => line !== '');
    expect(text.slice(0, 5)).toEqual([
      expect.stringMatching(/^ {2}✓ Switch the traffic/),
      expect.stringMatching(/^❯ ⠋ Watch the new slot/),
      expect.stringMatching(/errors 0\.2 %, P95 41 ms/),
      expect.stringMatching(/^ ─+$/),
      expect.stringMatching(/^ b {2}Leads the traffic back to blue/),
    ]);
    // All of it is there, in as many lines as it takes.
    expect(text.slice(4).join(' ').replace(/ +/g, ' ')).toBe(' b Leads the traffic back to blue at once');
  });
});
