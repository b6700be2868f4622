import type { LoadFigures, StepFigures } from './sample.ts';
import type { Steps } from './scenario.ts';

/**
 * Did a step of a stress test hold? It did not when its P99 broke, when fewer than the wanted share of its requests were
 * answered by the time that its P99 may take, or when the generator itself could not keep up.
 */
export function judgeStep(rule: Steps, step: LoadFigures & { rate: number }, generatorIsLimit: boolean): StepFigures {
  const reason = reasonAgainst(rule, step, generatorIsLimit);
  return { ...step, held: reason === undefined, ...(reason ? { reason } : {}) };
}

function reasonAgainst(
  rule: Steps,
  step: LoadFigures & { rate: number },
  generatorIsLimit: boolean,
): string | undefined {
  if (generatorIsLimit) return 'the generator is the limit, not the system';
  const scheduled = step.rate * step.seconds;
  if (step.requests < rule.done * scheduled) {
    const percent = Math.floor((step.requests / scheduled) * 100);
    return `only ${percent} % of the scheduled requests were answered in time`;
  }
  if (step.response.p99 > rule.p99) return `P99 ${Math.round(step.response.p99)} ms is over ${rule.p99} ms`;
  if (step.errorRate > 1 - rule.done) return `${(step.errorRate * 100).toFixed(1)} % errors`;
  return undefined;
}
