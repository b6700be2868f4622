import { z } from 'zod';
import type { StepKind } from '../step-kind.ts';
import { objectName } from './step-shapes.ts';

const shape = {
  wait: z
    .strictObject({
      ready: z.array(objectName).min(1).optional().describe('Objects that must become ready'),
      deleted: z.array(objectName).min(1).optional().describe('Objects that must be gone'),
      condition: z
        .strictObject({
          of: z.array(objectName).min(1),
          type: z.string().min(1).describe('As in `status.conditions`, e.g. `Established`'),
          status: z.enum(['True', 'False', 'Unknown']).optional().describe('`True` unless said'),
        })
        .optional()
        .describe('A condition that objects must have'),
    })
    .describe('What is waited for'),
};
type Config = z.infer<z.ZodObject<typeof shape>>;

/** Waits for objects. */
export const waitStep: StepKind<Config> = {
  name: 'wait',
  description: 'Waits until objects are ready, gone, or have a condition',
  shape,
  effects: 'none',
  async run() {
    throw new Error('not yet');
  },
  equivalent: async () => [],
};
