import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Problem } from '../../src/base/errors.ts';
import { createRequests } from '../../src/load/request-values.ts';
import { defineScenario } from '../../src/load/scenario.ts';
import { findScenario, listScenarios, readScenario } from '../../src/load/scenario-file.ts';
import { withOverrides } from '../../src/load/scenario-overrides.ts';
import { createSchedule } from '../../src/load/schedule.ts';

const thrown = (action: () => unknown): Problem => {
  try {
    action();
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
};

describe('the scenarios of T.A.R.S.', () => {
  test('are there and valid', () => {
    const names = listScenarios();
    expect(names).toEqual(expect.arrayContaining(['tars/basic', 'tars/custom', 'tars/stress']));
    for (const name of names) expect(findScenario(name).name).toBe(name);
  });

  test('basic ends at 208 a second for a minute, and no client asks more than 30 times in one', () => {
    const scenario = findScenario('tars/basic');
    const schedule = createSchedule(scenario);
    const sustained = schedule.phases.find((phase) => phase.kind === 'sustained');
    expect(sustained && sustained.end - sustained.start).toBe(60_000);
    expect(schedule.levelAt(schedule.end - 1)).toBe(208);
    expect(schedule.end).toBeLessThan(120_000);
    const request = createRequests(scenario, 1);
    const asked = new Map<string, number>();
    for (let index = schedule.dueAt(sustained?.start ?? 0); index < schedule.total; index += 1) {
      const client = request(index).headers['X-Client-ID'] ?? '';
      asked.set(client, (asked.get(client) ?? 0) + 1);
    }
    expect(Math.max(...asked.values())).toBeLessThanOrEqual(30);
  });

  test('basic asks a few questions often: about four of five were asked before', () => {
    const scenario = findScenario('tars/basic');
    const request = createRequests(scenario, 1);
    const seen = new Set<string>();
    let again = 0;
    for (let index = 0; index < 17_000; index += 1) {
      const { body = '' } = request(index);
      if (seen.has(body)) again += 1;
      seen.add(body);
    }
    expect(again / 17_000).toBeGreaterThan(0.75);
    expect(again / 17_000).toBeLessThan(0.95);
  });
});

describe('a scenario file', () => {
  test('names every fault with line and column', () => {
    const text = [
      'title: Broken',
      'open: { rate: fast, stages: [{ to: 10, ovr: 5s }] }',
      'sustained: soon',
      'request:',
      "  headers: { X-Client-ID: '{{clint}}' }",
      'values:',
      '  client: { of: 10 }',
      'thresholds:',
      "  - { title: fast, expect: 'metrics.p96 <= 250.0' }",
      "  - { title: number, expect: 'metrics.p95' }",
    ].join('\n');
    const { value, diagnostics } = readScenario(text, 'broken.yaml', 'broken');
    expect(value).toBeUndefined();
    const found = diagnostics.map(({ line, column, message }) => `${line}:${column} ${message}`);
    expect(found).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^2:15 .*number/),
        expect.stringMatching(/^2:\d+ unknown key `ovr`/),
        expect.stringMatching(/^3:12 `soon` is not a duration/),
        expect.stringMatching(/^9:\d+ expression: .*p96/),
        expect.stringMatching(/^10:\d+ expression: this must come to true or false/),
      ]),
    );
  });

  test('says what is wrong with the whole of it', () => {
    const read = (text: string) => readScenario(text, 'x.yaml', 'x').diagnostics.map(({ message }) => message);
    expect(read('title: none')).toEqual(['a scenario has exactly one of `open`, `closed` and `steps`']);
    expect(read('{ title: both, open: { rate: 1 }, closed: { users: 1 } }')).toHaveLength(1);
    expect(read("{ title: x, open: { rate: 1 }, request: { path: '/{{who}}' } }")).toEqual([
      'there is no value `who` in `values`',
    ]);
    expect(read('title: x\ntitle: y\nopen: { rate: 1 }')).toEqual([expect.stringContaining('twice')]);
  });

  test('is found by its path, and a wrong name says what there is', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'scenario-')), 'mine.yaml');
    writeFileSync(file, 'title: Mine\nopen: { rate: 5 }\n');
    expect(findScenario(file)).toMatchObject({ name: 'mine', title: 'Mine', sustained: 60_000, timeout: 10_000 });
    expect(thrown(() => findScenario('tars/basik'))).toMatchObject({
      exitCode: 2,
      next: [expect.stringContaining('tars/basic'), expect.anything()],
    });
    writeFileSync(file, 'title: Mine\nopen: { rte: 5 }\n');
    const problem = thrown(() => findScenario(file));
    expect(problem.exitCode).toBe(2);
    expect(problem.where).toMatch(/mine\.yaml:2:\d+$/);
  });
});

describe('overrides', () => {
  const basic = defineScenario('basic', {
    title: 'basic',
    open: { from: 40, rate: 208, stages: [{ to: 208, over: '30s' }, { over: '10s' }] },
  });

  test('a rate keeps the form of the ramp', () => {
    const { open } = withOverrides(basic, { rate: 104 });
    expect(open).toEqual({
      rate: 104,
      from: 20,
      stages: [
        { to: 104, over: 30_000 },
        { to: undefined, over: 10_000 },
      ],
    });
  });

  test('a ramp is stretched or left out, a duration is that of the sustained phase', () => {
    const changed = withOverrides(basic, { rampMs: 8000, sustainedMs: 5000 });
    expect(changed.open?.stages.map((stage) => stage.over)).toEqual([6000, 2000]);
    expect(changed.sustained).toBe(5000);
    expect(withOverrides(basic, { rampMs: 0 }).open?.stages).toEqual([]);
  });

  test('users make it a closed loop, a rate an open one, both are refused', () => {
    expect(withOverrides(basic, { users: 10 })).toMatchObject({ open: undefined, closed: { users: 10 } });
    expect(withOverrides(findScenario('tars/custom'), { rate: 50 })).toMatchObject({
      closed: undefined,
      open: { rate: 50 },
    });
    expect(thrown(() => withOverrides(basic, { users: 1, rate: 1 })).exitCode).toBe(2);
  });

  test('targets of the system count where the scenario has none of its own', () => {
    const thresholds = [{ title: 't', expect: 'metrics.p95 <= 250.0' }];
    expect(withOverrides(basic, { thresholds }).thresholds).toEqual(thresholds);
    expect(withOverrides(findScenario('tars/stress'), { thresholds }).thresholds).not.toEqual(thresholds);
  });
});
