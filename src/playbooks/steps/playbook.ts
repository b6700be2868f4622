import { z } from 'zod';
import type { StepKind } from '../step-kind.ts';
import { scalar } from './step-shapes.ts';

const shape = {
  playbook: z
    .string()
    .regex(/^[a-z0-9-]+\/[a-z0-9-]+$/, 'a playbook is named `<system>/<playbook>`')
    .describe('The playbook whose steps are run here'),
  with: z
    .record(z.string(), scalar)
    .optional()
    .describe('Its inputs; one that is left out is this playbook’s of the same name'),
};
type Config = z.infer<z.ZodObject<typeof shape>>;

/** Holds the steps of another playbook; they are run in its place. */
export const playbookStep: StepKind<Config> = {
  name: 'playbook',
  description: 'Runs the steps of another playbook',
  shape,
  effects: 'none',
  needsCluster: () => false,
  run: async () => ({}),
  equivalent: async () => [],
};
