import { z } from 'zod';
import type { StepKind } from '../step-kind.ts';

const generate = z.strictObject({
  bytes: z.number().int().min(8).max(1024),
  encoding: z.enum(['base64', 'base64url', 'hex']),
});

const shape = {
  secret: z
    .strictObject({
      name: z.string().min(1),
      type: z.string().optional().describe('`Opaque` unless said'),
      keys: z
        .record(
          z.string().regex(/^[-._a-zA-Z0-9]+$/),
          z.union([
            z.string().min(1).describe('Name of the input that holds the value'),
            z.strictObject({ input: z.string().min(1), generate: generate.optional() }),
            z.strictObject({ generate }),
            z.strictObject({ value: z.string().describe('Not secret; expressions may stand in it') }),
          ]),
        )
        .describe('Keys and where their values come from'),
      replace: z.boolean().optional().describe('Replaces keys that exist; they are kept unless said'),
    })
    .describe('A Secret, written through the API'),
};
type Config = z.infer<z.ZodObject<typeof shape>>;

/** Writes a Secret from inputs and random sources. */
export const secretStep: StepKind<Config> = {
  name: 'secret',
  description: 'Writes a Secret from inputs and random values; existing keys are kept',
  shape,
  effects: 'cluster',
  async run() {
    throw new Error('not yet');
  },
  equivalent: async () => [],
};
