import type { z } from 'zod';
import { atOnce, writtenSteps } from '../schema.ts';
import type { StepKind } from '../step-kind.ts';

const shape = {
  parallel: writtenSteps.describe('Steps that run side by side; `needs` orders them where that matters'),
  'at-once': atOnce.optional().describe('How many of them run at the same time at most'),
};
type Config = z.infer<z.ZodObject<typeof shape>>;

/** Holds steps that need not wait for each other; the runner runs them. */
export const parallelStep: StepKind<Config> = {
  name: 'parallel',
  description: 'Runs steps side by side, and ends when all of them have',
  shape,
  effects: 'none',
  needsCluster: () => false,
  holds: 'steps',
  run: async () => ({}),
  equivalent: async () => [],
};
