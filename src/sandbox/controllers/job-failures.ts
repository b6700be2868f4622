import type { Pod } from '../../kubernetes/pod.ts';
import type { Job, PodFailureRule } from '../../kubernetes/workload.ts';

/** What the failure policy of a Job says to one failed pod. */
export interface FailureVerdict {
  action?: PodFailureRule['action'];
  /** False when the failure is as if it had not happened. */
  counts: boolean;
  /** Why the whole Job fails, when it does. */
  message?: string;
}

/** Applies the first rule that matches (`pkg/controller/job/pod_failure_policy.go`). */
export function judgeFailure(job: Job, pod: Pod): FailureVerdict {
  for (const [number, rule] of (job.spec.podFailurePolicy?.rules ?? []).entries()) {
    const reason = matchOf(rule, pod);
    if (!reason) continue;
    const { action } = rule;
    if (action !== 'FailJob') return { action, counts: action !== 'Ignore' };
    return { action, counts: true, message: `${reason} matching FailJob rule at index ${number}` };
  }
  return { counts: true };
}

function matchOf({ onExitCodes, onPodConditions }: PodFailureRule, pod: Pod): string | undefined {
  const name = `${pod.metadata.namespace}/${pod.metadata.name}`;
  if (onExitCodes) {
    const { containerName, operator, values } = onExitCodes;
    const { containerStatuses = [], initContainerStatuses = [] } = pod.status ?? {};
    const found = [...containerStatuses, ...initContainerStatuses].find(({ name: container, state }) => {
      const code = state?.terminated?.exitCode ?? 0;
      if (code === 0 || (containerName !== undefined && containerName !== container)) return false;
      return values.includes(code) === (operator === 'In');
    });
    const code = found?.state?.terminated?.exitCode;
    return found && `Container ${found.name} for pod ${name} failed with exit code ${code}`;
  }
  const condition = pod.status?.conditions?.find(({ type, status }) =>
    onPodConditions?.some((pattern) => pattern.type === type && pattern.status === status),
  );
  return condition && `Pod ${name} has condition ${condition.type}`;
}

/** True when a new pod waits until the old one has really ended. */
export function replacesFailedOnly({ spec }: Job): boolean {
  return spec.podReplacementPolicy === 'Failed' || spec.podFailurePolicy !== undefined;
}

/** A pod that is being deleted has failed too, unless only ended ones are replaced (`job_controller.go isPodFailed`). */
export function isFailed(job: Job, pod: Pod): boolean {
  if (pod.status?.phase === 'Failed') return true;
  if (replacesFailedOnly(job)) return false;
  return pod.metadata.deletionTimestamp !== undefined && pod.status?.phase !== 'Succeeded';
}

const countAnnotation = 'batch.kubernetes.io/job-index-failure-count';
const ignoredAnnotation = 'batch.kubernetes.io/job-index-ignored-failure-count';

const numberAt = (pod: Pod | undefined, key: string) => Math.max(0, Number(pod?.metadata.annotations?.[key] ?? 0) || 0);

/** How often an index had failed before this pod: those that count, and all. */
export function indexFailures(pod: Pod): { counted: number; all: number } {
  const counted = numberAt(pod, countAnnotation);
  return { counted, all: counted + numberAt(pod, ignoredAnnotation) };
}

/** Annotations of the pod that takes the place of a failed one of its index, by which failures are counted per index. */
export function failureAnnotations(job: Job, replaced: Pod | undefined): Record<string, string> {
  const counts = replaced !== undefined && judgeFailure(job, replaced).counts;
  const counted = numberAt(replaced, countAnnotation) + (counts ? 1 : 0);
  const ignored = numberAt(replaced, ignoredAnnotation) + (replaced && !counts ? 1 : 0);
  return { [countAnnotation]: String(counted), ...(ignored > 0 ? { [ignoredAnnotation]: String(ignored) } : {}) };
}
