import { z } from 'zod';
import type { StepKind } from '../step-kind.ts';
import { numberOrExpression, objectName } from './step-shapes.ts';

const shape = {
  scale: z
    .strictObject({ workload: objectName, replicas: numberOrExpression })
    .describe('A workload and how many replicas it is to have'),
  wait: z.enum(['ready']).optional().describe('`ready`: until that many are ready'),
};
type Config = z.infer<z.ZodObject<typeof shape>>;

/** Sets the replicas of a workload. */
export const scaleStep: StepKind<Config> = {
  name: 'scale',
  description: 'Sets how many replicas a workload has',
  shape,
  effects: 'cluster',
  async run() {
    throw new Error('not yet');
  },
  equivalent: async () => [],
};
