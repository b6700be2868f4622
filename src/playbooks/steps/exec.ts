import { Problem } from '../../base/errors.ts';
import { type ExecRequest, execInPod } from '../../cluster/streams/exec.ts';
import type { PreviewContext, StepContext, StepKind } from '../step-kind.ts';
import type { PreviewedChange, StepPreview } from '../step-preview.ts';
import { bytesText } from './byte-size.ts';
import { badEnd, lastLines } from './exec/ending.ts';
import { execEquivalent } from './exec/equivalent.ts';
import { isFileDone, runIntoFile } from './exec/into-file.ts';
import { isThere } from './exec/new-file.ts';
import { type ExecConfig, execShape } from './exec/options.ts';
import { openInput } from './exec/stdin.ts';
import { renderKnown, shellWord } from './explain.ts';
import { type ChosenContainer, chooseContainer, execAccess, lineWriter } from './in-pod.ts';
import { workspacePath } from './workspace-path.ts';

/** Of standard output as much is kept for later steps; all of it is in the run's output. */
const keptBytes = 64 * 1024;

/**
 * Runs a command in a container. Stopping a run at once closes the connection; what the command does then is the node's
 * affair, as with kubectl.
 */
export const execStep: StepKind<ExecConfig> = {
  name: 'exec',
  description: 'Runs a command in a container of a pod',
  shape: execShape,
  effects: 'cluster',
  effectsOf: ({ exec }) => (exec.to ? 'outside' : 'cluster'),
  reaches: ({ exec: { stdin } }) => stdin !== undefined && 'path' in stdin,
  outputs: {
    ...{ stdout: 'string', code: 'double', json: 'dyn', pod: 'string' },
    ...{ file: 'string', bytes: 'double', sha256: 'string' },
  },
  files: ({ exec: { stdin } }) => (stdin && 'file' in stdin ? [stdin.file] : []),
  access: async ({ exec }, context) => execAccess(context.render({ namespace: exec.namespace }).namespace),
  async plan({ exec }, context) {
    const { in: target, container, namespace, command, unless, to } = renderKnown(beforeRun(context), exec);
    const note = command.map((word) => shellWord(String(word))).join(' ');
    const skipped = unless ? `left out when this ends well: ${unless.map(String).join(' ')}` : undefined;
    const made: PreviewedChange[] = to ? [{ object: `file/${to.file}`, action: 'create' }] : [];
    const into = to ? ` → ${to.file}` : '';
    const preview = (change: PreviewedChange, summary: string, why: string): StepPreview => ({
      ...{ certainty: 'cannot preview', summary: `${summary}${into}`, changes: [change, ...made], why },
    });
    try {
      const chosen = await chooseContainer({ in: target, container, namespace }, context);
      const change = { object: `Pod/${chosen.pod}`, namespace: chosen.namespace, action: 'run' as const, note };
      const summary = `runs ${command[0]} in ${chosen.pod}, container ${chosen.container}`;
      return preview(change, summary, skipped ?? 'what a command does is known when it has run');
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      const change = { object: target, namespace: namespace ?? context.namespace, action: 'run' as const, note };
      return preview(change, `runs ${command[0]}`, error.message);
    }
  },
  async before({ exec: { to } }, context) {
    return to && { existed: await isThere(workspacePath(context.render(to.file), context)) };
  },
  async probe(config, context, before) {
    const { unless, to } = config.exec;
    if (to) return isFileDone(context.render(to), (before as { existed?: boolean } | undefined)?.existed, context);
    if (!unless) return { done: 'unknown', reason: 'whether the command ran cannot be seen; `unless` would tell' };
    const done = await isDone(config, context);
    return {
      done,
      reason: `${words(unless, context)[0]} ${done ? 'says that it is done' : 'says that it is not done'}`,
    };
  },
  async run(config, context) {
    const { exec } = config;
    const { in: target, container, namespace } = exec;
    const chosen = await chooseContainer(context.render({ in: target, container, namespace }), context);
    if (exec.unless && (await isDone(config, context, chosen)))
      return {
        status: 'skipped',
        summary: 'done already',
        outputs: { stdout: '', code: 0, json: null, pod: chosen.pod },
      };
    const command = words(exec.command, context);
    const stdin = await openInput(exec.stdin, context);
    context.progress(`${command[0]} in ${chosen.pod}`);
    const request = { ...chosen, command, stdin, signal: context.signal };
    const good = exec['exit-codes'] ?? [0];
    if (exec.to) {
      const to = context.render(exec.to);
      const { code, ...written } = await runIntoFile(request, to, good, context);
      const outputs = { stdout: '', code, json: null, pod: chosen.pod, ...written };
      const summary = `${written.file}: ${bytesText(written.bytes)}, SHA-256 ${written.sha256}`;
      return { summary, outputs, locals: outputs };
    }
    const { code, stdout, stderr, cut } = await execute(request, context);
    if (!good.includes(code)) throw badEnd(request, code, good, stderr);
    if (cut) context.output(`(only the first ${keptBytes / 1024} KiB are kept for later steps)`);
    const outputs = { stdout, code, json: cut ? null : asJson(stdout), pod: chosen.pod };
    return { summary: `${command[0]} ended with ${code} in ${chosen.pod}`, outputs, locals: outputs };
  },
  equivalent: execEquivalent,
};

/** What is named by the run's time has no such name before the run. */
function beforeRun(context: PreviewContext): Pick<PreviewContext, 'render'> {
  return { render: (value) => context.render(value, { run: { time: '<time>' } }) };
}

async function isDone({ exec }: ExecConfig, context: StepContext, chosen?: ChosenContainer): Promise<boolean> {
  const { in: target, container, namespace, unless = [] } = exec;
  const place = chosen ?? (await chooseContainer(context.render({ in: target, container, namespace }), context));
  const command = words(unless, context);
  return (await execInPod(context.connection, { ...place, command, signal: context.signal })) === 0;
}

async function execute(request: ExecRequest, { connection, output }: StepContext) {
  const kept: Buffer[] = [];
  let length = 0;
  const out = lineWriter(output);
  const err = lastLines(output);
  const code = await execInPod(connection, {
    ...request,
    onStdout(bytes) {
      out.write(bytes);
      if (length < keptBytes) kept.push(bytes.subarray(0, keptBytes - length));
      length += bytes.length;
    },
    onStderr: (bytes) => err.write(bytes),
  });
  out.end();
  return { code, stdout: Buffer.concat(kept).toString('utf8'), stderr: err.end(), cut: length > keptBytes };
}

function words(command: readonly (string | number | boolean)[], context: Pick<PreviewContext, 'render'>): string[] {
  return context.render(command).map(String);
}

function asJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}
