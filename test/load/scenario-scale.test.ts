import { expect, test } from 'vitest';
import { defineScenario } from '../../src/load/scenario.ts';
import { withOverrides } from '../../src/load/scenario-overrides.ts';
import { scaleText } from '../../src/load/scenario-scale.ts';
import { judgeThresholds } from '../../src/load/thresholds.ts';

const written = defineScenario('test/load', {
  title: 'A day in May',
  open: { from: 4000, rate: 20800, stages: [{ to: 20800, over: '20s' }, { over: '40s' }] },
  connections: 5000,
  'sandbox-scale': 100,
});

test('on the sandbox all rates are one part in a hundred, and the title says so', () => {
  const scaled = withOverrides(written, { sandbox: true });
  expect(scaled).toMatchObject({ title: 'A day in May (rehearsal at 1:100)', scale: 100, connections: 100 });
  expect(scaled.open).toMatchObject({ from: 40, rate: 208, stages: [{ to: 208, over: 20_000 }, { over: 40_000 }] });
  expect(withOverrides(written, { sandbox: false })).toMatchObject({ title: 'A day in May', open: { rate: 20800 } });
});

test('a rate or users of one’s own are taken as they are said', () => {
  expect(withOverrides(written, { sandbox: true, rate: 50 })).toMatchObject({
    title: 'A day in May',
    open: { rate: 50 },
  });
  expect(withOverrides(written, { sandbox: true, users: 7 }).closed?.users).toBe(7);
});

test('users and the steps of a stress test are scaled too, never to nothing', () => {
  const users = defineScenario('t/u', { title: 'Users', closed: { users: 30 }, 'sandbox-scale': 100 });
  expect(withOverrides(users, { sandbox: true }).closed?.users).toBe(1);
  const steps = defineScenario('t/s', { title: 'Steps', steps: { from: 5000, to: 100_000 }, 'sandbox-scale': 100 });
  expect(withOverrides(steps, { sandbox: true }).steps).toMatchObject({ from: 50, to: 1000 });
});

test('a target of the full rate is judged by what a rehearsal stands for', () => {
  const quantiles = { p50: 1, p95: 1, p99: 1, max: 1, mean: 1 };
  const figures = {
    ...{ seconds: 60, requests: 12_480, requestsPerSecond: 208, errors: 0, errorRate: 0, statuses: { 200: 12_480 } },
    ...{ response: quantiles, service: quantiles, cacheHitRatio: undefined },
  };
  const target = [{ title: 'Full', expect: 'metrics.rps * metrics.scale >= 20000.0' }];
  expect(judgeThresholds(target, figures, 100)).toMatchObject([{ met: true }]);
  expect(judgeThresholds(target, figures)).toMatchObject([{ met: false }]);
  expect(scaleText(100, 208)).toBe('1:100, stands for 20,800/s');
});
