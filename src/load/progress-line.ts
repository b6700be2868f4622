import type { LoadSample } from './sample.ts';

/** One line on how a load goes, over the samples since the line before. Undefined without samples. */
export function progressLine(samples: readonly LoadSample[], loop: 'open' | 'closed'): string | undefined {
  const last = samples.at(-1);
  const first = samples[0];
  if (!last || !first) return undefined;
  const sum = (pick: (sample: LoadSample) => number) => samples.reduce((total, sample) => total + pick(sample), 0);
  const [done, errors] = [sum((sample) => sample.done), sum((sample) => sample.errors)];
  const p95 = (last.recent ?? last.latency)?.p95;
  const wanted = loop === 'open' ? `of ${Math.round(last.target)}/s` : `by ${Math.round(last.target)} users`;
  const words = [
    `${String(Math.floor(last.t)).padStart(4)}s`,
    last.phase.padEnd(9),
    `${Math.round(done / (samples.length / 4))}/s ${last.phase === 'drain' ? '' : wanted}`.padEnd(16),
    `P95 ${p95 === undefined ? '-' : `${Math.round(p95)} ms`}`.padEnd(12),
    `errors ${errors}`,
    ...(last.queued > 0 ? [`waiting ${last.queued}`] : []),
  ];
  return words.join('  ');
}
