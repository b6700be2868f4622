import { expect, test } from 'vitest';
import { progressLine } from '../../src/load/progress-line.ts';
import type { LoadSample } from '../../src/load/sample.ts';

const sample: LoadSample = {
  t: 12.25,
  phase: 'sustained',
  target: 208,
  scheduled: 52,
  sent: 52,
  done: 52,
  errors: 1,
  cacheHits: 0,
  cacheLookups: 0,
  inFlight: 30,
  queued: 0,
  statuses: {},
  latency: { p50: 100, p95: 238.4, p99: 300, max: 400 },
  lagP99: 1,
};

test('one line says how it goes: time, phase, rate against the wanted one, P95, errors', () => {
  const line = progressLine(
    [sample, { ...sample, t: 12.5, latency: { p50: 1, p95: 9, p99: 9, max: 9 }, recent: sample.latency }],
    'open',
  );
  expect(line).toBe('  12s  sustained  208/s of 208/s    P95 238 ms    errors 2');
  expect(progressLine([{ ...sample, queued: 7 }], 'open')).toContain('waiting 7');
  expect(progressLine([{ ...sample, target: 10 }], 'closed')).toContain('208/s by 10 users');
  expect(progressLine([{ ...sample, done: 0, latency: undefined }], 'open')).toContain('P95 -');
  expect(progressLine([], 'open')).toBeUndefined();
});
