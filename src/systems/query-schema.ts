import { z } from 'zod';
import { standInSchema } from './stand-in-figure.ts';

/** What a figure is held against. */
export const targetShape = z
  .strictObject({ most: z.number().optional(), least: z.number().optional() })
  .refine(({ most, least }) => (most === undefined) !== (least === undefined), 'give one of `most` and `least`')
  .optional()
  .describe('The most, or the least, that it should be');

/** A figure of a system that a Prometheus knows, in `system.yaml`. */
export const querySchema = z.strictObject({
  title: z.string().min(1).describe('What it is called: P95 latency'),
  query: z.string().min(1).describe('PromQL that gives one series'),
  unit: z.string().describe('What stands behind the figure: `ms`, `%`; may be empty'),
  description: z.string().min(1).optional().describe('What it means, in a sentence'),
  target: targetShape,
  rehearse: standInSchema.optional().describe('Where the sandbox has no Prometheus: a figure that it knows'),
});
export type SystemQuery = z.output<typeof querySchema>;
