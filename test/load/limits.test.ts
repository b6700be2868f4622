import { describe, expect, test } from 'vitest';
import { heaviestUse, limitFindings } from '../../src/load/limits.ts';
import { createRequests, withDrawnValues } from '../../src/load/request-values.ts';
import { defineScenario } from '../../src/load/scenario.ts';
import { findScenario } from '../../src/load/scenario-file.ts';
import { withOverrides } from '../../src/load/scenario-overrides.ts';

const perClient = { perMinute: 30, configMap: 'tars-config', key: 'RATE_LIMIT_PER_MINUTE', value: 'client' };
const ingress = (inTheWay: boolean) => ({ name: 'tars-ingress', requestsPerSecond: 100, inTheWay });

describe('limits that would spoil a load test', () => {
  test('the basic test keeps the limit of each client, and says by how much', () => {
    const [finding] = limitFindings(findScenario('tars/basic'), { namespace: 'tars', perClient });
    expect(finding).toMatchObject({ level: 'ok', observed: '21 a minute from each of 600 clients at 208/s' });
  });

  test('a higher rate with the same clients does not, and the finding says how many it takes', () => {
    const scenario = withOverrides(findScenario('tars/basic'), { rate: 500 });
    const [finding] = limitFindings(scenario, { namespace: 'tars', perClient });
    expect(finding?.level).toBe('warning');
    expect(finding?.repair).toContain('at least 1,000 clients');
    expect(finding?.repair).toContain('"RATE_LIMIT_PER_MINUTE":"50"');
  });

  test('a test that is shorter than a minute sends less than a minute’s worth', () => {
    const scenario = withOverrides(findScenario('tars/basic'), { rate: 500, rampMs: 0, sustainedMs: 10_000 });
    const [finding] = limitFindings(scenario, { namespace: 'tars', perClient });
    expect(finding).toMatchObject({ level: 'ok', observed: '10 in 12 s from each of 600 clients at 500/s' });
  });

  test('clients that are picked unevenly are judged by the busiest', () => {
    const scenario = defineScenario('skewed', {
      title: 'skewed',
      open: { rate: 100 },
      values: { client: { of: 1000, pick: 'skewed', exponent: 1 } },
    });
    const [finding] = limitFindings(scenario, { namespace: 'tars', perClient });
    expect(finding?.level).toBe('warning');
    expect(finding?.observed).toContain('the busiest of 1,000 clients');
  });

  test('the limit of the Ingress counts only for a load that goes through it', () => {
    const scenario = findScenario('tars/basic');
    expect(limitFindings(scenario, { namespace: 'tars', ingress: ingress(false) })).toEqual([]);
    const [finding] = limitFindings(scenario, { namespace: 'tars', ingress: ingress(true) });
    expect(finding).toMatchObject({ level: 'warning', observed: '208/s from this machine' });
    expect(finding?.repair).toContain('limit-rps="208"');
  });

  test('the rate of a closed loop is not known before, so nothing is claimed', () => {
    const scenario = findScenario('tars/custom');
    expect(limitFindings(scenario, { namespace: 'tars', perClient, ingress: ingress(true) })).toEqual([]);
  });

  test('a load that is judged by nothing is there to run into a limit', () => {
    const scenario = findScenario('tars/ingress-limit');
    expect(limitFindings(scenario, { namespace: 'tars', ingress: ingress(true) })).toEqual([]);
  });

  test('a client that is one for the whole test sends everything, and is another in the next one', () => {
    const scenario = findScenario('tars/client-limit');
    expect(heaviestUse(scenario, 'client')).toMatchObject({ rate: 6, share: 1, each: 60 });
    const idsOf = () => {
      const request = createRequests(withDrawnValues(scenario), 1);
      return new Set([0, 1, 2].map((index) => request(index).headers['X-Client-ID']));
    };
    const [one, other] = [idsOf(), idsOf()];
    expect([one.size, other.size]).toEqual([1, 1]);
    expect([...one][0]).toMatch(/^limit-check-\d+$/);
    expect(one).not.toEqual(other);
  });
});
