import { z } from 'zod';
import { kindName } from './steps/check/sources/kind-name.ts';

/** The only name in the expressions of `from` and `choices`. */
export const sourceVariables = { object: 'dyn' } as const;

/** Where an input's value stands in the cluster now. */
export const fromSchema = z.strictObject({
  get: kindName.describe('API version and kind of the object, e.g. `v1/ConfigMap`'),
  name: z.string().min(1).describe('Its name'),
  namespace: z.string().min(1).optional().describe('The run’s unless said'),
  value: z.string().min(1).describe('CEL over `object`: what is there now; what is missing leaves the `default`'),
});

/** Objects of the cluster, each of which is one value that may be chosen. */
export const choicesSchema = z.strictObject({
  list: kindName.describe('API version and kind of the objects, e.g. `storage.k8s.io/v1/StorageClass`'),
  namespace: z.string().min(1).optional().describe('The run’s unless said'),
  allNamespaces: z.boolean().optional(),
  selector: z.string().min(1).optional().describe('Labels: `app=tars-backend`'),
  value: z.string().min(1).describe('CEL over `object`: the value; null leaves the object out'),
  label: z.string().min(1).optional().describe('CEL over `object`: how the value is shown; as it is, unless said'),
  preferred: z
    .string()
    .min(1)
    .optional()
    .describe('CEL over `object`: the choice for which it is true is taken when nothing else says one'),
});

export type InputFrom = z.infer<typeof fromSchema>;
export type InputChoices = z.infer<typeof choicesSchema>;
