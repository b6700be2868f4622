import { z } from 'zod';
import { checkShape } from '../steps/check.ts';
import { scalar } from '../steps/step-shapes.ts';

const fix = z
  .strictObject({
    playbook: z
      .string()
      .regex(/^[a-z0-9-]+\/[a-z0-9-]+$/, 'a playbook is named `<system>/<name>`, e.g. `tars/deploy`')
      .describe('The playbook that does it'),
    with: z.record(z.string(), scalar).optional().describe('Inputs that it is given'),
    title: z.string().min(1).optional().describe('What it is called; the playbook’s own title unless said'),
  })
  .describe('A playbook that does what the item asks for');

/** One thing that must be so before a system goes into production. */
export const checklistItemSchema = z.strictObject({
  id: z
    .string()
    .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'an id is made of small letters, digits and single `-`, e.g. `secrets-changed`')
    .max(63)
    .describe('Names it in what was ticked: it stays when the title changes. Unique in the list'),
  title: z.string().min(1).describe('A positive sentence: what must be so'),
  description: z.string().min(1).describe('Why it matters, and how it is done'),
  check: checkShape.check
    .optional()
    .describe('How the program judges it, as a `check` step does. Without it a person ticks it, with a note'),
  page: z
    .string()
    .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'a page is named like its file in `pages/`, without `.md`: `next-steps`')
    .optional()
    .describe('A page of the system that says how it is done: `pages/<name>.md`'),
  fix: fix.optional(),
});

/** `checklists/<name>.yaml`: what must be so before a system goes into production. */
export const checklistSchema = z.strictObject({
  title: z.string().min(1).describe('What the list is called: Production checklist'),
  description: z.string().min(1).describe('What it is for, and when it is gone through'),
  items: z.array(checklistItemSchema).min(1),
});
