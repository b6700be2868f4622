import { expect, test } from 'vitest';
import { readGivenInputs } from '../../src/cli/run-inputs.ts';
import { createLinePrinter } from '../../src/cli/run-lines.ts';
import { understand } from '../../src/cli/run-prompt.ts';
import type { RunEvent } from '../../src/playbooks/runs/events.ts';
import { detectTheme } from '../../src/ui/theme.ts';

const at = new Date(2026, 10, 21, 10, 0, 0).toISOString();
const step = (id: string, depth = 0, group = false) => ({
  id,
  title: `Do ${id}`,
  kind: 'apply',
  depth,
  group,
  equivalent: [],
});

test('a run reads as lines: time, sign, step, how long, what came of it; escapes in it are drawn harmlessly', () => {
  const lines: string[] = [];
  const theme = detectTheme({ LANG: 'en_GB.UTF-8', NO_COLOR: '1' });
  const { take } = createLinePrinter({ print: (line) => void lines.push(line), theme });
  const run = {
    ...{ id: 'r', playbook: 'tars/x', system: 'tars', title: 'Deploy', inputs: {}, sensitiveInputs: [], hash: '' },
    cluster: { context: 'sandbox', server: '', namespace: 'tars', sandbox: true },
    steps: [step('a'), step('g', 0, true), step('g/b', 1), step('s', 0, true), step('s/c', 1)],
    ...{ manifests: 'bundled', assumeYes: true, programVersion: '0', startedAt: at },
  };
  const events: RunEvent[] = [
    { v: 1, seq: 1, at, type: 'run-started', run, pid: 1 },
    { v: 1, seq: 2, at, type: 'step-intent', step: 'a', attempt: 1 },
    { v: 1, seq: 3, at, type: 'step-result', step: 'a', status: 'done', ms: 1200, summary: '\u001b[2Jcreated' },
    { v: 1, seq: 4, at, type: 'step-intent', step: 'g', attempt: 1 },
    {
      ...{ v: 1, seq: 5, at, type: 'step-result', step: 'g/b', status: 'failed', ms: 60_000 },
      problem: { message: 'it broke', evidence: ['log: boom'], next: ['kubectl logs'] },
    },
    { v: 1, seq: 6, at, type: 'step-result', step: 's', status: 'skipped', ms: 0, summary: 'not wanted' },
    { v: 1, seq: 7, at, type: 'step-result', step: 's/c', status: 'skipped', ms: 0, summary: 'not wanted' },
    { v: 1, seq: 8, at, type: 'run-ended', status: 'failed', exitCode: 1, summary: 'failed', next: ['resume'] },
  ];
  for (const event of [...events, ...events.slice(2)]) take(event);
  expect(lines).toEqual([
    '10:00:00  Deploy',
    '          run r, 3 steps',
    '          cluster sandbox (sandbox), namespace tars, manifests: bundled',
    '10:00:00  ✓ Do a (1.2s)  created',
    '10:00:00  Do g',
    '10:00:00    ✗ Do g/b (1m00s)  failed: it broke',
    '              log: boom',
    `              ${theme.symbols.next} kubectl logs`,
    `10:00:00  ${theme.symbols.skipped} Do s  skipped: not wanted`,
    '10:00:00  ✗ failed',
    `  ${theme.symbols.next} resume`,
  ]);
});

test('what is skipped one after the other is one line, and what was seen before a resumption is not told again', () => {
  const lines: string[] = [];
  const theme = detectTheme({ LANG: 'en_GB.UTF-8', NO_COLOR: '1' });
  const { take } = createLinePrinter({ print: (line) => void lines.push(line), theme, after: 2 });
  const run = {
    ...{ id: 'r', playbook: 'tars/x', system: 'tars', title: 'Load', inputs: {}, sensitiveInputs: [], hash: '' },
    cluster: { context: 'sandbox', server: '', namespace: 'tars', sandbox: true },
    steps: [step('a'), step('b'), step('c'), step('d')],
    ...{ manifests: 'bundled', assumeYes: true, programVersion: '0', startedAt: at },
  };
  const skipped = (seq: number, id: string): RunEvent => ({
    ...{ v: 1, seq, at, type: 'step-result', step: id, status: 'skipped', ms: 0, summary: 'only when false' },
  });
  const events: RunEvent[] = [
    { v: 1, seq: 1, at, type: 'run-started', run, pid: 1 },
    { v: 1, seq: 2, at, type: 'step-result', step: 'a', status: 'done', ms: 0 },
    skipped(3, 'b'),
    skipped(4, 'c'),
    { v: 1, seq: 5, at, type: 'step-result', step: 'd', status: 'done', ms: 20 },
    skipped(6, 'a'),
    { v: 1, seq: 7, at, type: 'run-ended', status: 'done', exitCode: 0, summary: 'done' },
  ];
  for (const event of events) take(event);
  expect(lines).toEqual([
    `10:00:00  ${theme.symbols.skipped} 2 steps skipped: Do b, Do c`,
    '10:00:00  ✓ Do d',
    `10:00:00  ${theme.symbols.skipped} Do a  skipped: only when false`,
    '10:00:00  ✓ done',
  ]);
});

test('answers are understood by their first letters, and nothing is taken for a yes to what is dangerous', () => {
  expect(understand({ kind: 'confirm', text: '' }, '')).toEqual({ kind: 'confirm', yes: true });
  expect(understand({ kind: 'confirm', text: '', dangerous: true }, '')).toEqual({ kind: 'confirm', yes: false });
  expect(understand({ kind: 'confirm', text: '' }, 'maybe')).toBeUndefined();
  const failure = { kind: 'failure' as const, text: '', choices: ['retry' as const, 'skip' as const, 'stop' as const] };
  expect(understand(failure, 'r')).toEqual({ kind: 'failure', choice: 'retry' });
  expect(understand(failure, 'sk')).toEqual({ kind: 'failure', choice: 'skip' });
  expect(understand(failure, 's')).toBeUndefined();
});

test('inputs come from flags, variables and files; what was typed wrongly is not repeated', () => {
  const given = readGivenInputs({ set: ['a=1=2'], setEnv: ['b=NAME'] }, { NAME: 'value' });
  expect(given).toEqual([
    { name: 'b', value: 'value', source: 'set-env' },
    { name: 'a', value: '1=2', source: 'set' },
  ]);
  expect(() => readGivenInputs({ set: ['hunter2'] })).toThrow(/^(?!.*hunter2)--set is written like/);
  expect(() => readGivenInputs({ setEnv: ['b=NONE'] }, {})).toThrow('no variable NONE');
});

test('of steps side by side each line says whose it is; results stand in the order in which they end', () => {
  const lines: string[] = [];
  const theme = detectTheme({ LANG: 'en_GB.UTF-8', NO_COLOR: '1' });
  const { take } = createLinePrinter({ print: (line) => void lines.push(line), theme, progressEveryMs: 0 });
  const run = {
    ...{ id: 'r', playbook: 'tars/x', system: 'tars', title: 'Deploy', inputs: {}, sensitiveInputs: [], hash: '' },
    cluster: { context: 'sandbox', server: '', namespace: 'tars', sandbox: true },
    steps: [step('g', 0, true), step('g/a', 1), step('g/b', 1), step('h', 0, true), step('h/c', 1), step('d')],
    ...{ manifests: 'bundled', assumeYes: true, programVersion: '0', startedAt: at },
  };
  let seq = 1;
  const record = (body: object) => ({ v: 2, seq: ++seq, at, ...body }) as RunEvent;
  const intent = (id: string) => record({ type: 'step-intent', step: id, attempt: 1 });
  const done = (id: string) => record({ type: 'step-result', step: id, status: 'done', ms: 0 });
  const events: RunEvent[] = [
    { v: 2, seq: 1, at, type: 'run-started', run, pid: 1 },
    ...['g', 'g/a', 'g/b', 'h', 'h/c', 'd'].map(intent),
    { type: 'progress', at, step: 'g/a', text: 'waits' },
    done('h/c'),
    { type: 'alarm', at, step: 'g/b', text: 'nothing has happened for 2m00s: waits' },
    ...[done('g/b'), done('d'), done('g/a'), done('g'), done('h')],
    record({ type: 'step-intent', step: 'd', attempt: 2, found: 'it may be repeated' }),
    record({ type: 'undo-intent', step: 'd' }),
    record({ type: 'undo-result', step: 'd', status: 'done', ms: 0, summary: 'deleted' }),
  ];
  for (const event of events) take(event);
  expect(lines.slice(3)).toEqual([
    '10:00:00  Do g',
    '10:00:00  Do h',
    '10:00:00    … Do g: Do g/a: waits',
    '10:00:00    ✓ Do h: Do h/c',
    `10:00:00    ${theme.symbols.warn} Do g: Do g/b: nothing has happened for 2m00s: waits`,
    '10:00:00    ✓ Do g/b',
    '10:00:00  ✓ Do d',
    '10:00:00    ✓ Do g: Do g/a',
    `10:00:00  ${theme.symbols.next} Do d: again, as it may be repeated`,
    `10:00:00  ${theme.symbols.next} Do d: is taken back`,
    `10:00:00  ${theme.symbols.skipped} Do d: taken back  deleted`,
  ]);
});
