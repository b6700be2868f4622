import { z } from 'zod';
import { fileNames } from '../step-shapes.ts';

/** A change to objects before they are applied. */
export const structuralChange = z
  .strictObject({
    select: z.string().min(1).describe('Which objects: `Deployment/tars-backend`, or `Deployment` for all of them'),
    path: z
      .string()
      .min(1)
      .describe('Where: `spec.template.spec.containers[name=backend].image`; `[*]` means every item of a list'),
    value: z.json().optional().describe('The new value'),
    remove: z.literal(true).optional().describe('Takes the field or the item away instead'),
    when: z.string().optional().describe('CEL: only when this is true'),
  })
  .refine(
    ({ value, remove }) => (value === undefined) !== (remove === undefined),
    'a change has either a `value` or `remove: true`',
  );

const keptField = z.strictObject({
  select: z.string().min(1).describe('Which objects, as in `set`'),
  path: z.string().min(1).describe('The field, as in `set`'),
  absent: z
    .union([z.literal(true), z.literal('only')])
    .optional()
    .describe('Stays away, too, where the object has it no more; with `only` that alone, and a value changes as ever'),
});

/** What an `apply` step may have. */
export const applyShape = {
  apply: fileNames.describe('Manifest files to apply, by the playbook’s folder'),
  set: z.array(structuralChange).optional().describe('Changes to the objects before they are applied'),
  keep: z.array(keptField).optional().describe('Fields that an object which is there already keeps as they are'),
  wait: z.enum(['ready']).optional().describe('`ready`: until everything that was applied is ready'),
  conflicts: z
    .enum(['ask', 'take-over', 'leave', 'leave-changed', 'match'])
    .optional()
    .describe(
      'What becomes of fields that belong to somebody else: `ask` unless said; `take-over`; `leave` them alone; `leave-changed`: also those that this program has changed by other steps, but not what `set` puts in; `match` the value that they have now',
    ),
  force: z.boolean().optional().describe('The same as `conflicts: take-over`'),
  recreate: z
    .enum(['ask', 'never', 'orphan'])
    .optional()
    .describe(
      'What becomes of an object whose change the server does not allow: `ask` unless said, then it is deleted and made anew; `never`; `orphan`: made anew without asking, and what it owns stays',
    ),
  prune: z
    .boolean()
    .optional()
    .describe('Deletes what this step has applied before and no longer contains; it is listed and asked about first'),
  'create-namespace': z.boolean().optional().describe('Makes the namespaces of its objects where they are missing'),
};

export type ApplyConfig = z.infer<z.ZodObject<typeof applyShape>>;
