import { formatDuration } from '../../../base/duration.ts';
import type { LoadSample } from '../../../load/sample.ts';
import type { Scenario } from '../../../load/scenario.ts';
import { createSchedule } from '../../../load/schedule.ts';
import type { StepContext } from '../../step-kind.ts';

/** Hands each sample on and says once a second how the load goes. */
export function createLoadProgress(
  scenario: Scenario,
  { sample: handOn, progress }: Pick<StepContext, 'sample' | 'progress'>,
): (sample: LoadSample) => void {
  const seconds = createSchedule(scenario).end / 1000;
  let second: LoadSample[] = [];
  return (sample) => {
    handOn(sample);
    second.push(sample);
    if (second.length < 4) return;
    progress(describe(second, seconds), Math.min(1, sample.t / Math.max(1, seconds)));
    second = [];
  };
}

function describe(samples: readonly LoadSample[], seconds: number): string {
  const last = samples.at(-1);
  const sum = (key: 'done' | 'errors') => samples.reduce((total, sample) => total + sample[key], 0);
  const slowest = Math.max(0, ...samples.map(({ latency }) => latency?.p95 ?? 0));
  const errors = sum('errors') > 0 ? `, ${sum('errors')} errors` : '';
  const at = `${formatDuration((last?.t ?? 0) * 1000)} of ${formatDuration(seconds * 1000)}`;
  return `${last?.phase ?? 'ramp'}: ${sum('done')}/s, P95 ${Math.round(slowest)} ms${errors} (${at})`;
}
