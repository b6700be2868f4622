import type { Scenario } from './scenario.ts';

/** Connections that even the smallest rehearsal may open: fewer would be what limits it. */
const fewestConnections = 100;

/**
 * The scenario as the sandbox can carry it: every rate and number of users divided by its `sandbox-scale`, and the scale in its
 * title. The same scenario where it has none.
 */
export function scaledForSandbox(scenario: Scenario): Scenario {
  const { open, closed, steps, connections } = scenario;
  const scale = scenario['sandbox-scale'];
  if (scale === undefined || scale === 1) return scenario;
  const part = (rate: number) => rate / scale;
  return {
    ...scenario,
    scale,
    title: `${scenario.title} (rehearsal at 1:${scale})`,
    connections: Math.max(Math.min(connections, fewestConnections), Math.ceil(part(connections))),
    closed: closed && { ...closed, users: Math.max(1, Math.round(part(closed.users))) },
    steps: steps && { ...steps, from: part(steps.from), to: part(steps.to) },
    open: open && {
      rate: part(open.rate),
      from: open.from === undefined ? undefined : part(open.from),
      stages: open.stages.map((stage) => ({ ...stage, to: stage.to === undefined ? undefined : part(stage.to) })),
    },
  };
}

/** What a rate at that scale stands for: `1:100, stands for 20,800/s`. */
export function scaleText(scale: number, rate: number): string {
  return `1:${scale}, stands for ${Math.round(rate * scale).toLocaleString('en-US')}/s`;
}
