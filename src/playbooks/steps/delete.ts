import { z } from 'zod';
import type { StepKind } from '../step-kind.ts';
import { asList, fileNames, objectName } from './step-shapes.ts';

const shape = {
  delete: z
    .union([
      fileNames,
      z.strictObject({
        files: fileNames.optional().describe('Manifest files whose objects go'),
        objects: z.array(objectName).optional().describe('Objects by name'),
      }),
    ])
    .describe('What goes: manifest files, or objects by name'),
  keep: z
    .union([z.string(), z.array(z.string())])
    .optional()
    .describe('Kinds that stay, e.g. `[PersistentVolumeClaim]`; their namespace stays with them'),
  wait: z.enum(['deleted', 'none']).optional().describe('`deleted` unless said: until everything is gone'),
};
type Config = z.infer<z.ZodObject<typeof shape>>;

/** Names of the manifest files whose objects go. */
export function filesToDelete({ delete: what }: Pick<Config, 'delete'>): string[] {
  return typeof what === 'string' || Array.isArray(what) ? asList(what) : asList(what.files);
}

/** Deletes objects and waits until they are gone. */
export const deleteStep: StepKind<Config> = {
  name: 'delete',
  description: 'Deletes objects, and waits until they are gone',
  shape,
  effects: 'cluster',
  files: filesToDelete,
  async run() {
    throw new Error('not yet');
  },
  equivalent: async (config) => filesToDelete(config).map((file) => `kubectl delete -f ${file}`),
};
