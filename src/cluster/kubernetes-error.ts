import { exitCodes, Problem } from '../base/errors.ts';

/** The Status object that an API server answers errors with. */
export interface KubernetesStatus {
  status?: string;
  message?: string;
  reason?: string;
  code?: number;
  details?: { name?: string; kind?: string; causes?: { reason?: string; message?: string; field?: string }[] };
}

/** An answer of the API server that says no. */
export class KubernetesError extends Problem {
  readonly status: number;
  /** The Status' reason, e.g. `NotFound`, `Conflict`, `Forbidden`. */
  readonly reason: string;
  readonly details: KubernetesStatus;

  constructor(status: number, details: KubernetesStatus, where: string, next: readonly string[] = []) {
    super(details.message ?? `The API server answered ${status}`, { where, next, exitCode: exitCodes.failed });
    this.status = status;
    this.reason = details.reason ?? '';
    this.details = details;
  }
}

export function hasStatus(error: unknown, status: number): boolean {
  return error instanceof KubernetesError && error.status === status;
}
