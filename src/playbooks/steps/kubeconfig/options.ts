import { z } from 'zod';
import { scalar } from '../step-shapes.ts';

const yesOrNo = z.union([z.boolean(), z.string().regex(/^\$\{\{.*\}\}$/s, 'true, false or one expression')]);
const words = z.array(scalar).min(1);

const source = z
  .strictObject({
    file: z.string().min(1).optional().describe('A file on this machine, by the workspace; `~/` is the home folder'),
    ssh: z
      .strictObject({
        host: z.string().min(1).describe('Written like `10.0.0.5`, `admin@node-1` or `node-1:2222`'),
        user: z.string().min(1).optional(),
        identity: z.string().min(1).optional().describe('The private key’s file; ssh’s own choice unless said'),
        sudo: yesOrNo.optional().describe('True where only root may read it'),
      })
      .optional()
      .describe('A host that has it'),
    path: z
      .string()
      .regex(/^\/|^\$\{\{/, 'a whole path')
      .optional()
      .describe('With `ssh`: where it lies there'),
    command: words.optional().describe('A program that prints it'),
    writes: z
      .boolean()
      .optional()
      .describe('With `command`: it does not print it, but writes it to where KUBECONFIG leads, a place of its own'),
  })
  .refine(
    ({ file, ssh, command }) => [file, ssh, command].filter((one) => one !== undefined).length === 1,
    'one of `file`, `ssh` and `command` is needed',
  )
  .refine(({ ssh, path }) => (ssh === undefined) === (path === undefined), '`ssh` and `path` go together')
  .refine(({ command, writes }) => writes === undefined || command !== undefined, '`writes` goes with `command`');

/** The key `kubeconfig` and all below it. */
export const kubeconfigShape = {
  kubeconfig: z
    .strictObject({
      from: source.optional().describe('Where the kubeconfig comes from; what stands in it is shown nowhere'),
      context: z.string().min(1).optional().describe('Which of its contexts; its current or only one unless said'),
      name: z.string().min(1).optional().describe('What its context, cluster and user are called in yours'),
      server: z
        .string()
        .regex(/^https?:\/\/|\$\{\{/)
        .optional()
        .describe(
          'The address of its API server, as seen from here; from a host, one that means itself becomes that host',
        ),
      replace: yesOrNo.optional().describe('True: what has that name already and is another makes way'),
      use: yesOrNo.optional().describe('True: it becomes the current context'),
      test: z.boolean().optional().describe('False: it is not tried; else only what answers is written'),
      remove: z.string().min(1).optional().describe('In place of `from`: the context of this name goes'),
      into: z
        .string()
        .min(1)
        .optional()
        .describe('Your kubeconfig: KUBECONFIG’s first file or `~/.kube/config` unless said'),
    })
    .refine(
      ({ from, remove }) => (from === undefined) !== (remove === undefined),
      'one of `from` and `remove` is needed',
    )
    .refine(({ from, name }) => (from === undefined) === (name === undefined), '`from` needs a `name`')
    .refine(
      ({ remove, context, server, replace, use, test }) =>
        remove === undefined || [context, server, replace, use, test].every((one) => one === undefined),
      'beside `remove` only `into` may stand',
    )
    .describe('A context of your kubeconfig'),
};
export type KubeconfigConfig = z.infer<z.ZodObject<typeof kubeconfigShape>>;
export type KubeconfigOptions = KubeconfigConfig['kubeconfig'];
export type KubeconfigSource = NonNullable<KubeconfigOptions['from']>;
