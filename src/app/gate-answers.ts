import type { Gate } from '../playbooks/runs/gate.ts';

/** What is offered where nothing is to be typed; the second one leaves things as they are. */
export function gateChoices({ kind }: Gate): readonly [string, string] {
  return kind === 'held' ? ['Follow it', 'Leave it'] : ['Agree to exactly this', 'No'];
}

/** What is to be typed, if anything is. */
export function gateExpects(gate: Gate): string | undefined {
  if (gate.kind === 'production') return gate.context;
  return gate.kind === 'dead' ? gate.run : undefined;
}
