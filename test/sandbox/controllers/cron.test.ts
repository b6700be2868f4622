import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type CronJob, dueTime } from '../../../src/sandbox/controllers/cron-due.ts';
import { parseCron } from '../../../src/sandbox/controllers/cron-schedule.ts';
import { timeZone } from '../../../src/sandbox/controllers/cron-zone.ts';

const at = (text: string) => Date.parse(text);
const next = (line: string, after: string, zone?: string) => {
  const found = parseCron(line, timeZone(zone))?.next(at(after));
  return found && new Date(found).toISOString().replace('.000', '');
};

describe('the clocks of a place', () => {
  test.each([
    ['0 9 * * *', '2026-03-01T12:00:00Z', 'Asia/Kolkata', '2026-03-02T03:30:00Z'],
    ['0 0 * * *', '2026-07-01T12:00:00Z', 'America/New_York', '2026-07-02T04:00:00Z'],
    // 29 March: clocks in Berlin go from two to three.
    ['30 2 * * *', '2026-03-28T12:00:00Z', 'Europe/Berlin', '2026-03-30T00:30:00Z'],
    ['0 12 29 3 *', '2026-03-28T12:00:00Z', 'Europe/Berlin', '2026-03-29T10:00:00Z'],
    // 25 October: the hour from two to three comes twice.
    ['30 2 * * *', '2026-10-24T12:00:00Z', 'Europe/Berlin', '2026-10-25T00:30:00Z'],
    ['30 2 * * *', '2026-10-25T00:30:00Z', 'Europe/Berlin', '2026-10-25T01:30:00Z'],
  ])('`%s` after %s in %s comes at %s', (line, after, zone, expected) => {
    expect(next(line, after, zone)).toBe(expected);
  });

  test('no place of that name is an error', () => {
    expect(() => timeZone('Nowhere/Else')).toThrow(RangeError);
  });

  test('moments are written with their offset', () => {
    expect(timeZone('Asia/Kolkata').format(at('2026-03-01T12:00:00Z'))).toBe('2026-03-01T17:30:00+05:30');
    expect(timeZone('America/New_York').format(at('2026-03-01T12:00:00Z'))).toBe('2026-03-01T07:00:00-05:00');
    expect(timeZone().format(at('2026-03-01T12:00:00Z'))).toBe('2026-03-01T12:00:00Z');
  });

  test('every time that comes is on the minute and the day that the line names', () => {
    const line = fc.record({
      minute: fc.integer({ min: 0, max: 59 }),
      hour: fc.integer({ min: 4, max: 23 }),
      weekday: fc.nat(6),
    });
    const zones = fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Pacific/Auckland');
    const moments = fc.integer({ min: at('2025-01-01T00:00:00Z'), max: at('2027-01-01T00:00:00Z') });
    fc.assert(
      fc.property(line, zones, moments, ({ minute, hour, weekday }, name, after) => {
        const zone = timeZone(name);
        const found = parseCron(`${minute} ${hour} * * ${weekday}`, zone)?.next(after) ?? 0;
        expect(found).toBeGreaterThan(after);
        expect(found - after).toBeLessThanOrEqual((7 * 24 + 1) * 3_600_000);
        expect(zone.at(found)).toMatchObject({ minute, hour, weekday });
      }),
    );
  });
});

test.each([
  ['@every 90m', '2026-03-01T12:00:00Z', '2026-03-01T13:30:00Z'],
  ['@every 1h30m10s', '2026-03-01T12:00:00Z', '2026-03-01T13:30:10Z'],
])('`%s` after %s comes at %s', (line, after, expected) => expect(next(line, after)).toBe(expected));

describe('what is due', () => {
  const cron = (spec: Partial<CronJob['spec']>, last?: string): CronJob => ({
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name: 'nightly', creationTimestamp: '2026-03-01T00:00:30Z' },
    spec: { schedule: '', jobTemplate: { spec: { template: { spec: { containers: [] } } } }, ...spec },
    status: last ? { lastScheduleTime: last } : {},
  });
  const due = (line: string, now: string, spec: Partial<CronJob['spec']> = {}, last?: string) => {
    const schedule = parseCron(line);
    if (!schedule) throw new Error(line);
    const { time, many } = dueTime(cron(spec, last), schedule, at(now));
    return [time && new Date(time).toISOString().slice(5, 16), many];
  };

  test('is nothing before its first time', () =>
    expect(due('0 1 * * *', '2026-03-01T00:59:59Z')).toEqual([undefined, false]));
  test('is the newest time, not those missed before it', () =>
    expect(due('0 * * * *', '2026-03-01T05:20:00Z')).toEqual(['03-01T05:00', false]));
  test('is nothing when that was done', () =>
    expect(due('0 * * * *', '2026-03-01T05:20:00Z', {}, '2026-03-01T05:00:00Z')).toEqual([undefined, false]));
  test('says when more than a hundred were missed', () =>
    expect(due('* * * * *', '2026-03-01T05:20:10Z')).toEqual(['03-01T05:20', true]));
  test('is nothing that lies further back than its deadline', () =>
    expect(due('0 * * * *', '2026-03-01T05:20:00Z', { startingDeadlineSeconds: 60 })).toEqual([undefined, false]));
  test('is found quickly after years', () =>
    expect(due('* * * * *', '2046-03-01T05:20:10Z')).toEqual(['03-01T05:20', true]));
});
