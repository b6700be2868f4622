import { basename, dirname, join, relative } from 'node:path';
import { packageRoot } from '../base/package-root.ts';

/** What of a process decides how a person can start the program again. */
export interface Started {
  /** The program as it was started, `process.argv[1]`. */
  script: string;
  cwd: string;
  env: NodeJS.ProcessEnv;
}

const here = (): Started => ({ script: process.argv[1] ?? '', cwd: process.cwd(), env: process.env });

/**
 * What a person types to start the program again as it was started now: `tars-console` where it is installed, `npx
 * tars-console` in a clone or a project that has it, `node` with its path otherwise.
 */
export function programName({ script, cwd, env }: Started = here()): string {
  if (script === '') return 'tars-console';
  const folder = dirname(script);
  // npm puts folders of its own into the PATH for as long as one script runs.
  const byNpm = env.npm_command !== undefined;
  if (basename(script) === 'tars-console') {
    if (!byNpm && (env.PATH ?? '').split(':').includes(folder)) return 'tars-console';
    if (folder === join(cwd, 'node_modules', '.bin')) return 'npx tars-console';
    return script;
  }
  if (cwd === packageRoot()) return 'npx tars-console';
  const near = relative(cwd, script);
  return `node ${near.startsWith('..') ? script : near}`;
}

/** A hint in which `tars-console` begins a command, with the command as it can be typed here. */
export function asTyped(text: string, name = programName()): string {
  return name === 'tars-console' ? text : text.replace(commandStart, (_, before: string) => `${before}${name}`);
}

// The program's name in a sentence is followed by a verb of English or a stop, a command by one of its own or an option.
const commandStart =
  /(^|[\s`:(])tars-console(?= (?:demo|run|resume|follow|stop|runs|replay|report|list|validate|export|status|diagnose|load|sandbox|-))/g;
