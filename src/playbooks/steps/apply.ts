import { z } from 'zod';
import type { StepKind } from '../step-kind.ts';
import { asList, fileNames } from './step-shapes.ts';

const shape = {
  apply: fileNames.describe('Manifest files to apply, by the playbook’s folder'),
  set: z
    .array(
      z.strictObject({
        select: z.string().min(1).describe('Which objects: `Deployment/tars-backend`, or `Deployment` for all of them'),
        path: z.string().min(1).describe('Where: `spec.template.spec.containers[name=backend].image`'),
        value: z.json().describe('The new value'),
        when: z.string().optional().describe('CEL: only when this is true'),
      }),
    )
    .optional()
    .describe('Changes to the objects before they are applied'),
  wait: z.enum(['ready']).optional().describe('`ready`: until everything that was applied is ready'),
  force: z.boolean().optional().describe('Takes over fields that belong to somebody else'),
};
type Config = z.infer<z.ZodObject<typeof shape>>;

/** Applies manifests server-side, ordered by kind. */
export const applyStep: StepKind<Config> = {
  name: 'apply',
  description: 'Applies manifests, and waits until they are ready',
  shape,
  effects: 'cluster',
  expressions: [{ path: 'set[].when' }],
  files: ({ apply }) => asList(apply),
  async run() {
    throw new Error('not yet');
  },
  equivalent: async ({ apply }) => asList(apply).map((file) => `kubectl apply --server-side -f ${file}`),
};
