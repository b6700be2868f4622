import type { LoadFigures, LoadResult, StepFigures, ThresholdResult } from './sample.ts';
import { scaleText } from './scenario-scale.ts';

export interface SummaryOptions {
  /** The system's own name, e.g. `T.A.R.S.`; without one the scenario's. */
  title?: string | undefined;
  symbols: { ok: string; bad: string; next: string };
  /** How the load can be run again, and where to look; shown at the end. */
  next?: readonly string[] | undefined;
}

/**
 * The summary that the deployment guide shows, from the sustained phase, then every target ticked or crossed, how the load
 * was made, what limits the figures, and what to do next. No styles.
 */
export function summaryLines(result: LoadResult, options: SummaryOptions): string[] {
  const heading = `=== ${options.title ?? result.scenario} Load Test Summary ===`;
  return [
    heading,
    ...summaryRows(result).map(([name, value]) => `${name}: ${value}`),
    '='.repeat(heading.length),
    ...thresholdLines(result.thresholds, options.symbols),
    ...stepLines(result.steps ?? [], options.symbols),
    ...notes(result),
    ...nextSteps(result, options),
  ];
}

/** The deployment guide's seven figures, by its names, from the phase that is judged. */
export function summaryRows(result: LoadResult): [name: string, value: string][] {
  const { requests, requestsPerSecond, errorRate, response, cacheHitRatio } = shownFigures(result);
  const { scale } = result;
  const rehearsal: [string, string][] = scale === undefined ? [] : [['Rehearsal', scaleText(scale, requestsPerSecond)]];
  return [
    ...rehearsal,
    ['Total Requests', requests.toLocaleString('en-US')],
    ['Requests/sec', requestsPerSecond.toFixed(2)],
    ['Error Rate', percent(errorRate)],
    ['P50 Latency', milliseconds(response.p50)],
    ['P95 Latency', milliseconds(response.p95)],
    ['P99 Latency', milliseconds(response.p99)],
    ['Cache Hit Ratio', cacheHitRatio === undefined ? 'not known' : percent(cacheHitRatio)],
  ];
}

function thresholdLines(thresholds: readonly ThresholdResult[], symbols: SummaryOptions['symbols']): string[] {
  return thresholds.map(({ title, observed, met }) => `${met ? symbols.ok : symbols.bad} ${title}: ${observed}`);
}

function stepLines(steps: readonly StepFigures[], symbols: SummaryOptions['symbols']): string[] {
  if (steps.length === 0) return [];
  const lines = steps.map(({ rate, held, reason, response }) => {
    const what = held ? `held, P99 ${milliseconds(response.p99)}` : `did not hold: ${reason}`;
    return `${held ? symbols.ok : symbols.bad} ${Math.round(rate).toLocaleString('en-US')}/s ${what}`;
  });
  const best = steps.filter((step) => step.held).at(-1);
  const end = steps.every((step) => step.held) ? ' (the search ended here, not the system)' : '';
  const found = best
    ? `Highest rate that held: ${Math.round(best.rate).toLocaleString('en-US')}/s${end}`
    : 'No step held.';
  return [...lines, found];
}

function notes(result: LoadResult): string[] {
  const { sustained, whole, loop, stopped, limitedBy, lagP99 } = result;
  const lines = [
    loop === 'open'
      ? 'Open loop: latency counts from when each request was due, so waiting is in it.'
      : 'Closed loop: users wait for their answer, so a stall of the system is hidden in these figures.',
    `Figures above: ${judgedPart(result)}, ${seconds(shownFigures(result).seconds)}. Whole run: ${whole.requests.toLocaleString('en-US')} requests in ${seconds(whole.seconds)}, P95 ${milliseconds(whole.response.p95)}, errors ${percent(whole.errorRate)}.`,
  ];
  if (stopped) lines.push('Stopped before its time: these figures are of what was done until then.');
  if (limitedBy === 'generator')
    lines.push(
      `Limited by the generator: this machine sent late (lag P99 ${milliseconds(lagP99)}), so the system may be faster than these figures.`,
    );
  const refused = sustained.statuses[429] ?? 0;
  if (refused > 0)
    lines.push(
      `${refused.toLocaleString('en-US')} answers were 429: a limit of the system refused them, it did not fail.`,
    );
  const failures = Object.entries(result.failures ?? {});
  if (failures.length > 0)
    lines.push(
      `Without an answer: ${failures.map(([code, count]) => `${count.toLocaleString('en-US')} × ${code}`).join(', ')}.`,
    );
  return lines;
}

/** The sustained phase; of a load that ended before it, what there is. */
function shownFigures({ sustained, whole }: LoadResult): LoadFigures {
  return sustained.requests > 0 ? sustained : whole;
}

function judgedPart(result: LoadResult): string {
  const { steps } = result;
  if (shownFigures(result) === result.whole) return 'the whole run, which did not get to its sustained phase';
  if (!steps) return 'the sustained phase';
  return steps.some((step) => step.held) ? 'the last step that held' : 'the first step, which did not hold';
}

function nextSteps(result: LoadResult, { symbols, next = [] }: SummaryOptions): string[] {
  const missed = result.thresholds.filter((threshold) => !threshold.met);
  const advice: string[] = [];
  if (result.limitedBy === 'generator')
    advice.push('Run the load from a machine with more cores, or ask for a lower rate.');
  if (missed.length > 0 && (result.sustained.statuses[429] ?? 0) > 0)
    advice.push('Raise the limit that answered 429, or use more client ids, and run it again.');
  if (missed.some(({ expect }) => /metrics\.(p\d+|max|mean)/.test(expect)))
    advice.push(
      'Slow: were replicas still being added? Then a longer ramp. Was the autoscaler at its maximum? Then allow more.',
    );
  return [...advice, ...next].map((line) => `${symbols.next} ${line}`);
}

/** Were all thresholds met? A load without thresholds meets them. */
export function allMet(result: LoadResult): boolean {
  return result.thresholds.every((threshold) => threshold.met);
}

function milliseconds(value: number): string {
  return `${value.toFixed(2)}ms`;
}

function percent(ratio: number): string {
  return `${(ratio * 100).toFixed(2)}%`;
}

function seconds(value: number): string {
  return `${Number(value.toFixed(1))} s`;
}
