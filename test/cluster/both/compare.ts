import { expect } from 'vitest';
import { runStep, type Step } from './step.ts';
import type { TwoServers } from './two-servers.ts';

/** Each step by its place in the script and its command. */
export function titled(steps: readonly Step[]): (readonly [string, Step])[] {
  return steps.map((step, at) => [`${at + 1}. ${step.run}${step.account ? ` as ${step.account}` : ''}`, step] as const);
}

/** Runs a step on both: the real one must answer as the script says, the sandbox as the real one. */
export async function bothAnswerTheSame({ sandbox, real }: TwoServers, step: Step, namespace: string): Promise<void> {
  const [ours, theirs] = await Promise.all([runStep(sandbox, step, namespace), runStep(real, step, namespace)]);
  expect(theirs.text, 'the real control plane').toMatch(step.shows);
  expect(theirs.code, theirs.text).toBe(step.code ?? 0);
  expect(ours).toEqual(theirs);
}
