import { Problem } from '../base/errors.ts';

const words: Record<string, string> = {
  EACCES: 'permission denied',
  EPERM: 'not permitted',
  EROFS: 'the file system is read-only',
  ENOSPC: 'no space is left on the disk',
  EDQUOT: 'the quota of disk space is used up',
  ENOTDIR: 'a part of the path is no folder',
  EMFILE: 'too many files are open',
  ENFILE: 'too many files are open on this machine',
};

/** An error of the file system that is the machine's affair and no fault of the program, in words; undefined for others. */
export function fileProblem(error: unknown): Problem | undefined {
  const { code = '', path, syscall = '' } = error as NodeJS.ErrnoException;
  const why = words[code];
  if (why === undefined || syscall === 'connect' || syscall === 'listen') return undefined;
  const what = path === undefined ? 'A file' : path;
  return new Problem(`${what} cannot be ${/^(read|scandir|stat|lstat)/.test(syscall) ? 'read' : 'used'}: ${why}`, {
    next: ['Runs and sandboxes are kept below XDG_STATE_HOME, else ~/.local/state; name a folder of yours there.'],
    cause: error,
  });
}
