import { z } from 'zod';
import type { StepKind } from '../step-kind.ts';
import { numberOrExpression, scalar } from './step-shapes.ts';

const shape = {
  load: z
    .strictObject({
      scenario: z.string().min(1).describe('A scenario file by the playbook’s folder, e.g. `load/basic.yaml`'),
      url: z.string().optional().describe('What is loaded instead of the scenario’s target; empty for the target'),
      rate: z
        .union([numberOrExpression, z.literal('')])
        .optional()
        .describe('Requests a second'),
      users: z
        .union([numberOrExpression, z.literal('')])
        .optional()
        .describe('Users that wait for their answers'),
      duration: scalar.optional().describe('Of the sustained phase'),
    })
    .describe('A load test'),
};
type Config = z.infer<z.ZodObject<typeof shape>>;

/** Runs a load test. */
export const loadStep: StepKind<Config> = {
  name: 'load',
  description: 'Runs a load test and judges it by its thresholds',
  shape,
  effects: 'outside',
  async run() {
    throw new Error('not yet');
  },
  equivalent: async () => [],
};
