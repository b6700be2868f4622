import { expect, test } from 'vitest';
import { workersFor } from '../../src/load/engine.ts';
import { defineScenario } from '../../src/load/scenario.ts';

test('there are as many workers as the rate needs, and a core is left for the rest', () => {
  const open = (rate: number, connections = 100) => defineScenario('x', { title: 'x', open: { rate }, connections });
  expect(workersFor(open(208), 8)).toBe(1);
  expect(workersFor(open(50_000), 8)).toBe(3);
  expect(workersFor(open(500_000), 4)).toBe(3);
  expect(workersFor(open(500_000), 1)).toBe(1);
  // A worker without a connection could send nothing.
  expect(workersFor(open(100_000, 2), 8)).toBe(2);
});
