import { type ZodType, z } from 'zod';
import { parseDuration } from '../base/duration.ts';
import { inputsSchema } from './input-schema.ts';
import type { StepKind } from './step-kind.ts';

/** `300s`, `1m30s` or a number of seconds; becomes milliseconds. */
const duration = z
  .union([z.string(), z.number()])
  .transform((value, context) => {
    const ms = parseDuration(value);
    if (ms !== undefined) return ms;
    context.addIssue({ code: 'custom', message: 'a duration is written like `300s`, `1m30s` or `250ms`' });
    return z.NEVER;
  })
  .meta({
    id: 'duration',
    description: '300s, 1m30s, 250ms; a plain number counts as seconds',
    // For editors, which know nothing of what reads it.
    pattern: '^(\\d+(\\.\\d+)?|(\\d+(\\.\\d+)?(ms|s|m|h|d))+)$',
    minimum: 0,
  });

const stepId = z
  .string()
  .regex(
    /^[a-z0-9]+(-[a-z0-9]+)*$/,
    'an id is made of small letters, digits and single `-`, e.g. `wait-for-databases`',
  );

const retry = z
  .strictObject({
    for: duration.optional().describe('No new try begins after this time'),
    every: duration.optional().describe('Time between two tries'),
    times: z.number().int().min(1).max(1000).optional().describe('How many tries there are at most'),
    'back-off': z.number().min(1).max(10).optional().describe('What `every` is multiplied by after each try'),
    'at-most': duration.optional().describe('What `every` does not grow beyond'),
  })
  .refine(
    (written) => written.for !== undefined || written.times !== undefined,
    '`retry` needs `for` or `times`, or it never ends',
  )
  .refine(
    (written) => written['at-most'] === undefined || written['back-off'] !== undefined,
    '`at-most` bounds a `back-off`, and there is none',
  )
  .meta({ anyOf: [{ required: ['for'] }, { required: ['times'] }] });

/** A step as it is written; its own schema, which depends on its kind, is held against it by itself. */
const writtenStep = z.record(z.string(), z.unknown()).meta({ id: 'step' });

/** Steps that stand inside of another one. */
export const writtenSteps = z.array(writtenStep).min(1);

/** How many steps run at the same time at most. */
export const atOnce = z.number().int().min(1).max(100);

/** What every step may have beside its kind. */
export const commonStepFields = {
  id: stepId
    .optional()
    .describe('Names the step in `needs`, `--from` and expressions; made from the title when it is left out'),
  title: z.string().min(1).describe('What is done, as shown while it runs'),
  description: z.string().optional().describe('What the step does and why, for somebody who never did it'),
  when: z.string().optional().describe('CEL: the step is skipped unless this is true'),
  needs: z
    .array(z.string())
    .optional()
    .describe(
      'Ids of steps above it: it begins as soon as these are done, beside others. `[]`: at once. Left out: when all steps above it have ended',
    ),
  timeout: duration.optional().describe('The step fails after this time'),
  'idle-timeout': duration
    .optional()
    .describe('An alarm is raised after this time without progress or output; the step goes on'),
  retry: retry.optional().describe('Tries again when it fails: how long, how often, how many times'),
  'on-failure': z
    .union([
      z.enum(['stop', 'continue', 'undo', 'undo-all']),
      z.strictObject({ rescue: writtenSteps.describe('Steps that repair it: when they are done, the run goes on') }),
    ])
    .optional()
    .describe(
      'What becomes of the run when the step fails. `continue`: later steps run all the same; `undo`: what this step did is taken back; `undo-all`: what the whole run did; `rescue`: steps that repair it',
    ),
  always: z.boolean().optional().describe('Runs even after a failure'),
  undo: z
    .union([z.enum(['automatic', 'never']), writtenSteps])
    .optional()
    .describe('How it is taken back: as its kind does it, `never`, or by steps of its own'),
  rehearse: z.enum(['run', 'skip']).optional().describe('What becomes of the step on the sandbox'),
  outputs: z
    .record(z.string().regex(/^[a-zA-Z][a-zA-Z0-9_]*$/, 'an output is named by letters, digits and `_`'), z.string())
    .optional()
    .describe('Names for CEL values of the result, read by later steps as `steps.<id>.outputs.<name>`'),
};

/** A playbook but for its steps, whose schemas depend on their kinds. */
export const playbookSchema = z.strictObject({
  title: z.string().min(1).describe('What the playbook does'),
  description: z.string().optional().describe('What it does and why, for somebody who never did it'),
  diagnosis: z
    .boolean()
    .optional()
    .describe('It consists of steps that only look, and stands among the diagnoses of its system'),
  cluster: z
    .literal('none')
    .optional()
    .describe('`none`: its steps ask no cluster, and it runs without one: it makes a cluster, for example'),
  inputs: inputsSchema.optional().describe('What the playbook asks for'),
  'at-once': atOnce.optional().describe('How many of its steps run at the same time at most; 4 unless said'),
  steps: writtenSteps.describe('What is done, one after the other'),
  next: z.array(z.string().min(1)).optional().describe('What to do after a good end'),
});

/** One step of a kind: the common fields, the kind's key and its own options. */
export function stepSchema(kind: StepKind): ZodType<Record<string, unknown>> {
  // Its own come first: they are what somebody is told of who writes a key that is not there.
  return z.strictObject({ ...kind.shape, ...commonStepFields, ...kind.shape }) as ZodType<Record<string, unknown>>;
}
