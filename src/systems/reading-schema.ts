import { z } from 'zod';
import { targetShape } from './query-schema.ts';

const name = z
  .string()
  .regex(/^[a-zA-Z][a-zA-Z0-9_]*$/, 'it is named by letters, digits and `_`, as expressions name it');
const workload = z
  .string()
  .regex(/^(Deployment|StatefulSet|DaemonSet|Service|Pod)\/[a-z0-9.-]+$/, 'written like `Deployment/redis`');

const sourceSchema = z.union([
  z.strictObject({
    in: z
      .union([workload, z.array(workload).min(1)])
      .describe('A workload; of several the first that is there, e.g. a client where the server is managed'),
    container: z.string().optional(),
    command: z.array(z.string()).min(1).describe('The program and its arguments; no shell. It must only look'),
  }),
  z.strictObject({
    configmap: z.string().min(1).describe('A ConfigMap, as a map of its keys; empty where it is not there'),
  }),
]);
export type ReadingSource = z.output<typeof sourceSchema>;

/** Figures of a system that its own programs tell, asked by a command in a container, in `system.yaml`. */
export const readingsSchema = z.strictObject({
  title: z.string().min(1).describe('What they are figures of: Redis cache'),
  collect: z
    .record(name, sourceSchema)
    .describe(
      'What is read, by the name that it has in CEL. A command becomes {code, stdout, stderr, lines, fields}, `fields` of its lines `name:value`',
    ),
  let: z
    .record(name, z.string().min(1))
    .default({})
    .describe('CEL over what was collected and over the names before it'),
  figures: z
    .array(
      z.strictObject({
        title: z.string().min(1),
        value: z
          .string()
          .min(1)
          .describe('CEL: a number; or a list of which the first counts, empty where there is none'),
        unit: z.string().default(''),
        detail: z.string().min(1).optional().describe('What it means; a text with templates over what was collected'),
        target: targetShape,
      }),
    )
    .min(1),
});
export type Readings = z.output<typeof readingsSchema>;
