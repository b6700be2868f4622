import { exitCodes, Problem } from '../base/errors.ts';
import type { Scenario, Threshold } from './scenario.ts';
import { scaledForSandbox } from './scenario-scale.ts';

/** What somebody may change about a scenario without writing one. Durations in milliseconds. */
export interface ScenarioOverrides {
  /** Requests a second: makes an open loop of the scenario. */
  rate?: number | undefined;
  /** Makes a closed loop of it. */
  users?: number | undefined;
  sustainedMs?: number | undefined;
  /** How long the way up to the rate takes in all; 0 for none. */
  rampMs?: number | undefined;
  path?: string | undefined;
  connections?: number | undefined;
  /** The load goes to a sandbox: the scenario's own rate is scaled, one that is given here is not. */
  sandbox?: boolean | undefined;
  /** Used where the scenario has none of its own. */
  thresholds?: readonly Threshold[] | undefined;
}

/** The scenario with these changes; its stages keep their proportions. Throws `Problem` for both a rate and users. */
export function withOverrides(written: Scenario, overrides: ScenarioOverrides): Scenario {
  const { rate, users, sustainedMs, rampMs, path, connections, thresholds, sandbox } = overrides;
  if (rate !== undefined && users !== undefined)
    throw new Problem('A load has either a rate or users, not both', {
      next: ['A rate shows what a stall does to people; users wait for it.'],
      exitCode: exitCodes.usage,
    });
  const scenario = sandbox && rate === undefined && users === undefined ? scaledForSandbox(written) : written;
  const changed: Scenario = {
    ...scenario,
    ...shapeFor(scenario, rate, users),
    sustained: sustainedMs ?? scenario.sustained,
    connections: connections ?? scenario.connections,
    request: { ...scenario.request, path: path ?? scenario.request.path },
    thresholds: scenario.thresholds ?? (thresholds ? [...thresholds] : undefined),
  };
  return rampMs === undefined ? changed : withRamp(changed, rampMs);
}

function shapeFor(
  scenario: Scenario,
  rate: number | undefined,
  users: number | undefined,
): Pick<Scenario, 'open' | 'closed' | 'steps'> {
  const { open, closed, steps } = scenario;
  if (users !== undefined)
    return { open: undefined, steps: undefined, closed: closed ? { ...closed, users } : { users, ramp: 0, think: 0 } };
  if (rate === undefined) return { open, closed, steps };
  if (steps) return { open, closed, steps: { ...steps, from: rate, to: Math.max(steps.to, rate) } };
  if (!open) return { open: { rate, stages: [] }, closed: undefined, steps };
  const factor = rate / open.rate;
  return {
    closed,
    steps,
    open: {
      rate,
      from: open.from === undefined ? undefined : open.from * factor,
      stages: open.stages.map((stage) => ({ ...stage, to: stage.to === undefined ? undefined : stage.to * factor })),
    },
  };
}

function withRamp(scenario: Scenario, rampMs: number): Scenario {
  const { open, closed } = scenario;
  if (closed) return { ...scenario, closed: { ...closed, ramp: rampMs } };
  if (!open) return scenario;
  if (rampMs === 0) return { ...scenario, open: { rate: open.rate, stages: [] } };
  const before = open.stages.reduce((sum, stage) => sum + stage.over, 0);
  const stages =
    before === 0
      ? [{ to: open.rate, over: rampMs }]
      : open.stages.map((stage) => ({ ...stage, over: (stage.over / before) * rampMs }));
  return { ...scenario, open: { ...open, stages } };
}
