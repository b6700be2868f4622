import { Problem } from '../../src/base/errors.ts';

/** The Problem that something fails with; anything else, and success, is an error of the test. */
export async function failure(promise: Promise<unknown>): Promise<Problem> {
  const error = await promise.then(
    () => new Error('it did not fail'),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof Problem)) throw error;
  return error;
}
