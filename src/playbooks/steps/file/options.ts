import { z } from 'zod';
import { fileMode } from '../step-shapes.ts';

/** The key `file` and all below it. */
export const fileShape = {
  file: z
    .strictObject({
      path: z.string().min(1).describe('The file, by the workspace; `~/` is the home folder'),
      lines: z
        .array(z.string().regex(/^[^\n]+$/, 'one line each'))
        .min(1)
        .optional()
        .describe('Lines that must stand in it'),
      block: z.string().min(1).optional().describe('Text that must stand in it, between two marked lines'),
      content: z.string().optional().describe('The whole content'),
      template: z
        .string()
        .min(1)
        .optional()
        .describe('A file beside the playbook, whose expressions are filled in, as the content'),
      input: z.string().min(1).optional().describe('A sensitive input that is the whole content'),
      kubeconfig: z
        .strictObject({
          from: z.string().min(1).describe('A kubeconfig whose contexts, clusters and users are merged into it'),
          as: z
            .string()
            .min(1)
            .optional()
            .describe('The name of its context, cluster and user there, if it has one of each'),
          server: z
            .string()
            .regex(/^https?:\/\/|\$\{\{/)
            .optional()
            .describe('The address of its API server, as seen from here'),
          use: z.boolean().optional().describe('True: it becomes the current context'),
        })
        .optional()
        .describe('Merges a kubeconfig into this one'),
      absent: z.boolean().optional().describe('True: the lines or the block go; without either, the file goes'),
      name: z
        .string()
        .regex(/^[A-Za-z0-9][A-Za-z0-9 ._-]*$/)
        .optional()
        .describe('Tells blocks of one file apart; the system’s name unless said'),
      comment: z.string().min(1).optional().describe('What begins a comment; `#` unless said'),
      mode: fileMode
        .optional()
        .describe('Of a file that is made: `0644`, for a kubeconfig and what is secret `0600`, unless said'),
    })
    .refine(({ lines, block, content, template, input, kubeconfig, absent }) => {
      const given = [lines, block, content, template, input, kubeconfig].filter((one) => one !== undefined).length;
      return given === 1 || (given === 0 && absent === true);
    }, 'one of `lines`, `block`, `content`, `template`, `input` and `kubeconfig` is needed')
    .refine(
      ({ absent, content, template, input, kubeconfig }) =>
        !absent || [content, template, input, kubeconfig].every((one) => one === undefined),
      '`absent` goes with `lines` or `block`, or alone',
    )
    .describe('A file on this machine'),
};
export type FileConfig = z.infer<z.ZodObject<typeof fileShape>>;
export type FileOptions = FileConfig['file'];
