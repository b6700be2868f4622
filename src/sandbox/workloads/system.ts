import type { Clock } from './clock.ts';
import type { FileSystem } from './files/file-system.ts';
import type { Peer } from './messages.ts';
import type { Input, Output } from './shell/streams.ts';

/** What a program finds around it in its container. */
export interface ContainerSystem {
  readonly hostname: string;
  /** What the container was created with. */
  readonly env: Readonly<Record<string, string>>;
  readonly workingDir: string;
  readonly userId: number;
  readonly clock: Clock;
  /** Made when somebody first looks; ConfigMaps and Secrets in it are as they are now. */
  files(): Promise<FileSystem>;
  /** A program of the image by its name, e.g. `redis-cli`; undefined when the image has none. */
  program(name: string): Program | undefined;
  dial(host: string, port: number): Peer | undefined;
  /** The addresses of a name inside the cluster. */
  resolve(host: string): readonly string[];
  /** What runs here, the first one with the number 1. */
  processes(): readonly { pid: number; command: string }[];
  /** False when there is no such process. */
  signal(pid: number, signal: 'SIGTERM' | 'SIGKILL'): boolean;
}

/** One call of a program. */
export interface Call {
  /** As it was called, e.g. `/bin/ls`. */
  readonly name: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly stdin: Input;
  readonly stdout: Output;
  readonly stderr: Output;
  readonly tty: boolean;
  readonly files: FileSystem;
  readonly system: ContainerSystem;
  /** Another program, by name or path. Throws `ExecutableNotFound`. */
  readonly find: FindProgram;
  /** Aborted when it is killed. */
  readonly signal: AbortSignal;
}

export type FindProgram = (name: string, cwd: string) => Program;

/** Returns the exit code. */
export type Program = (call: Call) => number | Promise<number>;

/** There is no such executable: exec itself fails, in the container runtime's words. */
export class ExecutableNotFound extends Error {
  constructor(name: string) {
    const what = name.includes('/') ? `stat ${name}: no such file or directory` : 'executable file not found in $PATH';
    super(`exec: "${name}": ${what}`);
  }
}
