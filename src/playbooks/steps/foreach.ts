import { z } from 'zod';
import { atOnce, writtenSteps } from '../schema.ts';
import type { StepKind } from '../step-kind.ts';

const shape = {
  foreach: z
    .union([
      z.array(z.json()),
      z.string().regex(/^\$\{\{.*\}\}$/s, 'the items are a list, or one expression that comes to a list'),
    ])
    .describe('The items, one after the other: a list, or an expression that comes to one'),
  as: z
    .string()
    .regex(/^[a-zA-Z][a-zA-Z0-9_]*$/, 'an item is named by letters, digits and `_`, as expressions name it')
    .optional()
    .describe('What expressions in the steps call the item; `item` unless said'),
  steps: writtenSteps.describe('What is done for each of them'),
  'at-once': atOnce.optional().describe('How many items are worked on at the same time at most; 1 unless said'),
};
type Config = z.infer<z.ZodObject<typeof shape>>;

/** Holds steps that are run for each item of a list; the runner runs them. */
export const foreachStep: StepKind<Config> = {
  name: 'foreach',
  description: 'Runs its steps once for each item of a list',
  shape,
  effects: 'none',
  needsCluster: () => false,
  outputs: { results: 'list' },
  holds: 'steps',
  run: async () => ({}),
  equivalent: async () => [],
};
