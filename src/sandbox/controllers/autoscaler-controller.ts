import { messageOf } from '../../base/errors.ts';
import {
  type AutoscalerSettings,
  asAutoscaler,
  defaultAutoscalerSettings,
  type HorizontalPodAutoscaler,
} from '../../kubernetes/autoscaler.ts';
import { type AutoscalerDecision, decideReplicas, needsMetrics } from '../../kubernetes/autoscaler-decision.ts';
import { type AutoscalerMemory, emptyAutoscalerMemory, rememberRescale } from '../../kubernetes/autoscaler-limits.ts';
import { meetsAll, parseSelector } from '../../kubernetes/labels.ts';
import { asPod } from '../../kubernetes/pod.ts';
import type { Pace } from '../pace.ts';
import { createAutoscalerSelectors } from './autoscaler-selectors.ts';
import { createAutoscalerOutcome } from './autoscaler-status.ts';
import type { Controller, ControllerContext } from './controller.ts';
import { readMetric } from './metrics-reader.ts';
import { indexBy } from './object-index.ts';
import { keyOf, partsOf } from './owners.ts';
import { createScales, type Scale } from './scales.ts';
import { createWorkQueue } from './work-queue.ts';

const syncPeriodMs = 15_000;

/** Scales by metrics (`pkg/controller/podautoscaler/horizontal.go`): each autoscaler once in a sync period, and never between. */
export function startAutoscalerController(context: ControllerContext): Controller {
  const { client, pace } = context;
  const autoscalers = context.informer('horizontalpodautoscalers');
  const pods = context.informer('pods');
  const podsIn = indexBy(pods, ({ metadata }) => [metadata.namespace ?? '']);
  const scales = createScales(client);
  const outcome = createAutoscalerOutcome(client, scales, context.recorder('horizontal-pod-autoscaler'));
  const settings = settingsFor(pace);
  const memories = new Map<string, AutoscalerMemory>();
  const selectors = createAutoscalerSelectors();
  const forget = (key: string) => {
    memories.delete(key);
    selectors.forget(key);
  };

  const sync = async (key: string) => {
    const { namespace, name } = partsOf(key);
    const found = autoscalers.get(namespace, name);
    if (!found) return forget(key);
    const autoscaler = asAutoscaler(found);
    let scale: Scale;
    try {
      scale = await scales.read(autoscaler);
    } catch (error) {
      return outcome.unreachable(autoscaler, messageOf(error));
    }
    const decision = await decide(autoscaler, scale, key);
    memories.set(key, decision.memory);
    if (!(await outcome.apply(autoscaler, scale, decision))) return;
    const change = { from: scale.replicas, to: decision.replicas };
    memories.set(key, rememberRescale(decision.memory, autoscaler, change, settings, Date.now()));
  };

  const decide = async (
    autoscaler: HorizontalPodAutoscaler,
    scale: Scale,
    key: string,
  ): Promise<AutoscalerDecision> => {
    const byMetrics = needsMetrics({ autoscaler, specReplicas: scale.replicas });
    const selector = parseSelector(scale.selector);
    const selected = byMetrics && scale.selector !== '' ? podsIn.get(autoscaler.metadata.namespace ?? '') : [];
    const own = selected.filter(({ metadata }) => meetsAll(selector, metadata.labels)).map(asPod);
    if (byMetrics) selectors.set(key, scale.selector);
    const rivals = selectors.selecting(own);
    const specs = byMetrics && scale.selector !== '' && rivals.length < 2 ? (autoscaler.spec.metrics ?? []) : [];
    const readings = await Promise.all(specs.map((spec) => readMetric(client, autoscaler, spec, scale.selector)));
    return decideReplicas({
      autoscaler,
      pods: own,
      selector: scale.selector,
      rivals,
      specReplicas: scale.replicas,
      statusReplicas: scale.statusReplicas,
      settings,
      now: Date.now(),
      readings,
      memory: memories.get(key) ?? emptyAutoscalerMemory,
    });
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
    if (type === 'deleted') forget(keyOf(object));
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
