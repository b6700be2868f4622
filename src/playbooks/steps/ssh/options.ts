import { z } from 'zod';
import { fileMode, scalar } from '../step-shapes.ts';

const host = z
  .string()
  .regex(
    /^([A-Za-z0-9_][A-Za-z0-9_.-]*@)?(\[[0-9A-Fa-f:.%]+\]|[A-Za-z0-9_][A-Za-z0-9_.-]*|[0-9A-Fa-f:]+)(:\d{1,5})?$|\$\{\{/,
    'a host is written like `10.0.0.5`, `admin@node-1` or `node-1:2222`',
  );
const port = z.number().int().min(1).max(65_535);
const hostEntry = z.union([
  host,
  z.strictObject({
    host,
    name: z.string().min(1).optional(),
    user: z.string().min(1).optional(),
    port: port.optional(),
  }),
]);

/** Options of ssh that a step may set: none of them runs a program here or trusts a host unseen. See ssh_config(5). */
const allowedOptions = [
  'AddressFamily',
  'BindAddress',
  'Ciphers',
  'Compression',
  'ConnectionAttempts',
  'ConnectTimeout',
  'HostKeyAlgorithms',
  'HostKeyAlias',
  'IdentitiesOnly',
  'IPQoS',
  'KexAlgorithms',
  'MACs',
  'ProxyJump',
  'PubkeyAcceptedAlgorithms',
  'ServerAliveCountMax',
  'ServerAliveInterval',
  'StrictHostKeyChecking',
  'UserKnownHostsFile',
] as const;

const options = z
  .partialRecord(z.enum(allowedOptions), scalar)
  .refine(
    ({ StrictHostKeyChecking: strict }) =>
      strict === undefined || ['yes', 'accept-new', true].includes(strict as string),
    '`StrictHostKeyChecking` is `yes` or `accept-new`: a host whose key changed is never trusted',
  )
  .refine(
    ({ UserKnownHostsFile: file }) => file === undefined || !/\/dev\/null|^none$/i.test(String(file)),
    '`UserKnownHostsFile` must keep the keys that were seen',
  );

const words = z.array(scalar).min(1);
const variables = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** The key `ssh` and all below it. */
export const sshShape = {
  ssh: z
    .strictObject({
      hosts: z
        .union([
          z.array(hostEntry).min(1),
          z.string().regex(/^\$\{\{.*\}\}$/s, 'a list, or one expression that comes to one'),
        ])
        .describe('Where it is done; user and port may stand with a host'),
      user: z.string().min(1).optional(),
      port: port.optional(),
      sudo: z
        .union([z.boolean(), z.string().regex(/^\$\{\{.*\}\}$/s, 'true, false or one expression')])
        .optional()
        .describe('True: it is done there as root, by `sudo` without a password'),
      identity: z.string().min(1).optional().describe('The private key’s file; ssh’s own choice unless said'),
      options: options.optional().describe('Options of ssh, e.g. `{ ProxyJump: bastion }`'),
      'at-once': z.number().int().min(1).max(64).optional().describe('How many hosts at the same time; 4 unless said'),
      script: z.string().min(1).optional().describe('A script for `sh`, sent by stdin'),
      run: words.optional().describe('A program and its arguments; they reach it as they are'),
      upload: z
        .strictObject({
          file: z.string().min(1).describe('A file by the workspace'),
          to: z.string().min(1).describe('Where it goes, there'),
          mode: fileMode.optional().describe('`0644` unless said'),
        })
        .optional()
        .describe('A file that is sent, and verified there'),
      unless: z
        .union([z.string().min(1), words])
        .optional()
        .describe('A host where this ends with 0 is left alone'),
      env: z.record(z.string().regex(variables), scalar).optional().describe('Variables of the script or program'),
      'secret-env': z
        .record(z.string().regex(variables), z.string().min(1))
        .optional()
        .describe('Variables that hold sensitive inputs; they are sent by stdin'),
      'to-secret': z
        .string()
        .min(1)
        .optional()
        .describe(
          'What it prints is shown nowhere, and is the value of this sensitive input from then on; of one host',
        ),
    })
    .refine(
      ({ script, run, upload }) => [script, run, upload].filter((one) => one !== undefined).length === 1,
      'one of `script`, `run` and `upload` is needed',
    )
    .describe('Something to do on other hosts, by the system’s ssh'),
};
export type SshConfig = z.infer<z.ZodObject<typeof sshShape>>;
export type SshOptions = SshConfig['ssh'];
