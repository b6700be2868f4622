/** One line of `status.conditions`. */
export interface Condition {
  type: string;
  status: 'True' | 'False' | 'Unknown';
  reason?: string;
  message?: string;
  lastTransitionTime?: string;
  lastUpdateTime?: string;
  lastProbeTime?: string | null;
  observedGeneration?: number;
}

export function conditionOf(conditions: readonly Condition[] | undefined, type: string): Condition | undefined {
  return conditions?.find((condition) => condition.type === type);
}

export function isTrue(conditions: readonly Condition[] | undefined, type: string): boolean {
  return conditionOf(conditions, type)?.status === 'True';
}

/** A new list with this condition in it; `lastTransitionTime` moves only when its status changes. */
export function withCondition(
  conditions: readonly Condition[] | undefined,
  changed: Omit<Condition, 'lastTransitionTime'>,
  now: string,
): Condition[] {
  const before = conditionOf(conditions, changed.type);
  const kept = before?.status === changed.status ? before.lastTransitionTime : undefined;
  const condition: Condition = { ...changed, lastTransitionTime: kept ?? now };
  if (!before) return [...(conditions ?? []), condition];
  return (conditions ?? []).map((one) => (one.type === changed.type ? condition : one));
}

export function withoutCondition(conditions: readonly Condition[] | undefined, type: string): Condition[] {
  return (conditions ?? []).filter((condition) => condition.type !== type);
}

/** The API's time format: seconds, UTC. */
export function timestamp(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
