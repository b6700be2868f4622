import { z } from 'zod';

const service = z.string().min(1).describe('`name:port` of the Service that shows it');
const path = z.string().optional().describe('`/metrics` unless said');
const times = z.number().optional().describe('What the figure is multiplied with: 1000 for seconds as milliseconds');
const counted = z.strictObject({
  metric: z.string().min(1).describe('A counter by its name'),
  matching: z
    .record(z.string(), z.string())
    .optional()
    .describe('Only series whose labels fit these regular expressions as a whole: `status: 5..`'),
  not: z.record(z.string(), z.string()).optional().describe('Without series whose labels fit these'),
});

/** What pods have counted from one moment to the next. */
export const countedSchema = z.union([
  z
    .strictObject({
      quantile: z.number().min(0).max(1).describe('Which part of the observations is at most the figure: 0.95'),
      of: counted.describe('A histogram by its name without `_bucket`'),
      service,
      path,
      times,
    })
    .describe('A quantile of what was newly observed, over all ready pods of the Service'),
  z
    .strictObject({
      share: z.array(counted).min(1).describe('What is counted'),
      of: z.array(counted).min(1).describe('What it is a part of'),
      service,
      path,
      times,
    })
    .describe('A part of a whole, of what was newly counted, over all ready pods of the Service'),
]);

/** Figures that the sandbox knows, in place of a query that only a Prometheus could answer. */
export const standInSchema = z.union([
  z.strictObject({
    pods: z.enum(['cpu', 'memory', 'count', 'ready', 'restarts']).describe('Cores, bytes, or how many'),
    selector: z.string().optional().describe('Labels: `app=tars-backend`'),
  }),
  z.strictObject({
    metric: z.string().min(1).describe('A metric of a program in the cluster, by its name'),
    service,
    path,
    labels: z.record(z.string(), z.string()).optional().describe('Only series with these labels'),
    as: z.enum(['value', 'rate']).optional().describe('`rate`: how much more of it in a second, over all ready pods'),
    not: z
      .record(z.string(), z.string())
      .optional()
      .describe('With `rate`: without series whose labels fit these regular expressions'),
  }),
  ...countedSchema.options,
]);
export type StandInFigure = z.infer<typeof standInSchema>;

/** Those that compare what pods have counted from one moment to the next. */
export type CountedFigure = Extract<StandInFigure, { of: unknown }>;
export type Counted = z.infer<typeof counted>;
