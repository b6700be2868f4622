import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { defineScenario } from '../../src/load/scenario.ts';
import { createSchedule, stepRates } from '../../src/load/schedule.ts';
import { createSource } from '../../src/load/source.ts';

interface Input {
  from: number;
  rate: number;
  stages: { to: number; over: number }[];
  sustained: number;
  warmUp: number;
}

const rate = fc.double({ min: 0.5, max: 20_000, noNaN: true });
const shape: fc.Arbitrary<Input> = fc.record({
  from: rate,
  rate,
  stages: fc.array(fc.record({ to: rate, over: fc.integer({ min: 0, max: 40 }) }), { maxLength: 5 }),
  sustained: fc.integer({ min: 1, max: 60 }),
  warmUp: fc.integer({ min: 0, max: 3 }),
});

function scenarioOf({ from, rate, stages, sustained, warmUp }: Input) {
  return defineScenario('any', { title: 'any', open: { from, rate, stages }, sustained, 'warm-up': warmUp });
}

/** Adds up the level in small pieces, stage by stage: a straight line has its mean in its middle. */
function countBySumming(input: Input, until: number): number {
  const schedule = createSchedule(scenarioOf(input));
  let edge = input.warmUp * 1000;
  const edges = [0, edge, ...input.stages.map((stage) => (edge += stage.over * 1000)), schedule.end];
  let count = 0;
  for (const [index, start] of edges.entries()) {
    const end = Math.min(until, edges[index + 1] ?? start);
    if (end > start) count += (schedule.levelAt((start + end) / 2) * (end - start)) / 1000;
  }
  return count;
}

describe('the schedule of an open loop', () => {
  test('counts what the integral of its rate says', () => {
    fc.assert(
      fc.property(shape, fc.double({ min: 0, max: 1, noNaN: true }), (input, share) => {
        const schedule = createSchedule(scenarioOf(input));
        const t = share * schedule.end * 0.999;
        const expected = countBySumming(input, t);
        expect(Math.abs(schedule.dueAt(t) - expected)).toBeLessThanOrEqual(1.01);
      }),
      { numRuns: 60 },
    );
  });

  test('plans every request in order, and each is due from its planned time on and not before', () => {
    fc.assert(
      fc.property(shape, fc.nat(), (input, seed) => {
        const schedule = createSchedule(scenarioOf(input));
        const index = seed % schedule.total;
        const at = schedule.plannedAt(index);
        expect(at).toBeGreaterThanOrEqual(0);
        expect(at).toBeLessThanOrEqual(schedule.end);
        expect(schedule.plannedAt(index + 1)).toBeGreaterThanOrEqual(at);
        expect(schedule.dueAt(at + 0.001)).toBeGreaterThanOrEqual(index + 1);
        if (at > 0.01) expect(schedule.dueAt(at - 0.01)).toBeLessThanOrEqual(index + 1);
      }),
      { numRuns: 300 },
    );
  });

  test('never takes back what was due', () => {
    fc.assert(
      fc.property(shape, fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 2 }), (input, shares) => {
        const schedule = createSchedule(scenarioOf(input));
        const due = [...shares].sort((a, b) => a - b).map((share) => schedule.dueAt(share * schedule.end));
        for (const [index, count] of due.entries()) expect(count).toBeGreaterThanOrEqual(due[index - 1] ?? 0);
        expect(schedule.dueAt(schedule.end)).toBe(schedule.total);
      }),
    );
  });

  test('sends 208 a second for a minute as 12,480 requests, at equal distances', () => {
    const schedule = createSchedule(
      defineScenario('flat', { title: 'flat', open: { rate: 208 }, sustained: '60s', 'warm-up': 0 }),
    );
    expect(schedule.total).toBe(12_480);
    expect(schedule.plannedAt(0)).toBe(0);
    expect(schedule.plannedAt(208)).toBeCloseTo(1000, 6);
    expect(schedule.dueAt(0)).toBe(1);
  });

  test('a ramp from 0.5 to 100 over 10 s makes half of the requests of its end', () => {
    const schedule = createSchedule(
      defineScenario('ramp', {
        title: 'ramp',
        open: { from: 0.5, rate: 100, stages: [{ to: 100, over: '10s' }] },
        sustained: '10s',
        'warm-up': 0,
      }),
    );
    expect(schedule.dueAt(9_999.999)).toBe(503);
    expect(schedule.phases.map((phase) => phase.kind)).toEqual(['ramp', 'sustained']);
    expect(schedule.levelAt(5000)).toBeCloseTo(50.25);
  });
});

test('several workers together send each request once', () => {
  const scenario = defineScenario('split', { title: 'split', open: { rate: 100 }, sustained: 3, 'warm-up': 0 });
  const schedule = createSchedule(scenario);
  const numbers: number[] = [];
  for (const index of [0, 1, 2]) {
    const source = createSource(scenario, schedule, { index, count: 3 });
    for (let next = source.take(10_000); next; next = source.take(10_000)) numbers.push(next.number);
  }
  expect(numbers.sort((a, b) => a - b)).toEqual(Array.from({ length: 300 }, (_, index) => index));
});

test('the steps of a stress test grow by the factor up to their end', () => {
  expect(stepRates({ from: 100, to: 200, factor: 1.25 }).map(Math.round)).toEqual([100, 125, 156, 195]);
});
