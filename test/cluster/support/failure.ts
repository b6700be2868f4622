import { expect } from 'vitest';
import type { HttpAnswer } from './http.ts';

/** The whole body of a failure: nothing more and nothing less. */
export function failure(code: number, reason: string | undefined, message: unknown, details?: unknown, metadata = {}) {
  const status = { kind: 'Status', apiVersion: 'v1', metadata, status: 'Failure', message, code };
  return { ...status, ...(reason ? { reason } : {}), ...(details ? { details } : {}) };
}

/** Expects an answer to be a failure with this body. */
export function expectFailure({ status, body }: HttpAnswer, ...of: Parameters<typeof failure>) {
  expect(body).toEqual(failure(...of));
  expect(status).toBe(of[0]);
}
