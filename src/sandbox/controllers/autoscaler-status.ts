import { messageOf } from '../../base/errors.ts';
import type { HorizontalPodAutoscaler } from '../../kubernetes/autoscaler.ts';
import type { AutoscalerDecision } from '../../kubernetes/autoscaler-decision.ts';
import { type Condition, timestamp, withCondition } from '../../kubernetes/condition.ts';
import { type ApiClient, answered } from '../client.ts';
import type { RecordEvent } from './event-recorder.ts';
import { sameValue } from './merge-patch.ts';
import { objectPath } from './resource-paths.ts';
import type { Scale, Scales } from './scales.ts';

type Status = NonNullable<HorizontalPodAutoscaler['status']>;

/** Carries a decision out and says so: the target's scale, events, status (the second half of `reconcileAutoscaler`). */
export function createAutoscalerOutcome(client: ApiClient, scales: Scales, record: RecordEvent) {
  const write = async (autoscaler: HorizontalPodAutoscaler, status: Status) => {
    // Metrics that nobody looked at are null here, not absent, which no patch could say.
    const whole = { ...status, currentMetrics: status.currentMetrics ?? null };
    if (sameValue(autoscaler.status, whole)) return;
    try {
      await client.replace(objectPath('horizontalpodautoscalers', autoscaler.metadata, 'status'), {
        ...autoscaler,
        status: whole,
      });
    } catch (error) {
      if (!answered(error, 404)) throw error;
    }
  };

  return {
    /** Returns whether the target was scaled. */
    async apply(autoscaler: HorizontalPodAutoscaler, scale: Scale, decision: AutoscalerDecision): Promise<boolean> {
      for (const { reason, message } of decision.warnings) record(autoscaler, 'Warning', reason, message);
      const { replicas, reason } = decision;
      const failure = decision.rescale ? await attempt(() => scales.write(autoscaler, replicas)) : undefined;
      const rescaled = decision.rescale && failure === undefined;
      const size = `New size: ${replicas}; reason: ${reason}`;
      if (rescaled) record(autoscaler, 'Normal', 'SuccessfulRescale', size);
      if (failure !== undefined) record(autoscaler, 'Warning', 'FailedRescale', `${size}; error: ${failure}`);
      const decided = rescaled || (!decision.rescale && !decision.undecided);
      const { lastScaleTime } = autoscaler.status ?? {};
      const scaledAt = rescaled ? timestamp(Date.now()) : lastScaleTime;
      await write(autoscaler, {
        currentReplicas: scale.replicas,
        // Without a computed number the last one stands (`setCurrentReplicasAndMetricsInStatus`).
        desiredReplicas: decided ? replicas : (autoscaler.status?.desiredReplicas ?? 0),
        ...(decision.currentMetrics ? { currentMetrics: decision.currentMetrics } : {}),
        conditions: rescaleCondition(decision, rescaled, failure),
        ...(scaledAt ? { lastScaleTime: scaledAt } : {}),
      });
      return rescaled;
    },

    async unreachable(autoscaler: HorizontalPodAutoscaler, why: string): Promise<void> {
      record(autoscaler, 'Warning', 'FailedGetScale', why);
      const message = `the HPA controller was unable to get the target's current scale: ${why}`;
      const conditions = able(autoscaler.status?.conditions ?? [], 'False', 'FailedGetScale', message);
      await write(autoscaler, { desiredReplicas: 0, ...autoscaler.status, conditions });
    },
  };
}

async function attempt(act: () => Promise<void>): Promise<string | undefined> {
  try {
    await act();
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

function rescaleCondition(
  { conditions, replicas }: AutoscalerDecision,
  rescaled: boolean,
  failure?: string,
): Condition[] {
  if (failure !== undefined) {
    const message = `the HPA controller was unable to update the target scale: ${failure}`;
    return able(conditions, 'False', 'FailedUpdateScale', message);
  }
  if (!rescaled) return conditions;
  const message = `the HPA controller was able to update the target scale to ${replicas}`;
  return able(conditions, 'True', 'SucceededRescale', message);
}

function able(
  conditions: readonly Condition[],
  status: 'True' | 'False',
  reason: string,
  message: string,
): Condition[] {
  return withCondition(conditions, { type: 'AbleToScale', status, reason, message }, timestamp(Date.now()));
}
