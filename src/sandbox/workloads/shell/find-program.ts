import { absolute } from '../files/entries.ts';
import type { FileSystem } from '../files/file-system.ts';
import { archivePrograms } from '../programs/archive.ts';
import { environmentPrograms } from '../programs/environment.ts';
import { filePrograms } from '../programs/files.ts';
import { filterPrograms } from '../programs/filters.ts';
import { networkPrograms } from '../programs/network.ts';
import { test } from '../programs/test.ts';
import { textPrograms } from '../programs/text.ts';
import { type ContainerSystem, ExecutableNotFound, type Program } from '../system.ts';
import { shellProgram } from './program.ts';

const programs: Readonly<Record<string, Program>> = {
  ...archivePrograms,
  ...environmentPrograms,
  ...filePrograms,
  ...filterPrograms,
  ...networkPrograms,
  ...textPrograms,
  test,
  '[': test,
  sh: shellProgram,
  ash: shellProgram,
  bash: shellProgram,
};

export const programNames: ReadonlySet<string> = new Set(Object.keys(programs));

const folders = /^\/(?:usr\/)?(?:local\/)?s?bin\/([^/]+)$/;

/**
 * The program behind a name or a path: the image's own, the common ones, or a script that lies in the files. Throws
 * `ExecutableNotFound`.
 */
export function findProgram(system: ContainerSystem, files: FileSystem, name: string, cwd: string): Program {
  const base = name.includes('/') ? folders.exec(absolute(cwd, name))?.[1] : name;
  const known = base && (system.program(base) ?? (Object.hasOwn(programs, base) ? programs[base] : undefined));
  if (known) return known;
  if (name.includes('/') && files.find(absolute(cwd, name))?.kind === 'file')
    return (call) => shellProgram({ ...call, name: 'sh', args: [absolute(cwd, name), ...call.args] });
  throw new ExecutableNotFound(name);
}
