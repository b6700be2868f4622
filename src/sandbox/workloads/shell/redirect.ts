import { absolute, FileError } from '../files/entries.ts';
import { type Capture, expandText } from './expand.ts';
import type { ShellState, Streams } from './state.ts';
import { inputOf } from './streams.ts';
import type { Redirect } from './syntax.ts';

/** The files of a command after its redirections. Throws `FileError` for one that cannot be opened. */
export async function redirect(
  state: ShellState,
  redirects: readonly Redirect[],
  streams: Streams,
  capture: Capture,
): Promise<Streams> {
  if (redirects.length === 0) return streams;
  const result = { ...streams };
  for (const { fd, operator, target } of redirects) {
    const text = await expandText(state, target, capture);
    if (operator === '<<') result.stdin = inputOf(text);
    else if (operator === '<') {
      result.stdin = inputOf(named(text, () => state.files.read(absolute(state.cwd, text))));
    } else if (operator === '>&') {
      const other = text === '2' ? result.stderr : result.stdout;
      if (fd === 2) result.stderr = other;
      else if (fd === 1) result.stdout = other;
    } else {
      const path = absolute(state.cwd, text);
      const device = devices[path]?.(streams);
      if (!device) named(text, () => state.files.write(path, Buffer.alloc(0), operator === '>>'));
      const output = device ?? { write: (data: string | Buffer) => state.files.write(path, Buffer.from(data), true) };
      if (fd === 2) result.stderr = output;
      else result.stdout = output;
    }
  }
  return result;
}

const devices: Record<string, (streams: Streams) => Streams['stdout']> = {
  '/dev/null': () => ({ write() {} }),
  '/dev/stdout': (streams) => streams.stdout,
  '/dev/stderr': (streams) => streams.stderr,
  '/proc/1/fd/1': (streams) => streams.stdout,
};

function named<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    throw new FileError(
      error.message === 'No such file or directory'
        ? `can't open ${path}: no such file`
        : `can't create ${path}: ${error.message}`,
    );
  }
}
