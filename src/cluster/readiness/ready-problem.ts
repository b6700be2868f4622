import { formatDuration } from '../../base/duration.ts';
import { messageOf, Problem } from '../../base/errors.ts';
import { inNamespace } from '../../kubernetes/failure.ts';
import { nameOf } from '../../kubernetes/object.ts';
import type { Connection } from '../connection.ts';
import { collectEvidence } from './evidence.ts';
import type { Tracked } from './ready-tracking.ts';

/** That it fails, with the cause, what there is to know about it, and what to do next. */
export async function failedProblem(connection: Connection, one: Tracked, signal?: AbortSignal): Promise<Problem> {
  const { reason, message } = one.readiness.failed ?? { reason: 'failed', message: '' };
  return problem(connection, one, `fails: ${reason}${message === '' ? '' : `: ${message}`}`, signal);
}

/** That the time is over, with the cause as far as there is one. */
export async function lateProblem(
  connection: Connection,
  one: Tracked,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<Problem> {
  return problem(connection, one, `is not ready after ${formatDuration(timeoutMs)}: ${stateOf(one)}`, signal);
}

/** `0 of 1 available: pulling the image postgres:16`. */
export function stateOf({ readiness, why }: Tracked): string {
  const { message, failed } = readiness;
  const cause = failed ? failed.message : why;
  return cause === undefined || cause === message ? message : `${message}: ${cause}`;
}

async function problem(connection: Connection, one: Tracked, text: string, signal?: AbortSignal): Promise<Problem> {
  const object = one.live ?? one.wanted;
  const { name, namespace } = object.metadata;
  const evidence = await collectEvidence(connection, object, { signal }).catch((error) => [messageOf(error)]);
  const describe = `kubectl describe ${object.kind.toLowerCase()} ${name}${inNamespace(object.metadata)}`;
  const next = one.readiness.failed?.next ?? [];
  return new Problem(`${nameOf(object)} ${text}`, {
    where: namespace === undefined ? undefined : `namespace ${namespace}`,
    evidence,
    next: [...next.filter((line) => line !== describe), describe],
  });
}
