import { z } from 'zod';
import { countedSchema } from '../../../systems/stand-in-figure.ts';
import { letSchema } from '../check/let.ts';
import { sourceSchema } from '../check/sources.ts';

const name = z
  .string()
  .regex(/^[a-zA-Z][a-zA-Z0-9_]*$/, 'it is named by letters, digits and `_`, as expressions name it');
const time = z.string().min(1).or(z.number().positive());

const limit = z.strictObject({
  title: z.string().min(1).describe('A positive sentence: what must stay so'),
  expect: z.string().min(1).describe('CEL over what was collected, the figures and the names of `let`'),
  observed: z.string().min(1).describe('What there is; expressions in it see the same'),
  tolerate: z
    .number()
    .int()
    .min(0)
    .max(1000)
    .optional()
    .describe('How many looks in a row may break it; 2 unless said. One that cannot be told counts as well'),
});

/** What a `watch` step may say. */
export const watchShape = {
  watch: z
    .strictObject({
      for: time.describe('How long it watches, e.g. `10m`'),
      every: time.optional().describe('Time between two looks; `5s` unless said'),
      over: time.optional().describe('The time that a figure is of; `30s` unless said'),
      collect: z.record(name, sourceSchema).optional().describe('What is read at each look, as in `check`'),
      figures: z
        .record(name, countedSchema)
        .optional()
        .describe('What the pods of a Service have counted in the last moments; null where that is nothing'),
      let: letSchema.optional(),
      limits: z.array(limit).min(1).describe('What ends the watching at once when it is broken'),
      until: z
        .string()
        .min(1)
        .optional()
        .describe('CEL over the same: ends it well as soon as it is true; with it, time that runs out is not met'),
      say: z.string().min(1).optional().describe('What is shown of each look'),
      latency: z
        .strictObject({ p50: name, p95: name, p99: name })
        .optional()
        .describe('Figures in milliseconds that the latency pane shows'),
      offer: z
        .strictObject({
          text: z.string().min(1).describe('What the person may do meanwhile, as a sentence'),
          label: z.string().min(1).max(24).describe('The same in two words, for the key: `switch back`'),
        })
        .optional()
        .describe('One key ends the watching, as a broken limit does; without a person there is none'),
    })
    .describe('What is watched, for how long, and what must stay so'),
};
export type WatchConfig = z.infer<z.ZodObject<typeof watchShape>>;
