import { z } from 'zod';
import { Problem } from '../../base/errors.ts';
import { execInPod } from '../../cluster/streams/exec.ts';
import type { PreviewContext, StepContext, StepKind } from '../step-kind.ts';
import { renderKnown, shellWord } from './explain.ts';
import { type ChosenContainer, chooseContainer, execAccess, lineWriter } from './in-pod.ts';
import { kubectlName } from './object-names.ts';
import { goodExitCodes, objectName, scalar } from './step-shapes.ts';

const argv = z.array(scalar).min(1);
const shape = {
  exec: z
    .strictObject({
      in: objectName.describe('A pod, or a workload or Service: then a ready pod of it'),
      container: z.string().min(1).optional().describe('The pod’s default, or its first, unless said'),
      command: argv.describe('The program and its arguments; no shell stands between'),
      stdin: z
        .union([
          z.strictObject({ text: z.string() }),
          z.strictObject({ secret: z.string().min(1).describe('Name of a sensitive input') }),
          z.strictObject({ file: z.string().min(1) }),
        ])
        .optional()
        .describe('What the command reads; the place for secrets, which never stand in its arguments'),
      'exit-codes': goodExitCodes.optional().describe('Good ones; `[0]` unless said'),
      unless: argv.optional().describe('A command that ends with 0 when it is done already; it must change nothing'),
    })
    .describe('A command in a container'),
};
type Config = z.infer<z.ZodObject<typeof shape>>;

/** Of standard output as much is kept for later steps; all of it is in the run's output. */
const keptBytes = 64 * 1024;

/**
 * Runs a command in a container. Stopping a run at once closes the connection; what the command does then is the node's
 * affair, as with kubectl.
 */
export const execStep: StepKind<Config> = {
  name: 'exec',
  description: 'Runs a command in a container of a pod',
  shape,
  effects: 'cluster',
  outputs: { stdout: 'string', code: 'double', json: 'dyn', pod: 'string' },
  files: ({ exec: { stdin } }) => (stdin && 'file' in stdin ? [stdin.file] : []),
  access: async () => execAccess,
  async plan({ exec }, context) {
    const { in: target, container, command, unless } = renderKnown(context, exec);
    const note = command.map((word) => shellWord(String(word))).join(' ');
    const skipped = unless ? `left out when this ends well: ${unless.map(String).join(' ')}` : undefined;
    try {
      const chosen = await chooseContainer({ in: target, container }, context);
      const change = { object: `Pod/${chosen.pod}`, namespace: chosen.namespace, action: 'run' as const, note };
      return {
        certainty: 'cannot preview',
        summary: `runs ${command[0]} in ${chosen.pod}, container ${chosen.container}`,
        changes: [change],
        why: skipped ?? 'what a command does is known when it has run',
      };
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      const change = { object: target, namespace: context.namespace, action: 'run' as const, note };
      return { certainty: 'cannot preview', summary: `runs ${command[0]}`, changes: [change], why: error.message };
    }
  },
  async probe(config, context) {
    const { unless } = config.exec;
    if (!unless) return { done: 'unknown', reason: 'whether the command ran cannot be seen; `unless` would tell' };
    const done = await isDone(config, context);
    return {
      done,
      reason: `${words(unless, context)[0]} ${done ? 'says that it is done' : 'says that it is not done'}`,
    };
  },
  async run(config, context) {
    const { exec } = config;
    const chosen = await chooseContainer(context.render({ in: exec.in, container: exec.container }), context);
    if (exec.unless && (await isDone(config, context, chosen)))
      return {
        status: 'skipped',
        summary: 'done already',
        outputs: { stdout: '', code: 0, json: null, pod: chosen.pod },
      };
    const command = words(exec.command, context);
    const stdin = await inputOf(exec.stdin, context);
    context.progress(`${command[0]} in ${chosen.pod}`);
    const { code, stdout, stderr, cut } = await execute(chosen, command, stdin, context);
    const good = exec['exit-codes'] ?? [0];
    if (!good.includes(code)) throw failure(command, code, good, chosen, stderr);
    if (cut) context.output(`(only the first ${keptBytes / 1024} KiB are kept for later steps)`);
    const outputs = { stdout, code, json: cut ? null : asJson(stdout), pod: chosen.pod };
    return { summary: `${command[0]} ended with ${code} in ${chosen.pod}`, outputs, locals: outputs };
  },
  async equivalent({ exec }, context) {
    const { in: target, container, command, stdin, unless } = renderKnown(context, exec);
    const call = (args: readonly unknown[], input: boolean) =>
      `kubectl exec${input ? ' -i' : ''} -n ${context.namespace} ${kubectlName(target)}${container ? ` -c ${shellWord(container)}` : ''} -- ${args.map((arg) => shellWord(String(arg))).join(' ')}`;
    const line = call(command, stdin !== undefined);
    const fed = !stdin
      ? line
      : 'file' in stdin
        ? `${line} < ${shellWord(stdin.file)}`
        : 'secret' in stdin
          ? `printf %s "$${variable(stdin.secret)}" | ${line}`
          : `printf %s ${shellWord(stdin.text)} | ${line}`;
    return [unless ? `${call(unless, false)} || ${fed}` : fed];
  },
};

async function isDone({ exec }: Config, context: StepContext, chosen?: ChosenContainer): Promise<boolean> {
  const { in: target, container, unless = [] } = exec;
  const place = chosen ?? (await chooseContainer(context.render({ in: target, container }), context));
  const command = words(unless, context);
  return (await execInPod(context.connection, { ...place, command, signal: context.signal })) === 0;
}

async function execute(
  place: ChosenContainer,
  command: string[],
  stdin: string | undefined,
  { connection, signal, output }: StepContext,
) {
  const kept: Buffer[] = [];
  let length = 0;
  const stderr: string[] = [];
  const out = lineWriter(output);
  const err = lineWriter((line) => {
    output(line);
    stderr.push(line);
    if (stderr.length > 20) stderr.shift();
  });
  const code = await execInPod(connection, {
    ...place,
    command,
    stdin: stdin === undefined ? undefined : once(stdin),
    signal,
    onStdout(bytes) {
      out.write(bytes);
      if (length < keptBytes) kept.push(bytes.subarray(0, keptBytes - length));
      length += bytes.length;
    },
    onStderr: (bytes) => err.write(bytes),
  });
  out.end();
  err.end();
  return { code, stdout: Buffer.concat(kept).toString('utf8'), stderr, cut: length > keptBytes };
}

async function* once(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text, 'utf8');
}

async function inputOf(stdin: Config['exec']['stdin'], context: StepContext): Promise<string | undefined> {
  if (stdin === undefined) return undefined;
  if ('text' in stdin) return context.render(stdin.text);
  if ('file' in stdin) return (await context.readFile(stdin.file)).text;
  const value = context.secret(stdin.secret);
  if (value !== undefined) {
    context.hide(value);
    return value;
  }
  throw new Problem(`There is no value for the input ${stdin.secret}`, {
    next: [`--set-env ${stdin.secret}=VARIABLE or --set-file ${stdin.secret}=path gives one`],
  });
}

function words(command: readonly (string | number | boolean)[], context: Pick<PreviewContext, 'render'>): string[] {
  return context.render(command).map(String);
}

function failure(command: string[], code: number, good: number[], { pod }: ChosenContainer, stderr: string[]): Problem {
  const wanted = good.length === 1 && good[0] === 0 ? '' : `, and ${good.join(' or ')} was expected`;
  return new Problem(`${command[0]} ended with ${code} in ${pod}${wanted}`, { evidence: stderr });
}

function asJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}

function variable(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/[^A-Za-z0-9_]/g, '_')
    .toUpperCase();
}
