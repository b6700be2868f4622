/** What Flagger remembers of a canary, as its status has it: https://docs.flagger.app/usage/how-it-works */
export interface CanaryStatus {
  phase: 'Initializing' | 'Initialized' | 'Progressing' | 'Promoting' | 'Finalising' | 'Succeeded' | 'Failed';
  canaryWeight: number;
  failedChecks: number;
  iterations: number;
}

export interface Analysis {
  /** How many checks may fail before it goes back. */
  threshold: number;
  maxWeight: number;
  stepWeight: number;
}

/** What one check found: undefined where there was nothing to judge, which Flagger counts as failed too. */
export type Check = boolean | undefined;

/**
 * What becomes of a canary after one check. A weight that has reached its most is promoted; too many failed checks take all of the
 * traffic back. Pure.
 */
export function afterCheck(status: CanaryStatus, check: Check, analysis: Analysis): CanaryStatus {
  const { threshold, maxWeight, stepWeight } = analysis;
  if (check !== true) {
    const failedChecks = status.failedChecks + 1;
    if (failedChecks >= threshold) return { ...status, phase: 'Failed', canaryWeight: 0, failedChecks };
    return { ...status, failedChecks };
  }
  if (status.canaryWeight >= maxWeight) return { ...status, phase: 'Promoting' };
  const canaryWeight = Math.min(maxWeight, status.canaryWeight + stepWeight);
  return { ...status, canaryWeight, iterations: status.iterations + 1 };
}

/** Requests and those of them that failed with 5xx, counted by a pod in Prometheus' text format; health checks do not count. */
export function requestsIn(text: string): { all: number; failed: number } {
  const counted = { all: 0, failed: 0 };
  for (const line of text.split('\n')) {
    const [, labels = '', number = ''] = /^[a-z_]*requests_total\{(.*)\} (\S+)$/.exec(line) ?? [];
    if (labels === '' || /path="\/(health|ready|metrics)"/.test(labels)) continue;
    counted.all += Number(number);
    if (/status="5\d\d"/.test(labels)) counted.failed += Number(number);
  }
  return counted;
}
