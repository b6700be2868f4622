import { z } from 'zod';
import { structuralChange } from '../apply/config.ts';
import { fileNames, scalar } from '../step-shapes.ts';

const releaseName = z
  .string()
  .regex(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$|\$\{\{/, 'a release is named by small letters, digits and `-`')
  .max(200);

/** The key `helm` and all below it. */
export const helmShape = {
  helm: z
    .strictObject({
      release: releaseName.describe('Name of the release'),
      chart: z
        .string()
        .min(1)
        .optional()
        .describe('A name in `repo`, `oci://…`, or a folder or `.tgz` by the playbook’s folder'),
      repo: z.string().optional().describe('Address of the repository that holds the chart'),
      version: scalar.optional().describe('Version of the chart; a run of a remote chart should name it'),
      namespace: z.string().min(1).optional().describe('The step’s own unless said'),
      'create-namespace': z.boolean().optional().describe('Makes the namespace when it is not there'),
      values: z.record(z.string(), z.json()).optional().describe('Values; expressions may stand in them'),
      'values-files': z.array(z.string().min(1)).optional().describe('Files with values; `values` win over them'),
      'secret-values': z
        .record(z.string().min(1), z.string().min(1))
        .optional()
        .describe('Values that are sensitive inputs: `auth.password: databasePassword`'),
      wait: z
        .enum(['ready', 'helm', 'none'])
        .optional()
        .describe('`ready`: until all its objects are ready; `helm`: by helm’s own rules; `none` unless said'),
      'if-pending': z
        .enum(['ask', 'wait', 'rollback', 'uninstall', 'forget', 'stop'])
        .optional()
        .describe('What becomes of an operation that was never finished; `ask` unless said'),
      'history-max': z.number().int().min(1).optional().describe('How many revisions are kept'),
      rollback: scalar
        .optional()
        .describe('Back to this revision, or with `previous` to the newest good one before the last; needs no chart'),
      uninstall: z.boolean().optional().describe('True: the release goes'),
      'keep-history': z
        .boolean()
        .optional()
        .describe('With `uninstall`: its revisions are kept, so that it can be undone'),
      'stand-in': z
        .strictObject({
          manifests: fileNames.describe('Manifest files, by the playbook’s folder'),
          set: z.array(structuralChange).optional().describe('Changes to their objects, as of `apply`'),
        })
        .optional()
        .describe(
          'What the sandbox gets in place of a chart that is fetched from elsewhere, or of one beside the playbook where helm is not installed; labelled as such',
        ),
    })
    .refine(
      ({ chart, uninstall, rollback }) => uninstall || rollback !== undefined || chart !== undefined,
      '`chart` is needed, or `uninstall: true`, or `rollback`',
    )
    .describe('A Helm release'),
};
export type HelmConfig = z.infer<z.ZodObject<typeof helmShape>>;
export type HelmOptions = HelmConfig['helm'];
