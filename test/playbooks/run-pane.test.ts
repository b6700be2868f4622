import { describe, expect, it } from 'vitest';
import type { Finding } from '../../src/playbooks/finding.ts';
import { runLines } from '../../src/playbooks/run-lines.ts';
import { initialRunState, type StepProgress, type StepState } from '../../src/playbooks/runs/state.ts';
import { createTheme } from '../../src/ui/theme.ts';

const theme = createTheme({ color: 0, unicode: true });

function step(title: string, now: StepProgress): StepState {
  return { id: title, title, kind: 'load', depth: 0, group: false, equivalent: [], now, output: [], outputs: {} };
}

const notChosen: StepProgress = { status: 'skipped', reason: 'only when inputs.profile == "stress"', ms: 0 };
const warning: Finding = { title: 'There is a GPU', level: 'warning', expected: 'one', observed: 'none' };

function lines(steps: StepState[], pointed?: number, ended = false): string[] {
  const state = {
    ...initialRunState,
    steps,
    ...(ended ? { ended: { at: '', status: 'done' as const, exitCode: 0, summary: '', next: [] } } : {}),
  };
  const drawn = runLines({ state, pointed, focused: true, width: 50, height: 12, spinner: '⠋', now: 0, theme });
  return drawn.map((line) => line.trimEnd()).filter((line) => line !== '');
}

describe('the pane of a run', () => {
  const test = step('Basic load test', { status: 'done', summary: '', ms: 2000, findings: [] });
  const others = ['Stress test', 'A rate', 'Users'].map((title) => step(title, notChosen));

  it('folds the steps of choices that were not made into one line', () => {
    expect(lines([test, ...others])).toEqual([
      expect.stringMatching(/^❯ ✓ Basic load test +2\.0s$/),
      '  – 3 left out: Stress test, A rate, Users',
    ]);
  });

  it('shows each of them once one is pointed at', () => {
    const shown = lines([test, ...others], 2);
    expect(shown.map((line) => line.slice(0, 16).trimEnd())).toEqual([
      '  ✓ Basic load t',
      '  – Stress test',
      '❯ – A rate',
      '  – Users',
    ]);
  });

  it('still says why a step was skipped that was meant to be done', () => {
    expect(
      lines([step('Backend', { status: 'skipped', reason: 'it needs database, which was not done', ms: 0 })]),
    ).toContain('    it needs database, which was not done');
  });

  it('says where it went wrong in whole sentences, without repeating its own title', () => {
    const summary = 'Deploy: not met at: A step with a rather long title of its own, after 2m';
    const state = {
      ...initialRunState,
      steps: [
        step('a', {
          status: 'not-met',
          reason: '1 not met',
          evidence: [],
          ms: 1,
          findings: [{ ...warning, level: 'fatal' }],
        }),
      ],
      run: { title: 'Deploy' } as never,
      ended: { at: '', status: 'not-met' as const, exitCode: 3, summary, next: [] },
    };
    const drawn = runLines({
      state,
      pointed: undefined,
      focused: true,
      width: 40,
      height: 9,
      spinner: '',
      now: 0,
      theme,
    });
    expect(drawn.map((line) => line.trimEnd())).toEqual(
      expect.arrayContaining([
        '    There is a GPU: none',
        ' ✗ Not met at: A step with a rather',
        '   long title of its own, after 2m',
      ]),
    );
  });

  it('shows what a check warns of, below it and at the end', () => {
    const check = step('The nodes have room', { status: 'done', summary: '', ms: 10, findings: [warning] });
    const shown = lines([check], undefined, true);
    expect(shown).toContain('    There is a GPU: none');
    expect(shown.at(-1)).toBe(' ✓ Done, with 1 warning');
  });

  it('tells a step that failed and was rescued from one that went well', () => {
    const rescued = step('Change the tables', { status: 'done', summary: 'rescued: it hung', ms: 10, findings: [] });
    expect(lines([rescued], undefined, true).join()).toMatch(/▲ Change the tables.* rescued/);
  });

  it('shows what each of several running steps does, and an alarm before anything else', () => {
    const running = (title: string, progress: string, alarm?: string) => ({
      ...step(title, {
        status: 'running',
        startedAt: '1970-01-01T00:00:00Z',
        attempt: 1,
        progress,
        ...(alarm ? { alarm } : {}),
      }),
      output: ['one', 'two'],
    });
    const shown = lines([
      { ...running('Both', ''), group: true },
      { ...running('Database', 'postgres 0/1', 'nothing has happened for 2m00s'), depth: 1 },
      { ...running('Cache', 'redis 0/1'), depth: 1 },
      step('After', { status: 'pending' }),
    ]);
    expect(shown).toEqual([
      expect.stringMatching(/^ {2}[●•] Both$/),
      expect.stringMatching(/^❯ {3}⠋ Database +0\.0s$/),
      `      ${theme.symbols.warn} nothing has happened for 2m00s`,
      expect.stringMatching(/^ {4}⠋ Cache +0\.0s$/),
      '      redis 0/1',
      expect.stringMatching(/After$/),
    ]);
  });
});
