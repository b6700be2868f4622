import type { Cpu } from '../cpu.ts';
import type { ProcessContext } from '../image.ts';
import type { WorkloadRequest, WorkloadResponse } from '../messages.ts';
import type { MetricsRegistry } from '../prometheus.ts';
import type { Program } from '../system.ts';

/** One kind of work, log-normal: how long most requests of it take. */
export interface Work {
  /** Its part of the requests; parts need not add up to 1. */
  share: number;
  /** Milliseconds that a worker is held when the CPU is free: the median, and the deviation of its logarithm. */
  ms: number;
  sigma: number;
  cpuSeconds: number;
}

/** Something that the service needs, by the names of its variables. One whose variable is not set is not asked for. */
export interface Dependency {
  /** As it is called in its logs and in `/ready`. */
  name: string;
  /** How it is asked whether it works: by a login, by PING, or by a connection alone. */
  kind: 'postgres' | 'redis' | 'tcp';
  /** Variables, the first that is set counts; a host, `host:port` (of several, the first), or a URL with user and database. */
  env: readonly string[];
  /** Variables for what stands beside a host: the port, the user, the password, the database. */
  port?: string;
  user?: string;
  password?: string;
  database?: string;
  /** The port where none is given. */
  usualPort: number;
  /** It starts without it and says `degraded`; otherwise it ends with 1 after ten tries, and is not ready without it. */
  optional?: boolean;
}

/** What an answer of its own can use. */
export interface ServiceParts {
  context: ProcessContext;
  cpu: Cpu;
  registry: MetricsRegistry;
  /** Waits for a worker and works as long as the options say (or this work); the 503 of a full queue, else undefined. */
  work(work?: readonly Work[]): Promise<WorkloadResponse | undefined>;
}

export type ServiceRoute = (request: WorkloadRequest) => WorkloadResponse | Promise<WorkloadResponse>;

/** A stand-in for an HTTP service: what it answers and what that costs comes out of a queue before a number of workers. */
export interface ServiceOptions {
  /** As it is called in its answers and logs. */
  name: string;
  /** Where it listens, when its container declares no ports. */
  ports: readonly number[];
  /** Beginnings of the paths that cost work and are answered with 200 and JSON, e.g. `/api/`. */
  routes: readonly string[];
  serviceMs: readonly Work[];
  /** Requests that one pod works on at the same time. */
  workers: number;
  /** Requests that may wait in one pod; more are answered with 503. 512 unless said. */
  queue?: number;
  /** From its start until it listens. */
  startUpMs: number;
  /** Before the names of its metrics, e.g. `tars_`; empty unless said. */
  metricsPrefix?: string;
  dependencies?: readonly Dependency[];
  /**
   * Paths (their beginnings) that are passed on to a Service of the same namespace after its own work; 502 where nothing
   * listens there.
   */
  upstreams?: Readonly<Record<string, string>>;
  /** Megabytes. */
  memory?: { base: number; perRequest: number };
  /** Cores used without any request; 0.01 unless said. */
  baseCores?: number;
  /** Megabytes of the image; 180 unless said. */
  size?: number;
  programs?: Readonly<Record<string, Program>>;
  /** Answers of its own by their exact path, made once per process; metrics of its own are added to `registry` here. */
  own?(parts: ServiceParts): Readonly<Record<string, ServiceRoute>>;
}
