import { type Condition, conditionOf, timestamp } from '../../kubernetes/condition.ts';
import type { Job } from '../../kubernetes/workload.ts';

/** A condition of a Job that holds since `now`, ms since the epoch. */
export function jobCondition(
  type: string,
  reason: string,
  message: string,
  now: number,
  status: Condition['status'] = 'True',
): Condition {
  const time = timestamp(now);
  return { type, status, lastProbeTime: time, lastTransitionTime: time, reason, message };
}

/**
 * The conditions with this one in its place; the same list when nothing is news. What does not hold is said only after it
 * held (`job_controller.go ensureJobConditionStatus`).
 */
export function withJobCondition(conditions: readonly Condition[] = [], told: Condition): readonly Condition[] {
  const before = conditionOf(conditions, told.type);
  if (!before) return told.status === 'False' ? conditions : [...conditions, told];
  if (before.status === told.status && before.reason === told.reason && before.message === told.message)
    return conditions;
  return conditions.map((one) => (one.type === told.type ? told : one));
}

/** When a Job ended, and how; undefined while it runs. */
export function endOf({ status }: Job): Condition | undefined {
  return status?.conditions?.find(
    ({ type, status: is }) => (type === 'Complete' || type === 'Failed') && is === 'True',
  );
}

/** A condition that holds. */
export function heldCondition({ status }: Job, type: string): Condition | undefined {
  const found = conditionOf(status?.conditions, type);
  return found?.status === 'True' ? found : undefined;
}
