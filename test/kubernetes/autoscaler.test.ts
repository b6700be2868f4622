import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { emptyAutoscalerMemory } from '../../src/kubernetes/autoscaler-limits.ts';
import { conditionOf } from '../../src/kubernetes/condition.ts';
import { createAutoscaler, createPod, start, sync, trace } from './autoscaler-fixtures.ts';

const reasonOf = (decision: ReturnType<typeof sync>, type: string) => conditionOf(decision.conditions, type)?.reason;

describe('a recorded trace of a real cluster: request 50m, target 50 %, max 6', () => {
  const autoscaler = createAutoscaler({
    behavior: { scaleUp: {}, scaleDown: { stabilizationWindowSeconds: 10 } },
  });

  test('200m on two pods want 8: 2 → 5, because the step 1 → 2 lies 13 s back, then the max', () => {
    const steps = trace(autoscaler, 1, [
      { second: 0, usage: 40 },
      { second: 13, usage: 100 },
      { second: 28, usage: 100 },
    ]);
    expect(steps).toEqual([2, 5, 6]);
  });

  test('then 60m in all: 6 → 3 once the window of 10 s has passed', () => {
    const steps = trace(autoscaler, 6, [
      { second: 0, usage: 200, total: true },
      { second: 5, usage: 60, total: true },
      { second: 11, usage: 60, total: true },
    ]);
    expect(steps).toEqual([6, 6, 3]);
  });
});

describe('utilization', () => {
  test('is an integer percent of all requests together', () => {
    const decision = sync({
      autoscaler: createAutoscaler({ target: 70, min: 1, max: 10 }),
      replicas: 3,
      usage: [41, 41, 42],
    });
    expect(decision.explanation.metrics[0]?.proposal).toMatchObject({ usage: 124, requests: 150, utilization: 82 });
    expect(decision.currentMetrics).toEqual([
      { type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: 82, averageValue: '41m' } } },
    ]);
    expect(decision).toMatchObject({ replicas: 4, rescale: true });
    expect(decision.reason).toBe('cpu resource utilization (percentage of request) above target');
  });

  test.each([
    [27, 3],
    [28, 4],
    [23, 3],
    [16, 2],
  ])('%sm of 50m at 50 %%: a tenth either way is tolerated, 3 → %s', (usage, replicas) => {
    const memory = { ...emptyAutoscalerMemory, recommendations: [{ replicas: 1, at: start }] };
    const decision = sync({ autoscaler: createAutoscaler({}), replicas: 3, usage: [usage, usage, usage], memory });
    expect(decision.replicas).toBe(replicas);
  });

  test('a container without a request makes the metric invalid', () => {
    const pods = [createPod(0, { request: '' })];
    const decision = sync({ autoscaler: createAutoscaler({}), replicas: 1, usage: [10], pods });
    expect(conditionOf(decision.conditions, 'ScalingActive')).toMatchObject({
      status: 'False',
      reason: 'FailedGetResourceMetric',
      message:
        'the HPA was unable to compute the replica count: failed to get cpu utilization: missing request for cpu in container web of Pod web-0',
    });
    expect(decision.warnings.map(({ reason }) => reason)).toEqual([
      'FailedGetResourceMetric',
      'FailedComputeMetricsReplicas',
    ]);
    expect(decision.rescale).toBe(false);
  });
});

describe('pods that do not count', () => {
  const autoscaler = createAutoscaler({ max: 20 });
  const proposalOf = (decision: ReturnType<typeof sync>) => decision.explanation.metrics[0]?.proposal;

  test('terminating and failed pods are ignored', () => {
    const pods = [createPod(0), createPod(1, { deleted: true }), createPod(2, { phase: 'Failed' })];
    expect(proposalOf(sync({ autoscaler, replicas: 1, usage: [50, 500, 500], pods }))).toMatchObject({
      utilization: 100,
      counted: 1,
      replicas: 2,
    });
  });

  test('a pending pod counts as idle before scaling up', () => {
    const pods = [createPod(0), createPod(1, { phase: 'Pending', ready: false })];
    expect(proposalOf(sync({ autoscaler, replicas: 2, usage: [100, undefined], pods }))).toMatchObject({
      ratio: 4,
      correctedRatio: 2,
      unready: 1,
      replicas: 4,
    });
  });

  test('within 300 s of its start a pod counts once it is ready and one whole window has been measured', () => {
    const starting = (readySince: number, ready = true) => {
      const pods = [createPod(0), createPod(1, { started: 60, readySince, ready })];
      return proposalOf(sync({ autoscaler, replicas: 2, usage: [40, 40], pods }))?.unready;
    };
    expect([starting(10), starting(19), starting(20), starting(50, false)]).toEqual([1, 1, 0, 1]);
  });

  test('later a pod is left out only if it was never ready', () => {
    const old = (readySince: number) => {
      const pods = [createPod(0), createPod(1, { started: 1000, readySince, ready: false })];
      return proposalOf(sync({ autoscaler, replicas: 2, usage: [40, 40], pods }))?.unready;
    };
    expect([old(990), old(500)]).toEqual([1, 0]);
  });

  test('a pod without a metric counts as idle before scaling up, as fully busy before scaling down', () => {
    const up = proposalOf(sync({ autoscaler, replicas: 2, usage: [100, undefined] }));
    expect(up).toMatchObject({ ratio: 4, correctedRatio: 2, missing: 1, replicas: 4 });
    const down = proposalOf(sync({ autoscaler, replicas: 4, usage: [5, 5, 5, undefined] }));
    expect(down).toMatchObject({ ratio: 0.2, correctedRatio: 0.64, replicas: 3 });
  });

  test('filling in must not turn the direction', () => {
    const decision = sync({ autoscaler, replicas: 2, usage: [20, undefined] });
    expect(proposalOf(decision)).toMatchObject({ ratio: 0.8, correctedRatio: 1.4, keptBy: 'direction', replicas: 2 });
  });

  test('no metric at all is an error, not a zero', () => {
    const decision = sync({ autoscaler, replicas: 2, usage: [undefined, undefined] });
    expect(conditionOf(decision.conditions, 'ScalingActive')?.message).toMatch(/did not receive metrics/);
    expect(decision.replicas).toBe(2);
  });
});

describe('limits', () => {
  test('without behavior at most double, or four', () => {
    const autoscaler = createAutoscaler({ max: 50 });
    const decision = sync({ autoscaler, replicas: 1, usage: [500] });
    expect(decision.replicas).toBe(4);
    expect(conditionOf(decision.conditions, 'ScalingLimited')).toMatchObject({
      status: 'True',
      reason: 'ScaleUpLimit',
    });
    expect(sync({ autoscaler, replicas: 5, usage: Array(5).fill(500) }).replicas).toBe(10);
  });

  test('the bounds, and their reasons', () => {
    const most = sync({ autoscaler: createAutoscaler({ max: 3 }), replicas: 2, usage: [100, 100] });
    expect([most.replicas, reasonOf(most, 'ScalingLimited')]).toEqual([3, 'TooManyReplicas']);
    const memory = { ...emptyAutoscalerMemory, recommendations: [{ replicas: 1, at: start }] };
    const least = sync({ autoscaler: createAutoscaler({ min: 2 }), replicas: 3, usage: [1, 1, 1], memory });
    expect([least.replicas, reasonOf(least, 'ScalingLimited')]).toEqual([2, 'TooFewReplicas']);
    const fine = sync({ autoscaler: createAutoscaler({}), replicas: 3, usage: [25, 25, 25] });
    expect(reasonOf(fine, 'ScalingLimited')).toBe('DesiredWithinRange');
    expect(reasonOf(fine, 'AbleToScale')).toBe('ReadyForNewScale');
    expect(reasonOf(fine, 'ScalingActive')).toBe('ValidMetricFound');
  });

  test('outside of the bounds the metrics are not asked', () => {
    const above = sync({ autoscaler: createAutoscaler({ max: 3 }), replicas: 5, usage: [] });
    expect(above).toMatchObject({
      replicas: 3,
      rescale: true,
      reason: 'Current number of replicas above Spec.MaxReplicas',
    });
    const below = sync({ autoscaler: createAutoscaler({ min: 2 }), replicas: 1, usage: [] });
    expect(below).toMatchObject({ replicas: 2, reason: 'Current number of replicas below Spec.MinReplicas' });
    const off = sync({ autoscaler: createAutoscaler({}), replicas: 0, usage: [] });
    expect(off).toMatchObject({ replicas: 0, rescale: false });
    expect(reasonOf(off, 'ScalingActive')).toBe('ScalingDisabled');
  });

  test('without behavior the highest wish of the last 300 s holds', () => {
    const autoscaler = createAutoscaler({});
    const quiet = [60, 299, 301].map((second) => ({ second, usage: 5 }));
    expect(trace(autoscaler, 4, [{ second: 0, usage: 25 }, ...quiet])).toEqual([4, 4, 4, 1]);
    const held = sync({ autoscaler, replicas: 4, usage: [5, 5, 5, 5] });
    expect(reasonOf(held, 'AbleToScale')).toBe('ScaleDownStabilized');
  });

  test('behavior: up by percent rounds up, down truncates, Min takes the smaller change, Disabled none', () => {
    const window = { stabilizationWindowSeconds: 0 };
    const percent = (value: number) => [{ type: 'Percent' as const, value, periodSeconds: 60 }];
    const up = (scaleUp: object) =>
      sync({ autoscaler: createAutoscaler({ max: 50, behavior: { scaleUp } }), replicas: 5, usage: Array(5).fill(500) })
        .replicas;
    expect(up({ policies: percent(10) })).toBe(6);
    expect(up({})).toBe(10);
    expect(up({ selectPolicy: 'Min' })).toBe(9);
    expect(up({ selectPolicy: 'Disabled' })).toBe(5);
    const down = (scaleDown: object) => {
      const autoscaler = createAutoscaler({ behavior: { scaleDown: { ...window, ...scaleDown } }, max: 50 });
      return sync({ autoscaler, replicas: 5, usage: [1, 1, 1, 1, 1] });
    };
    expect(down({ policies: percent(10) }).replicas).toBe(4);
    expect(reasonOf(down({ policies: percent(10) }), 'ScalingLimited')).toBe('ScaleDownLimit');
    expect(down({}).replicas).toBe(1);
    expect(down({ selectPolicy: 'Disabled' }).replicas).toBe(5);
  });

  test('behavior: scaling up waits for the lowest wish of its window', () => {
    const autoscaler = createAutoscaler({ behavior: { scaleUp: { stabilizationWindowSeconds: 30 } }, max: 50 });
    const memory = { ...emptyAutoscalerMemory, recommendations: [{ replicas: 2, at: start - 20_000 }] };
    const decision = sync({ autoscaler, replicas: 2, usage: [100, 100], memory });
    expect([decision.replicas, reasonOf(decision, 'AbleToScale')]).toEqual([2, 'ScaleUpStabilized']);
  });

  test('a tolerance of its own', () => {
    const behavior = { scaleUp: { tolerance: '0.5' } };
    expect(sync({ autoscaler: createAutoscaler({ behavior }), replicas: 2, usage: [37, 37] }).replicas).toBe(2);
    expect(sync({ autoscaler: createAutoscaler({ behavior }), replicas: 2, usage: [38, 38] }).replicas).toBe(4);
  });
});

const replicas = fc.integer({ min: 1, max: 30 });
const usage = fc.integer({ min: 0, max: 2000 });

test('whatever the load, the result lies between min and max and moves by no more than double or four', () => {
  const bounds = fc.record({ min: fc.integer({ min: 1, max: 10 }), more: fc.integer({ min: 0, max: 20 }) });
  fc.assert(
    fc.property(
      replicas,
      fc.array(usage, { maxLength: 30 }),
      bounds,
      fc.boolean(),
      (current, load, { min, more }, rules) => {
        const autoscaler = createAutoscaler({ min, max: min + more, ...(rules ? { behavior: { scaleUp: {} } } : {}) });
        const given = Array.from({ length: current }, (_, index) => load[index]);
        const { replicas: result } = sync({ autoscaler, replicas: current, usage: given });
        const inside = current >= min && current <= min + more;
        expect(result).toBeGreaterThanOrEqual(inside ? min : Math.min(min, current));
        expect(result).toBeLessThanOrEqual(min + more);
        if (inside) expect(result).toBeLessThanOrEqual(Math.max(2 * current, current + 4));
      },
    ),
  );
});

test('more usage never asks for fewer replicas', () => {
  fc.assert(
    fc.property(replicas, usage, usage, (current, first, second) => {
      const [less, more] = [first, second].sort((a, b) => a - b);
      const wish = (each: number | undefined) =>
        sync({ autoscaler: createAutoscaler({ max: 100 }), replicas: current, usage: Array(current).fill(each) })
          .explanation.wanted ?? 0;
      expect(wish(more)).toBeGreaterThanOrEqual(wish(less));
    }),
  );
});
