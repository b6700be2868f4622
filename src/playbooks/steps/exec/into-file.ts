import { type ExecRequest, execInPod } from '../../../cluster/streams/exec.ts';
import type { StepContext, StepProbe } from '../../step-kind.ts';
import { bytesText, limited } from '../byte-size.ts';
import { workspacePath } from '../workspace-path.ts';
import { badEnd, lastLines } from './ending.ts';
import { endsFault } from './ends.ts';
import { readFileFacts, streamOf } from './local-file.ts';
import { beginFile, type Written } from './new-file.ts';
import type { ExecOutput } from './options.ts';

/**
 * Runs a command and writes its standard output to a new file, as fast as the disk takes it. The file has its name only after
 * the command has ended well and the output has the ends that it must have. Throws `Problem`; nothing is left then.
 */
export async function runIntoFile(
  request: ExecRequest,
  to: ExecOutput,
  good: readonly number[],
  context: StepContext,
): Promise<Written & { code: number }> {
  const { connection, signal, progress, output, run } = context;
  const file = await beginFile(workspacePath(to.file, context), run.id, signal);
  const say = limited((bytes: number) => progress(`${bytesText(bytes)} received`));
  const err = lastLines(output);
  try {
    const code = await execInPod(connection, {
      ...request,
      async onStdout(bytes) {
        await file.write(bytes);
        say(file.bytes);
      },
      onStderr: (bytes) => err.write(bytes),
    });
    if (!good.includes(code)) throw badEnd(request, code, good, err.end());
    err.end();
    if (to.verify) await verify(request, to.verify.map(String), file.partial, context);
    return { code, ...(await file.finish(to)) };
  } catch (error) {
    await file.discard();
    throw error;
  }
}

/** Lets a command where the output came from read what arrived here. */
async function verify(request: ExecRequest, command: string[], path: string, context: StepContext): Promise<void> {
  const { connection, signal, output, progress } = context;
  progress(`${command[0]} reads it again`);
  const err = lastLines(output);
  const again = { ...request, command, stdin: streamOf(path, signal), onStderr: err.write };
  const code = await execInPod(connection, again);
  if (code !== 0) throw badEnd(again, code, [0], err.end());
}

/** Whether a run that was cut short has written its file: only what is whole has the name. */
export async function isFileDone(
  to: ExecOutput,
  existed: boolean | undefined,
  context: StepContext,
): Promise<StepProbe> {
  const path = workspacePath(to.file, context);
  const facts = await readFileFacts(path, context.signal);
  if (!facts) return { done: false, reason: `${path} is not there` };
  if (existed !== false) return { done: false, reason: `${path} was there before` };
  const fault = endsFault(to, Buffer.from(facts.head), Buffer.from(facts.tail));
  if (fault) return { done: false, reason: `${path}: ${fault}` };
  const { bytes, sha256 } = facts;
  const outputs = { stdout: '', code: 0, json: null, pod: '', file: path, bytes, sha256 };
  return { done: true, reason: `${path} is there and whole`, outputs };
}
