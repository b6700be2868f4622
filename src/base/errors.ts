/** What the program ends with; the numbers are a contract with scripts. */
export const exitCodes = {
  done: 0,
  failed: 1,
  usage: 2,
  notMet: 3,
  hangup: 129,
  interrupted: 130,
  terminated: 143,
} as const;

export interface ProblemDetails {
  /** Where it happened: a file with line and column, a resource, a step. */
  where?: string | undefined;
  /** What to do next, one sentence or command each. */
  next?: readonly string[] | undefined;
  /** Longer evidence, drawn below the message: a code frame, events, log lines. */
  evidence?: readonly string[] | undefined;
  exitCode?: number | undefined;
  cause?: unknown;
}

/**
 * An error that a person can act on: what happened, where, and what to do next. Domains throw it; only `cli/` and the
 * screen draw it. Any other error is a fault of the program.
 */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly where: string | undefined;
  readonly next: readonly string[];
  readonly evidence: readonly string[];
  readonly exitCode: number;

  constructor(message: string, details: ProblemDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.where = details.where;
    this.next = details.next ?? [];
    this.evidence = details.evidence ?? [];
    this.exitCode = details.exitCode ?? exitCodes.failed;
  }
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
