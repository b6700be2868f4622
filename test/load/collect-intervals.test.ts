import fc from 'fast-check';
import { expect, test } from 'vitest';
import { collectIntervals } from '../../src/load/collect-intervals.ts';
import { createHistogram, packHistogram } from '../../src/load/histogram.ts';
import type { LoadSample } from '../../src/load/sample.ts';
import { readScenario } from '../../src/load/scenario-file.ts';
import { createSchedule } from '../../src/load/schedule.ts';

const text = `
title: A test
target: { service: 'web:80' }
open: { from: 100, rate: 300, stages: [{ to: 300, over: 1s }] }
sustained: 1s
request: { path: / }
`;

test('whatever moments its intervals end at, a load scheduled every request once, and aims at its rate to the end', () => {
  const { value: scenario, diagnostics } = readScenario(text, 'test.yaml', 'test');
  if (!scenario) throw new Error(JSON.stringify(diagnostics));
  const schedule = createSchedule(scenario);
  const moments = fc.uniqueArray(fc.double({ min: 0.1, max: schedule.end - 1, noNaN: true }), { minLength: 1 });
  fc.assert(
    fc.property(moments, (inner) => {
      const samples: LoadSample[] = [];
      const address = { url: 'http://127.0.0.1:1' };
      const onSample = (sample: LoadSample) => void samples.push(sample);
      const collected = collectIntervals({ scenario, schedule, workers: 1, address, stop: () => {}, onSample });
      const ends = [...inner.sort((a, b) => a - b), schedule.end + 0.4];
      for (const [index, t] of ends.entries())
        collected.add(0, {
          ...{ type: 'interval', index, t, sent: 0, inFlight: 0, queued: 0, busy: 0, arrived: [], failures: {} },
          ...{ lag: packHistogram(createHistogram()), phases: [], last: index === ends.length - 1 },
        });
      expect(samples.reduce((sum, { scheduled }) => sum + scheduled, 0)).toBe(schedule.dueAt(schedule.end));
      expect(samples.filter(({ phase, target }) => phase === 'sustained' && target === 0)).toEqual([]);
    }),
  );
});
