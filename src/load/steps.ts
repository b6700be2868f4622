import type { LoadFigures, StepFigures } from './sample.ts';
import type { Steps } from './scenario.ts';
import type { Schedule } from './schedule.ts';
import type { Totals } from './totals.ts';

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

/** Judges the steps of a stress test one after the other, each when the answers that may still hold it had their time. */
export function createStepJudge(rule: Steps, schedule: Schedule, totals: Totals) {
  const steps: StepFigures[] = [];
  const phases = [...schedule.phases.entries()].filter(([, phase]) => phase.kind === 'step');
  return {
    steps: steps as readonly StepFigures[],
    /** Judges what can be judged at `elapsed` ms, `patience` ms after a step's end. True: a step did not hold. */
    broke(elapsed: number, patience: number, generatorIsLimit: boolean): boolean {
      for (const [index, phase] of phases.slice(steps.length)) {
        if (phase.end + patience > elapsed || steps.at(-1)?.held === false) break;
        const rate = schedule.levelAt(phase.start);
        steps.push(judgeStep(rule, { ...totals.figures([index], elapsed), rate }, generatorIsLimit));
      }
      return steps.at(-1)?.held === false;
    },
  };
}
