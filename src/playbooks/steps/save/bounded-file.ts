import type { StepContext } from '../../step-kind.ts';
import { bytesText, limited } from '../byte-size.ts';
import { beginFile, type Written } from '../exec/new-file.ts';
import { workspacePath } from '../workspace-path.ts';

/** Several files where one would be larger than it may be: `logs.txt`, `logs-2.txt`, … At most this many; then it ends. */
const mostFiles = 20;

/**
 * Writes pieces to a new file, and on to a further one whenever `most` bytes are full; no piece is split. `cut` says that there
 * was more than all files may hold. What is half done is taken away when anything fails.
 */
export async function writeBounded(
  pieces: AsyncIterable<string>,
  { file, most = Number.POSITIVE_INFINITY }: { file: string; most?: number },
  { run, signal, progress, ...context }: StepContext,
): Promise<{ files: Written[]; cut: boolean }> {
  const path = workspacePath(file, context);
  const begin = (number: number) => beginFile(number === 1 ? path : numbered(path, number), run.id, signal);
  const done: Written[] = [];
  let open = await begin(1);
  const say = limited((bytes: number) => progress(`${bytesText(bytes)} written`));
  try {
    for await (const piece of pieces) {
      signal.throwIfAborted();
      const bytes = Buffer.from(piece);
      if (open.bytes > 0 && open.bytes + bytes.length > most) {
        done.push(await open.finish({}));
        if (done.length >= mostFiles) return { files: done, cut: true };
        open = await begin(done.length + 1);
      }
      await open.write(bytes);
      say(open.bytes);
    }
    done.push(await open.finish({}));
    return { files: done, cut: false };
  } catch (error) {
    await open.discard();
    throw error;
  }
}

function numbered(path: string, number: number): string {
  const dot = path.lastIndexOf('.');
  return dot > path.lastIndexOf('/') + 1 ? `${path.slice(0, dot)}-${number}${path.slice(dot)}` : `${path}-${number}`;
}
