import { messageOf } from '../../base/errors.ts';
import {
  type AutoscalerSettings,
  asAutoscaler,
  defaultAutoscalerSettings,
  type HorizontalPodAutoscaler,
} from '../../kubernetes/autoscaler.ts';
import { type AutoscalerDecision, decideReplicas, needsMetrics } from '../../kubernetes/autoscaler-decision.ts';
import { type AutoscalerMemory, emptyAutoscalerMemory, rememberRescale } from '../../kubernetes/autoscaler-limits.ts';
import { type Condition, timestamp, withCondition } from '../../kubernetes/condition.ts';
import { meetsAll, parseSelector } from '../../kubernetes/labels.ts';
import { asPod } from '../../kubernetes/pod.ts';
import type { Pace } from '../pace.ts';
import { type Controller, type ControllerContext, writeStatus } from './controller.ts';
import { readMetric } from './metrics-reader.ts';
import { keyOf, partsOf } from './owners.ts';
import { createScales, type Scale } from './scales.ts';
import { createWorkQueue } from './work-queue.ts';

const syncPeriodMs = 15_000;

/** Scales by metrics (`pkg/controller/podautoscaler/horizontal.go`): each autoscaler once in a sync period, and never between. */
export function startAutoscalerController(context: ControllerContext): Controller {
  const { client, pace } = context;
  const autoscalers = context.informer('horizontalpodautoscalers');
  const pods = context.informer('pods');
  const record = context.recorder('horizontal-pod-autoscaler');
  const scales = createScales(client);
  const settings = settingsFor(pace);
  const memories = new Map<string, AutoscalerMemory>();

  const sync = async (key: string) => {
    const { namespace, name } = partsOf(key);
    const found = autoscalers.get(namespace, name);
    if (!found) return void memories.delete(key);
    const autoscaler = asAutoscaler(found);
    let scale: Scale;
    try {
      scale = await scales.read(autoscaler);
    } catch (error) {
      return unreachable(autoscaler, messageOf(error));
    }
    const decision = await decide(autoscaler, scale, key);
    memories.set(key, decision.memory);
    for (const { reason, message } of decision.warnings) record(autoscaler, 'Warning', reason, message);
    await apply(autoscaler, scale, decision, key);
  };

  const decide = async (
    autoscaler: HorizontalPodAutoscaler,
    scale: Scale,
    key: string,
  ): Promise<AutoscalerDecision> => {
    const selector = parseSelector(scale.selector);
    const asked = needsMetrics({ autoscaler, specReplicas: scale.replicas });
    const specs = asked ? (autoscaler.spec.metrics ?? []) : [];
    const readings = await Promise.all(specs.map((spec) => readMetric(client, autoscaler, spec, scale.selector)));
    const own = pods
      .list(autoscaler.metadata.namespace ?? '')
      .filter(({ metadata }) => meetsAll(selector, metadata.labels));
    return decideReplicas({
      autoscaler,
      pods: scale.selector === '' ? [] : own.map(asPod),
      specReplicas: scale.replicas,
      statusReplicas: scale.statusReplicas,
      settings,
      now: Date.now(),
      readings,
      memory: memories.get(key) ?? emptyAutoscalerMemory,
    });
  };

  const apply = async (
    autoscaler: HorizontalPodAutoscaler,
    scale: Scale,
    decision: AutoscalerDecision,
    key: string,
  ) => {
    const { replicas, reason } = decision;
    let { conditions } = decision;
    let rescaled = false;
    if (decision.rescale) {
      try {
        await scales.write(autoscaler, replicas);
        rescaled = true;
        const message = `the HPA controller was able to update the target scale to ${replicas}`;
        conditions = able(conditions, 'True', 'SucceededRescale', message);
        record(autoscaler, 'Normal', 'SuccessfulRescale', `New size: ${replicas}; reason: ${reason}`);
        const change = { from: scale.replicas, to: replicas };
        memories.set(key, rememberRescale(decision.memory, autoscaler, change, settings, Date.now()));
      } catch (error) {
        const why = messageOf(error);
        record(autoscaler, 'Warning', 'FailedRescale', `New size: ${replicas}; reason: ${reason}; error: ${why}`);
        conditions = able(
          conditions,
          'False',
          'FailedUpdateScale',
          `the HPA controller was unable to update the target scale: ${why}`,
        );
      }
    }
    const undecided = decision.explanation.metrics.length > 0 && decision.explanation.stabilized === undefined;
    const decided = rescaled || (!decision.rescale && !undecided);
    await writeStatus(client, 'horizontalpodautoscalers', autoscaler, {
      ...autoscaler.status,
      currentReplicas: scale.replicas,
      // Without a computed number the last one stands (`setCurrentReplicasAndMetricsInStatus`).
      desiredReplicas: decided ? replicas : (autoscaler.status?.desiredReplicas ?? 0),
      currentMetrics: decision.currentMetrics,
      conditions,
      ...(rescaled ? { lastScaleTime: timestamp(Date.now()) } : {}),
    });
  };

  const unreachable = async (autoscaler: HorizontalPodAutoscaler, why: string) => {
    record(autoscaler, 'Warning', 'FailedGetScale', why);
    const message = `the HPA controller was unable to get the target's current scale: ${why}`;
    const conditions = able(autoscaler.status?.conditions ?? [], 'False', 'FailedGetScale', message);
    const counts = { currentReplicas: 0, desiredReplicas: 0 };
    await writeStatus(client, 'horizontalpodautoscalers', autoscaler, { ...counts, ...autoscaler.status, conditions });
  };

  const period = pace.shorten(syncPeriodMs);
  const queue = createWorkQueue(
    async (key) => {
      const { namespace, name } = partsOf(key);
      try {
        await sync(key);
      } finally {
        if (autoscalers.get(namespace, name)) queue.addAfter(key, period);
      }
    },
    // The period itself is the retry.
    {
      workers: 5,
      firstRetryMs: period,
      longestRetryMs: period,
      onError: (key, error) => context.onError('autoscaler', key, error),
    },
  );
  const end = autoscalers.on(({ object, type }) => {
    if (type === 'deleted') memories.delete(keyOf(object));
    else if (type === 'added') queue.addAfter(keyOf(object), period);
  });
  const synced = Promise.all([autoscalers.synced, pods.synced]).then(() => queue.start());
  return {
    synced,
    stop() {
      end();
      queue.stop();
    },
  };
}

function settingsFor(pace: Pace): AutoscalerSettings {
  const { tolerance, ...times } = defaultAutoscalerSettings;
  return {
    tolerance,
    downscaleStabilizationMs: pace.shorten(times.downscaleStabilizationMs),
    cpuInitializationPeriodMs: pace.shorten(times.cpuInitializationPeriodMs),
    initialReadinessDelayMs: pace.shorten(times.initialReadinessDelayMs),
    secondMs: pace.shorten(times.secondMs),
  };
}

function able(
  conditions: readonly Condition[],
  status: 'True' | 'False',
  reason: string,
  message: string,
): Condition[] {
  return withCondition(conditions, { type: 'AbleToScale', status, reason, message }, timestamp(Date.now()));
}
