import type { ServerResponse } from 'node:http';

/** What a webhook said of one request, or why it could not be asked. */
export type Answer = { response: AdmissionResponse } | { failure: string };

/** `admission.k8s.io/v1` AdmissionResponse, as far as it counts. */
export interface AdmissionResponse {
  allowed: boolean;
  /** Operations of a JSON patch. */
  patch?: unknown;
  status?: { code?: number; reason?: string; message?: string; [field: string]: unknown };
  warnings: readonly string[];
}

/** Thrown in the middle of a write: it cannot go on before these are answered. */
export class Unanswered extends Error {
  readonly calls: ReadonlyMap<string, () => Promise<Answer>>;
  constructor(calls: ReadonlyMap<string, () => Promise<Answer>>) {
    super('webhooks are to be asked first');
    this.calls = calls;
  }
}

/** What one request has asked of webhooks so far. */
export interface Reviews {
  answers: Map<string, Answer>;
  /** What is made by chance and must be the same each time that the write is gone through. */
  once<Value>(name: string, make: () => Value): Value;
  response: ServerResponse;
}

export function createReviews(response: ServerResponse): Reviews {
  const made = new Map<string, unknown>();
  return {
    answers: new Map(),
    response,
    once<Value>(name: string, make: () => Value): Value {
      if (!made.has(name)) made.set(name, make());
      return made.get(name) as Value;
    },
  };
}

/** An object that others change all the time is asked about so often at most; then the client is told to try again. */
const mostRounds = 50;

/**
 * Goes through a write as often as it takes: a write is one act without a pause in between, so that nothing comes between its
 * reading and its storing. Where it needs an answer it is left, the webhooks are asked, and it is gone through from the start.
 */
export async function withReviews<Result>(reviews: Reviews, write: () => Promise<Result>): Promise<Result> {
  for (let round = 0; ; round += 1) {
    try {
      return await write();
    } catch (error) {
      if (!(error instanceof Unanswered) || round >= mostRounds) throw error;
      await Promise.all([...error.calls].map(async ([key, call]) => reviews.answers.set(key, await call())));
    }
  }
}
