import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { Problem } from '../../base/errors.ts';
import { printable } from '../../base/printable.ts';
import { toolEnvironment } from '../../tools/environment.ts';
import { whichProgram } from '../../tools/find-tool.ts';
import { git, localClusterTools } from '../../tools/known-tools.ts';
import { runTool, type ToolResult } from '../../tools/run-tool.ts';
import { imageEngines } from '../../tools/tool.ts';
import type { StepContext, StepKind } from '../step-kind.ts';
import { renderKnown, shellWord } from './explain.ts';
import { requireSecret } from './secret-values.ts';
import { goodExitCodes, scalar } from './step-shapes.ts';
import { failedCall } from './tool-call.ts';
import { workspacePath } from './workspace-path.ts';

const words = z.array(scalar).min(1);
const environment = z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/), scalar);
const inputNames = z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/), z.string().min(1));

const shape = {
  command: z
    .union([
      words.describe('The program and its arguments; no shell reads them'),
      z.strictObject({
        run: words.describe('The program and its arguments; no shell reads them'),
        in: z.string().optional().describe('The folder that it runs in, by the workspace'),
        env: environment.optional().describe('Variables that it gets beside the ordinary ones'),
        'secret-env': inputNames.optional().describe('Variables that hold sensitive inputs, by the inputs’ names'),
        stdin: z
          .union([z.string(), z.strictObject({ input: z.string().min(1).describe('A sensitive input') })])
          .optional()
          .describe('What it reads'),
        cluster: z.boolean().optional().describe('True for a program that speaks to the cluster: it gets KUBECONFIG'),
        'own-kubeconfig': z
          .boolean()
          .optional()
          .describe('True for a program that would change your kubeconfig: it gets an empty one, which is thrown away'),
        'exit-codes': goodExitCodes.optional().describe('Good ones; `[0]` unless said'),
        json: z.boolean().optional().describe('What it writes is JSON, and becomes the output `json`'),
        creates: z.string().min(1).optional().describe('It is done when this file is there'),
        probe: words.optional().describe('It is done when this ends with 0'),
      }),
    ])
    .describe('A program to run'),
};
type Config = z.infer<z.ZodObject<typeof shape>>;
type Options = Exclude<Config['command'], readonly unknown[]>;

/** Runs a program of the user's. */
export const commandStep: StepKind<Config> = {
  name: 'command',
  description: 'Runs a program, without a shell, and shows what it writes',
  shape,
  effects: 'outside',
  needsCluster: (config) => optionsOf(config).cluster === true,
  outputs: { stdout: 'string', code: 'double', json: 'dyn' },
  async plan(config, context) {
    const options = renderKnown(context, optionsOf(config));
    const object = `command/${String(options.run[0])}`;
    const { creates } = options;
    if (creates !== undefined && existsSync(workspacePath(creates, context))) {
      const note = `${creates} is there`;
      return { certainty: 'previewed', summary: note, changes: [{ object, action: 'unchanged', note }] };
    }
    // Not even its probe is started: a preview runs nothing that somebody else wrote.
    return {
      certainty: 'cannot preview',
      summary: lineOf(options),
      // A program that only the run will know is accepted without being named.
      changes: String(options.run[0]).startsWith('<') ? [] : [{ object, action: 'run', note: lineOf(options) }],
      why: 'what a program does is not known before it has done it',
    };
  },
  async probe(config, context) {
    const options = context.render(optionsOf(config));
    if (options.creates === undefined && options.probe === undefined)
      return { done: 'unknown', reason: `whether ${lineOf(options)} was done cannot be told` };
    return isDone(options, context);
  },
  async run(config, context) {
    const options = context.render(optionsOf(config));
    const { done, reason } = await isDone(options, context);
    if (done) return { status: 'skipped', summary: reason };
    const onLine = (line: string) => context.output(line);
    const result = await start(options, options.run, context, { stdin: stdinOf(options, context), onLine });
    const good = options['exit-codes'] ?? [0];
    if (!good.includes(result.code ?? -1)) throw failedCall(String(options.run[0]), undefined, result);
    const json = options.json ? { json: parseJson(result, String(options.run[0])) } : {};
    const summary = `${String(options.run[0])} ended with ${result.code}`;
    return { summary, outputs: { stdout: stdoutOf(result), code: result.code ?? -1, ...json } };
  },
  async equivalent(config, context) {
    const options = renderKnown(context, optionsOf(config));
    const variables = [
      ...Object.entries(options.env ?? {}).map(([name, value]) => `${name}=${shellWord(String(value))} `),
      ...Object.keys(options['secret-env'] ?? {}).map((name) => `${name}="$${name}" `),
    ].join('');
    const line = `${variables}${lineOf(options)}`;
    const fed =
      typeof options.stdin === 'string'
        ? `printf %s ${shellWord(options.stdin)} | ${line}`
        : options.stdin
          ? `printf %s "$${options.stdin.input.toUpperCase().replace(/[^A-Z0-9_]/g, '_')}" | ${line}`
          : line;
    const place = options.in === undefined ? fed : `(cd ${shellWord(options.in)} && ${fed})`;
    if (options.creates !== undefined) return [`test -e ${shellWord(options.creates)} || ${place}`];
    return [options.probe ? `${options.probe.map((word) => shellWord(String(word))).join(' ')} || ${place}` : place];
  },
};

function optionsOf({ command }: Config): Options {
  return Array.isArray(command) ? { run: command } : (command as Options);
}

function lineOf({ run }: Options): string {
  return run.map((word) => shellWord(String(word))).join(' ');
}

/** Whether its own test says that there is nothing to do. */
async function isDone(options: Options, context: StepContext): Promise<{ done: boolean; reason: string }> {
  const { creates, probe } = options;
  if (creates !== undefined && existsSync(workspacePath(creates, context)))
    return { done: true, reason: `${creates} is there` };
  if (probe === undefined)
    return { done: false, reason: creates === undefined ? 'to be run' : `${creates} is not there` };
  const { code } = await start(options, probe, context, {});
  const said = probe.map(String).join(' ');
  return { done: code === 0, reason: code === 0 ? `${said} says that it is done` : `${said} ended with ${code}` };
}

async function start(
  options: Options,
  argv: Options['run'],
  context: StepContext,
  more: { stdin?: string | undefined; onLine?: (line: string) => void },
): Promise<ToolResult> {
  const cwd = options.in === undefined ? context.workspace : workspacePath(options.in, context);
  const [program = '', ...args] = argv.map(String);
  const secrets = Object.entries(options['secret-env'] ?? {}).map(([name, input]) => [
    name,
    requireSecret(input, context),
  ]);
  const named = Object.entries(options.env ?? {}).map(([name, value]) => [name, String(value)]);
  const { kubeconfig } = context.connection.info;
  const inherit = [...(options.cluster ? ['KUBECONFIG'] : []), ...ownVariables(program)];
  const env = {
    ...toolEnvironment({ inherit, ...(options.cluster ? { kubeconfig } : {}) }),
    ...Object.fromEntries([...named, ...secrets]),
  };
  const path = program.includes('/') ? workspacePath(program, context, cwd) : whichProgram(program, env);
  if (!path || (program.includes('/') && !existsSync(path)))
    throw new Problem(`There is no program ${program}`, {
      next: [program.includes('/') ? `See whether it is at ${path}` : 'Install it, or put it into PATH'],
    });
  const called = { cwd, signal: context.signal, stdin: more.stdin, ...(more.onLine && { onLine: more.onLine }) };
  if (!options['own-kubeconfig']) return runTool(path, args, { ...called, env });
  const aside = await mkdtemp(join(tmpdir(), 'tars-console-'));
  try {
    return await runTool(path, args, { ...called, env: { ...env, KUBECONFIG: join(aside, 'kubeconfig') } });
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
}

/** What becomes an output is written down with the run, so that it is kept short; the log has all of it. */
const longestOutput = 32_768;

/** Variables that a program which we know reads for its own connections; never those that lead to a cluster. */
function ownVariables(program: string): readonly string[] {
  return [git, ...imageEngines, ...localClusterTools].find(({ name }) => name === program)?.inherit ?? [];
}

function stdoutOf({ stdout }: ToolResult): string {
  return printable(stdout).trimEnd().slice(0, longestOutput);
}

function stdinOf({ stdin }: Options, context: StepContext): string | undefined {
  return typeof stdin === 'object' ? requireSecret(stdin.input, context) : stdin;
}

function parseJson({ stdout, truncated }: ToolResult, name: string): unknown {
  try {
    return JSON.parse(stdout);
  } catch (cause) {
    throw new Problem(`What ${name} wrote is not JSON${truncated ? ': it is too long to be kept' : ''}`, {
      evidence: stdout.split('\n').slice(0, 5),
      cause,
    });
  }
}
