import { z } from 'zod';
import { goodExitCodes, objectName, scalar } from '../step-shapes.ts';

const argv = z.array(scalar).min(1);

const input = z.union([
  z.strictObject({ text: z.string() }),
  z.strictObject({ secret: z.string().min(1).describe('Name of a sensitive input') }),
  z.strictObject({ file: z.string().min(1).describe('A small file beside the playbook') }),
  z.strictObject({
    path: z
      .string()
      .min(1)
      .describe('A file of this machine, by the folder that the console was started in; streamed, of any size'),
    before: z.string().optional().describe('What the command reads before it'),
    sha256: z
      .string()
      .optional()
      .describe('The sum that it must have; with another one the input ends without what stands behind the file'),
    after: z.string().optional().describe('What the command reads behind it, once all of the file was sent'),
  }),
]);

const output = z.strictObject({
  file: z
    .string()
    .min(1)
    .describe(
      'A new file, by the folder that the console was started in, with mode 0600. It gets its name when it is whole; one that is there is never written over',
    ),
  begins: z.string().min(1).optional().describe('What it must begin with; another one is not kept'),
  complete: z
    .string()
    .min(1)
    .optional()
    .describe('A line that must stand among its last ones: what was cut short is not kept'),
  verify: argv
    .optional()
    .describe('A command in the same container that reads the file and must end with 0 before it gets its name'),
});

/** What an `exec` step says. */
export const execShape = {
  exec: z
    .strictObject({
      in: objectName.describe('A pod, or a workload or Service: then a ready pod of it'),
      namespace: z.string().min(1).optional().describe('Where that is; the system’s unless said'),
      container: z.string().min(1).optional().describe('The pod’s default, or its first, unless said'),
      command: argv.describe('The program and its arguments; no shell stands between'),
      stdin: input
        .optional()
        .describe('What the command reads; the place for secrets, which never stand in its arguments'),
      to: output.optional().describe('Where its standard output goes, of any size; else it is shown'),
      'exit-codes': goodExitCodes.optional().describe('Good ones; `[0]` unless said'),
      unless: argv.optional().describe('A command that ends with 0 when it is done already; it must change nothing'),
    })
    .describe('A command in a container'),
};
export type ExecConfig = z.infer<z.ZodObject<typeof execShape>>;
export type ExecInput = z.infer<typeof input>;
export type ExecOutput = z.infer<typeof output>;
