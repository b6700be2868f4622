import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clockSkew } from '../../../src/playbooks/steps/check/sources/clock.ts';

describe('the skew of two clocks', () => {
  const now = Date.parse('2026-03-01T12:00:00.400Z');

  it('is none as long as both may show the same', () => {
    expect(clockSkew('Sun, 01 Mar 2026 12:00:00 GMT', now, now + 30)).toBe(0);
    expect(clockSkew('Sun, 01 Mar 2026 12:00:01 GMT', now, now + 700)).toBe(0);
  });

  it('has a sign: ahead is more, behind is less', () => {
    expect(clockSkew('Sun, 01 Mar 2026 11:59:00 GMT', now, now + 30)).toBe(59);
    expect(clockSkew('Sun, 01 Mar 2026 12:05:00 GMT', now, now + 30)).toBe(-300);
    expect(clockSkew(undefined, now, now)).toBeNull();
  });

  it('is never more than it is', () => {
    fc.assert(
      fc.property(fc.integer({ min: -86_400_000, max: 86_400_000 }), fc.nat(999), fc.nat(2000), (ahead, milli, way) => {
        const server = Date.parse('2026-03-01T12:00:00Z') + milli;
        const said = clockSkew(new Date(server).toUTCString(), server + ahead - way, server + ahead + way);
        expect(Math.abs(said ?? Number.NaN)).toBeLessThanOrEqual(Math.abs(ahead) / 1000 + 1);
        if (Math.abs(ahead) > 3000 + way) expect(Math.sign(said ?? 0)).toBe(Math.sign(ahead));
      }),
    );
  });
});
