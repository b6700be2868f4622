import type { Clock } from './clock.ts';

/** A request as it reaches a container. Header names are lower case. */
export interface WorkloadRequest {
  method: string;
  /** Path with query string, e.g. `/rag/query?q=what`. */
  url: string;
  headers: Readonly<Record<string, string | undefined>>;
  body: string;
  /** Who sent it: the address before the router. */
  remoteAddress: string;
}

export interface WorkloadResponse {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** The other end of a connection inside the cluster. */
export interface Peer {
  request(request: WorkloadRequest): Promise<WorkloadResponse>;
  /** One command of a database's own protocol, e.g. `['GET', key]`. Throws when it does not speak one. */
  command(parts: readonly string[]): string | undefined;
}

/** What a container gets from its node. */
export interface ProcessContext {
  readonly pod: string;
  readonly namespace: string;
  readonly container: string;
  readonly node: string;
  /** Outcome asked for by the pod's `tars-console.dev/outcome` annotation. */
  readonly outcome: string | undefined;
  readonly env: Readonly<Record<string, string>>;
  readonly args: readonly string[];
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
  /** A connection to a Service's name (short, or with namespace) or to an address; undefined when it is refused. */
  dial(host: string, port: number): Peer | undefined;
  /** The process ends by itself. 137 with `OOMKilled` when it went over its memory. */
  exit(code: number, reason?: 'Error' | 'Completed' | 'OOMKilled'): void;
}

/** A container that runs. */
export interface WorkloadProcess {
  /** Undefined when nothing listens there: the connection is refused. */
  handle(request: WorkloadRequest, port: number): Promise<WorkloadResponse> | undefined;
  listens(port: number): boolean;
  /** Commands of exec probes and `kubectl exec`. */
  exec(command: readonly string[]): { exitCode: number; output: string };
  /** CPU seconds used since it started. */
  cpuSeconds(): number;
  /** Working set, bytes. */
  memoryBytes(): number;
  command?(parts: readonly string[]): string | undefined;
  /** SIGTERM: takes nothing new, finishes what it has. Resolves when it has ended. */
  stop(): Promise<void>;
  /** SIGKILL. */
  kill(): void;
}

/** What can be run: data and behaviour by image name. */
export interface WorkloadImage {
  /** Bytes on the registry; the pull takes time accordingly. */
  size: number;
  start(context: ProcessContext): WorkloadProcess;
}

export const json = (status: number, body: unknown, headers: Record<string, string> = {}): WorkloadResponse => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(body),
});

export const text = (status: number, body: string, type = 'text/plain; charset=utf-8'): WorkloadResponse => ({
  status,
  headers: { 'content-type': type },
  body,
});
