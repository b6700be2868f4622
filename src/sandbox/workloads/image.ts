import type { ApiClient } from '../client.ts';
import type { Clock } from './clock.ts';
import type { Peer, WorkloadRequest, WorkloadResponse } from './messages.ts';
import type { Input } from './shell/streams.ts';
import type { ContainerSystem, Program } from './system.ts';

/** What a container gets from its node. */
export interface ProcessContext {
  readonly pod: string;
  readonly namespace: string;
  readonly container: string;
  readonly node: string;
  /** Of its pod. */
  readonly annotations?: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string>>;
  readonly args: readonly string[];
  /** Of its image: a stand-in that tells its version goes by it. */
  readonly tag?: string;
  /** An init container, or one of a pod that is not restarted: it is expected to end. */
  readonly runsToEnd: boolean;
  /** The ports that the container declares. */
  readonly ports: readonly number[];
  /** Cores; undefined without a limit. */
  readonly cpuLimit: number | undefined;
  /** Bytes; undefined without a limit. */
  readonly memoryLimit: number | undefined;
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  random(): number;
  /** How long a step of the start-up takes here: the sandbox's speed. Requests do not use it. */
  shorten(ms: number): number;
  log(line: string): void;
  /** What a program writes, as it comes. */
  write(data: string | Buffer): void;
  /** Standard input; at its end at once unless the container has one. */
  readonly stdin: Input;
  readonly tty: boolean;
  /** What the container holds besides its process. */
  readonly system: ContainerSystem;
  /** A connection to a Service's name (short, or with namespace) or to an address; undefined when it is refused. */
  dial(host: string, port: number): Peer | undefined;
  /**
   * The API server, as the address of the Service `kubernetes` leads to it, with the token of the pod's ServiceAccount: a
   * program may do there what that account may. Requests fail where no token is mounted. To be closed when it ends.
   */
  api(userAgent: string): ApiClient;
  /** The process ends by itself. 137 with `OOMKilled` when it went over its memory. */
  exit(code: number, reason?: 'Error' | 'Completed' | 'OOMKilled'): void;
  /** The process could not even be started, in the runtime's words. */
  refuse(message: string): void;
}

/** A container that runs. */
export interface WorkloadProcess {
  /** Undefined when nothing listens there: the connection is refused. */
  handle(request: WorkloadRequest, port: number): Promise<WorkloadResponse> | undefined;
  listens(port: number): boolean;
  /** CPU seconds used since it started. */
  cpuSeconds(): number;
  /** Working set, bytes. */
  memoryBytes(): number;
  command?(parts: readonly string[]): string | undefined;
  /** SIGTERM: takes nothing new, finishes what it has. Resolves when it has ended, with its exit code if it is not 0. */
  stop(): Promise<number | undefined>;
  /** SIGKILL. */
  kill(): void;
}

/** What can be run: data and behaviour by image name. */
export interface WorkloadImage {
  /** Bytes on the registry; the pull takes time accordingly. */
  size: number;
  /** Its own programs besides the common ones. */
  programs?: Readonly<Record<string, Program>>;
  /** A bare system: what its containers run is the command they are given. */
  bare?: boolean;
  start(context: ProcessContext): WorkloadProcess;
}
