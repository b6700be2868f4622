import { z } from 'zod';
import { reservedNames } from '../../scope.ts';

/** Names for what several findings of a check ask of what was collected. */
export const letSchema = z
  .record(
    z
      .string()
      .regex(/^[a-zA-Z][a-zA-Z0-9_]*$/, 'it is named by letters, digits and `_`, as expressions name it')
      .refine((name) => !reservedNames.includes(name), 'this name stands for something else in expressions'),
    z
      .string()
      .min(1)
      .refine((text) => !text.includes('${' + '{'), 'CEL stands here by itself, without the braces of a template'),
  )
  .describe('CEL over what was collected and over the names before it: worked out once, and used by its name');
