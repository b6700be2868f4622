import { exitCodes, Problem } from '../base/errors.ts';

/** The Status object that an API server answers errors with. */
export interface KubernetesStatus {
  status?: string;
  message?: string;
  reason?: string;
  code?: number;
  details?: {
    name?: string;
    kind?: string;
    group?: string;
    retryAfterSeconds?: number;
    causes?: { reason?: string; message?: string; field?: string }[];
  };
}

/** The answer as it came, for those who speak to something behind the API server, such as a Service's proxy. */
export interface RawAnswer {
  headers: Record<string, string>;
  /** Parsed when it is JSON, else text. */
  body: unknown;
}

/** An answer of the API server that says no. */
export class KubernetesError extends Problem {
  readonly status: number;
  /** The Status' reason, e.g. `NotFound`, `Conflict`, `Forbidden`. */
  readonly reason: string;
  readonly details: KubernetesStatus;
  readonly answer: RawAnswer | undefined;

  constructor(
    status: number,
    details: KubernetesStatus,
    where: string,
    next: readonly string[] = [],
    answer?: RawAnswer,
  ) {
    super(details.message ?? `The API server answered ${status}`, { where, next, exitCode: exitCodes.failed });
    this.status = status;
    this.reason = details.reason ?? '';
    this.details = details;
    this.answer = answer;
  }
}

export function hasStatus(error: unknown, status: number): boolean {
  return error instanceof KubernetesError && error.status === status;
}
