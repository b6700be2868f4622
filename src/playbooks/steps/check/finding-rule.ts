import { z } from 'zod';
import { reservedNames } from '../../scope.ts';
import { numberOrExpression, scalar } from '../step-shapes.ts';

const findingId = z
  .string()
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'an id is made of small letters, digits and single `-`, e.g. `image-missing`');

const fix = z
  .strictObject({
    playbook: z
      .string()
      .regex(/^[a-z0-9-]+\/[a-z0-9-]+$/, 'a playbook is named `<system>/<name>`, e.g. `tars/restart-backend`')
      .describe('The playbook that repairs it; `system/deploy` is the `deploy` of the system that is looked at'),
    with: z.record(z.string(), scalar).optional().describe('Inputs that it is given; expressions may stand in them'),
    title: z.string().min(1).optional().describe('What the repair is called; the playbook’s own title unless said'),
  })
  .describe('A repair that can be run');

/** Several: the first whose playbook is there. */
const fixes = z
  .union([fix, z.array(fix).min(1)])
  .describe('A repair that can be run; of several the first that is there');

/** One thing that must be so, as it is written in a `check`. */
export const findingRule = z
  .strictObject({
    id: findingId.optional().describe('Names it for `explains`; unique among the diagnoses of its system'),
    title: z.string().min(1).describe('A positive sentence: what should be so'),
    expect: z
      .string()
      .min(1)
      .optional()
      .describe('CEL over what was collected; beside `each` it may be left out: then no item should be there'),
    each: z
      .string()
      .min(1)
      .optional()
      .describe('CEL, a list: `expect` is asked of each item, and each that fails is a finding of its own'),
    as: z
      .string()
      .regex(/^[a-zA-Z][a-zA-Z0-9_]*$/, 'an item is named by letters, digits and `_`')
      .refine((name) => !reservedNames.includes(name), 'this name stands for something else in expressions')
      .optional()
      .describe('What expressions call the item of `each`; `item` unless said'),
    when: z.string().optional().describe('CEL: the finding is left out unless this is true'),
    level: z.enum(['fatal', 'warning']).optional().describe('`fatal` unless said'),
    expected: scalar.describe('What was expected, in words'),
    observed: scalar.describe('What there is; expressions in it see what was collected'),
    evidence: z
      .union([z.string(), z.array(z.string())])
      .optional()
      .describe('Shown when it is not so'),
    repair: z
      .string()
      .optional()
      .describe(
        'The command or playbook that repairs it; that of `fix` unless said. Of several fixes that of the one that is there',
      ),
    cause: z.string().optional().describe('What is wrong when it is not so, as a sentence'),
    certainty: numberOrExpression
      .optional()
      .describe('How likely `cause` is what is behind it, 0 to 100; 70 where fatal and 40 for a warning unless said'),
    explains: z
      .array(findingId)
      .min(1)
      .optional()
      .describe('Ids of findings of the system that follow from it: they are shown below it'),
    fix: fixes.optional(),
  })
  .refine(({ expect, each }) => expect !== undefined || each !== undefined, '`expect` is missing')
  .refine(({ as, each }) => as === undefined || each !== undefined, '`as` names the items of `each`, and there is none')
  .meta({ anyOf: [{ required: ['expect'] }, { required: ['each'] }] });

export type FindingRule = z.infer<typeof findingRule>;

/** A repair as it is written. */
export type WrittenFix = z.infer<typeof fix>;
