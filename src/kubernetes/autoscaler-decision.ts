import type { MetricStatus } from './autoscaler.ts';
import { type AutoscalerMemory, limitReplicas, rememberStart } from './autoscaler-limits.ts';
import { evaluateMetric, type MetricInput, type MetricOutcome, type MetricReading } from './autoscaler-metric.ts';
import { type Condition, timestamp, withCondition } from './condition.ts';

export interface DecisionInput extends MetricInput {
  /** One for each metric of the spec, in its order; only read when the metrics decide (`needsMetrics`). */
  readings: readonly MetricReading[];
  memory: AutoscalerMemory;
  /** Text form of the target's selector; without one no pods can be found. Only read when the metrics decide. */
  selector?: string;
  /** Keys of all autoscalers that select the same pods, this one among them. */
  rivals?: readonly string[];
}

export interface AutoscalerDecision {
  /** What the target's scale is to be set to; the present number when nothing is to change. */
  replicas: number;
  rescale: boolean;
  /** No number could be computed: the last one stands. */
  undecided: boolean;
  /** For the event: `New size: 5; reason: …`. */
  reason: string;
  conditions: Condition[];
  /** Undefined when no metric was looked at. */
  currentMetrics: MetricStatus[] | undefined;
  memory: AutoscalerMemory;
  warnings: { reason: string; message: string }[];
  explanation: AutoscalerExplanation;
}

/** How a decision came about, for people. */
interface AutoscalerExplanation {
  metrics: MetricOutcome[];
  /** The metric that asked for most. */
  metric?: string;
  /** Replicas before windows, rates and bounds. */
  wanted?: number;
  stabilized?: number;
  replicas: number;
  /** The condition that had the last word: `ValidMetricFound`, `ScaleUpLimit`, `TooManyReplicas`, `ScalingDisabled`, … */
  decidedBy: string;
}

/** True when the number of replicas follows from metrics, not from bounds alone. */
export function needsMetrics(input: Pick<MetricInput, 'autoscaler' | 'specReplicas'>): boolean {
  const { minReplicas = 1, maxReplicas } = input.autoscaler.spec;
  return input.specReplicas !== 0 && input.specReplicas <= maxReplicas && input.specReplicas >= minReplicas;
}

/**
 * One sync of a HorizontalPodAutoscaler whose target's scale could be read (`horizontal.go reconcileAutoscaler`): replicas,
 * conditions, metric statuses, what to remember and what to say in events.
 */
export function decideReplicas(input: DecisionInput): AutoscalerDecision {
  const { autoscaler, specReplicas: current, now } = input;
  const memory = rememberStart(input.memory, current, now);
  const set = (conditions: Condition[], type: string, status: 'True' | 'False', reason: string, message: string) =>
    withCondition(conditions, { type, status, reason, message }, timestamp(now));
  const reachable = "the HPA controller was able to get the target's current scale";
  const before = autoscaler.status?.conditions ?? [];
  const conditions = set([...before], 'AbleToScale', 'True', 'SucceededGetScale', reachable);
  const { minReplicas = 1, maxReplicas } = autoscaler.spec;
  const plain = { conditions, currentMetrics: undefined, memory, warnings: [], undecided: false };
  const without = (decidedBy: string, replicas: number): AutoscalerExplanation => ({
    metrics: [],
    replicas,
    decidedBy,
  });

  if (current === 0) {
    const message = 'scaling is disabled since the replica count of the target is zero';
    return {
      ...plain,
      replicas: 0,
      rescale: false,
      reason: '',
      conditions: set(conditions, 'ScalingActive', 'False', 'ScalingDisabled', message),
      explanation: without('ScalingDisabled', 0),
    };
  }
  if (current > maxReplicas) {
    const reason = 'Current number of replicas above Spec.MaxReplicas';
    return { ...plain, replicas: maxReplicas, rescale: true, reason, explanation: without('maxReplicas', maxReplicas) };
  }
  if (current < minReplicas) {
    const reason = 'Current number of replicas below Spec.MinReplicas';
    return { ...plain, replicas: minReplicas, rescale: true, reason, explanation: without('minReplicas', minReplicas) };
  }
  const fault = selectorFault(input);
  if (!fault) return decideByMetrics(input, memory, conditions);
  const { reason, message, warning } = fault;
  return {
    ...plain,
    replicas: current,
    rescale: false,
    undecided: true,
    reason: '',
    conditions: set(conditions, 'ScalingActive', 'False', reason, message),
    warnings: [warning, { reason: 'FailedComputeMetricsReplicas', message: warning.message }],
    explanation: without(reason, current),
  };
}

/** Why the target's pods cannot be told (`horizontal.go validateAndParseSelector`). */
function selectorFault({ selector, rivals = [] }: DecisionInput) {
  if (selector === '') {
    const message = "the HPA target's scale is missing a selector";
    return {
      reason: 'InvalidSelector',
      message,
      warning: { reason: 'SelectorRequired', message: 'selector is required' },
    };
  }
  if (rivals.length < 2) return undefined;
  const message = `pods by selector ${selector ?? ''} are controlled by multiple HPAs: [${rivals.join(' ')}]`;
  return { reason: 'AmbiguousSelector', message, warning: { reason: 'AmbiguousSelector', message } };
}

function decideByMetrics(input: DecisionInput, memory: AutoscalerMemory, reachable: Condition[]): AutoscalerDecision {
  const { autoscaler, specReplicas: current, now, settings } = input;
  const time = timestamp(now);
  const specs = autoscaler.spec.metrics ?? [];
  const metrics = specs.map((spec, index) =>
    evaluateMetric(spec, input.readings[index] ?? { error: 'no metric was read' }, input),
  );
  const currentMetrics = metrics.map(({ status }) => status);
  const failed = metrics.flatMap(({ failure }) => (failure ? [failure] : []));
  const warnings = failed.map(({ reason, condition }) => ({
    reason,
    message: condition.replace('the HPA was unable to compute the replica count: ', ''),
  }));
  const best = highest(metrics);
  const wanted = best?.proposal?.replicas;
  const [first] = failed;
  if (first && (wanted === undefined || wanted < current)) {
    const { reason, condition: message } = first;
    const all = `invalid metrics (${failed.length} invalid out of ${specs.length}), first error is: ${first.error}`;
    return {
      replicas: current,
      rescale: false,
      undecided: true,
      reason: '',
      conditions: withCondition(reachable, { type: 'ScalingActive', status: 'False', reason, message }, time),
      currentMetrics,
      memory,
      warnings: [...warnings, { reason: 'FailedComputeMetricsReplicas', message: all }],
      explanation: { metrics, replicas: current, decidedBy: reason, ...(wanted === undefined ? {} : { wanted }) },
    };
  }
  const wish = wanted ?? current;
  const limited = limitReplicas({ autoscaler, current, wanted: wish, memory, settings, now });
  const { ableToScale, scalingLimited } = limited;
  const found = `the HPA was able to successfully calculate a replica count from ${best?.name ?? ''}`;
  const changes: Omit<Condition, 'lastTransitionTime'>[] = [
    { type: 'ScalingActive', status: 'True', reason: 'ValidMetricFound', message: found },
    { type: 'AbleToScale', status: 'True', ...ableToScale },
    {
      type: 'ScalingLimited',
      status: scalingLimited.limited ? 'True' : 'False',
      reason: scalingLimited.reason,
      message: scalingLimited.message,
    },
  ];
  return {
    replicas: limited.replicas,
    rescale: limited.replicas !== current,
    undecided: false,
    // By the wish before its limits, as the controller says it.
    reason: wish > current ? `${best?.name ?? ''} above target` : wish < current ? 'All metrics below target' : '',
    conditions: changes.reduce((list, change) => withCondition(list, change, time), reachable),
    currentMetrics,
    memory: limited.memory,
    warnings,
    explanation: {
      metrics,
      ...(best ? { metric: best.name } : {}),
      wanted: wish,
      stabilized: limited.stabilized,
      replicas: limited.replicas,
      decidedBy: decider(scalingLimited, ableToScale, best),
    },
  };
}

/** Several metrics: the one that asks for most (`computeReplicasForMetrics`). */
function highest(metrics: readonly MetricOutcome[]): MetricOutcome | undefined {
  let best: MetricOutcome | undefined;
  for (const metric of metrics)
    if (metric.proposal && (!best?.proposal || metric.proposal.replicas > best.proposal.replicas)) best = metric;
  return best;
}

function decider(
  limit: { limited: boolean; reason: string },
  able: { reason: string },
  best: MetricOutcome | undefined,
): string {
  if (limit.limited) return limit.reason;
  if (able.reason !== 'ReadyForNewScale') return able.reason;
  return best?.proposal?.keptBy ?? 'ValidMetricFound';
}
