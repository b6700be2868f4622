import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { Problem } from '../../../base/errors.ts';
import type { StepContext } from '../../step-kind.ts';
import { bytesText, limited } from '../byte-size.ts';
import { workspacePath } from '../workspace-path.ts';
import { streamOf } from './local-file.ts';
import type { ExecInput } from './options.ts';

/** What a command reads; undefined when it reads nothing. Throws `Problem` for what is not there. */
export async function openInput(
  stdin: ExecInput | undefined,
  context: StepContext,
): Promise<AsyncIterable<Uint8Array> | undefined> {
  if (stdin === undefined) return undefined;
  if ('text' in stdin) return textOf(context.render(stdin.text));
  if ('file' in stdin) return textOf((await context.readFile(stdin.file)).text);
  if ('path' in stdin) return fileInput(context.render(stdin), context);
  const value = context.secret(stdin.secret);
  if (value !== undefined) {
    context.hide(value);
    return textOf(value);
  }
  throw new Problem(`There is no value for the input ${stdin.secret}`, {
    next: [`--set-env ${stdin.secret}=VARIABLE or --set-file ${stdin.secret}=path gives one`],
  });
}

async function* textOf(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text, 'utf8');
}

type FileInput = Extract<ExecInput, { path: string }>;

async function fileInput(input: FileInput, context: StepContext): Promise<AsyncIterable<Uint8Array>> {
  const path = workspacePath(input.path, context);
  const about = await stat(path).catch((cause) => {
    throw new Problem(`${path} cannot be read`, { where: path, cause });
  });
  if (!about.isFile()) throw new Problem(`${path} is no file`);
  return bytesOf(path, about.size, input, context);
}

/** What stands behind the file is sent only when all of it was: a command that sees the end before knows that it was cut short. */
async function* bytesOf(
  path: string,
  size: number,
  { before, after, sha256 }: FileInput,
  { signal, progress }: StepContext,
): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256');
  const say = limited((sent: number) =>
    progress(`${bytesText(sent)} of ${bytesText(size)} sent`, Math.min(1, sent / Math.max(1, size))),
  );
  if (before) yield Buffer.from(before);
  let sent = 0;
  for await (const chunk of streamOf(path, signal)) {
    hash.update(chunk);
    yield chunk;
    sent += chunk.length;
    say(sent);
  }
  if (sent !== size || (sha256 !== undefined && sha256 !== '' && hash.digest('hex') !== sha256))
    throw new Problem(`${path} changed while it was read`, {
      where: path,
      next: ['Do it again with a file that stays'],
    });
  if (after) yield Buffer.from(after);
}
