import { z } from 'zod';
import { parseDuration } from '../base/duration.ts';
import { parseSize } from './size.ts';

/** Programs whose place can be named; everything else is found by PATH. */
export const toolNames = ['kubectl', 'helm', 'ssh', 'docker', 'podman', 'nerdctl', 'buildah'] as const;
export type ToolName = (typeof toolNames)[number];

const imageEngines = ['docker', 'podman', 'nerdctl', 'buildah'] as const;

const path = z
  .string()
  .regex(/^(\/|~\/)/, 'a path begins with `/` or `~/`')
  .describe('An absolute path; `~/` is the home folder');
const tool = path.optional();
const pattern = z.string().regex(/^\S+$/, 'a pattern is one word, such as `prod-*`');
const systemName = z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'the name of a system is written like `tars`');
const namespace = z
  .string()
  .regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, 'a namespace is written like `tars-production`');
const proxy = z
  .string()
  .regex(
    /^(https?:\/\/)?[^\s/]+:\d{1,5}\/?$/,
    'a proxy is written like `http://proxy.example.com:3128`; a SOCKS proxy stands in the kubeconfig, as `proxy-url`',
  );
const registry = z.string().regex(/^[^\s/@]+(\/[^\s@]+)*$/, 'a registry is written like `registry.example.com/hub`');

const refresh = z
  .union([z.string(), z.number()])
  .refine((text) => inside(parseDuration(text), 100, 10_000), 'a time from 100ms to 10s is needed, such as `300ms`');
const size = z
  .union([z.string(), z.number()])
  .refine((text) => inside(parseSize(text), 1e6, 1e12), 'a size from 1MB to 1TB is needed, such as `500MB`');

/** `config.yaml`: settings of one user, all of them optional. */
export const configurationSchema = z.strictObject({
  refresh: refresh.optional().describe('How often rows reach the screen; 300ms unless said'),
  'frame-rate': z
    .number()
    .int()
    .min(1)
    .max(60)
    .optional()
    .describe('Frames a second at most; 60, over SSH 15, unless said'),
  production: z
    .array(pattern)
    .optional()
    .describe(
      'Patterns of contexts, or of API servers’ addresses, that are production: `*` stands for any text, `?` for one character',
    ),
  namespaces: z.record(systemName, namespace).optional().describe('The namespace of a system, instead of its own'),
  'image-engine': z.enum(imageEngines).optional().describe('What builds and pushes images'),
  tools: z
    .strictObject(Object.fromEntries(toolNames.map((name) => [name, tool])) as Record<ToolName, typeof tool>)
    .optional()
    .describe('Where programs are, instead of PATH'),
  proxy: proxy.optional().describe('For the API server and for programs that are started, instead of HTTPS_PROXY'),
  'no-proxy': z
    .array(pattern)
    .optional()
    .describe('Hosts, `.suffix`es and networks without a proxy, instead of NO_PROXY'),
  'ca-file': path.optional().describe('Certificate authorities (PEM) that are trusted beside the usual ones'),
  mirror: z
    .strictObject({
      images: z
        .record(registry, registry)
        .optional()
        .describe('Where images come from instead: the beginning of their names, and what takes its place'),
      charts: path
        .optional()
        .describe('A folder of Helm charts (`name-version.tgz` or `name/`) that is looked into first'),
    })
    .optional()
    .describe('Images and charts where there is no internet'),
  'history-size': size.optional().describe('How much the runs’ folders may take; the oldest go first'),
});

export type ConfigurationFile = z.output<typeof configurationSchema>;

function inside(value: number | undefined, least: number, most: number): boolean {
  return value !== undefined && value >= least && value <= most;
}
