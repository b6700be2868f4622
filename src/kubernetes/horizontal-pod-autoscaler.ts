import { asAutoscaler, type HorizontalPodAutoscaler, type MetricSpec, type MetricStatus } from './autoscaler.ts';
import { targetOf } from './autoscaler-metric.ts';
import { type Condition, conditionOf } from './condition.ts';
import type { KubernetesObject } from './object.ts';
import { formatBytes, parseQuantity } from './quantity.ts';

/** One metric of an autoscaler: what it is, what is measured and what is aimed at, in the units that people read. */
export interface MetricView {
  /** `cpu`, `memory`, or the metric's own name. */
  name: string;
  /** `83%`, `412m`, `310Mi`; undefined while nothing was measured. */
  current: string | undefined;
  /** `70%` */
  target: string;
  /** current / target */
  ratio: number | undefined;
}

/** The metrics of any autoscaler/v2, from its spec and status. */
export function metricsOf(object: KubernetesObject): MetricView[] {
  const { spec, status } = asAutoscaler(object);
  return (spec.metrics ?? []).map((metric) => viewOf(metric, status?.currentMetrics ?? []));
}

function viewOf(spec: MetricSpec, statuses: readonly MetricStatus[]): MetricView {
  const name = nameOfMetric(spec);
  const found = statuses.find((status) => status.type === spec.type && nameOfMetric(status) === name);
  const source = found && (found.resource ?? found.containerResource ?? found.pods ?? found.object ?? found.external);
  const current = source?.current;
  const target = targetOf(spec);
  if (target.averageUtilization !== undefined) {
    const measured = current?.averageUtilization;
    const ratio = measured === undefined ? undefined : measured / target.averageUtilization;
    const text = measured === undefined ? undefined : `${measured}%`;
    return { name, current: text, target: `${target.averageUtilization}%`, ratio };
  }
  const wanted = target.averageValue ?? target.value ?? 0;
  const measured = target.averageValue === undefined ? current?.value : current?.averageValue;
  const text = (quantity: string | number) =>
    name === 'memory' ? formatBytes(parseQuantity(quantity)) : String(quantity);
  return {
    name,
    current: measured === undefined ? undefined : text(measured),
    target: text(wanted),
    ratio: measured === undefined ? undefined : parseQuantity(measured) / parseQuantity(wanted),
  };
}

function nameOfMetric(metric: MetricSpec | MetricStatus): string {
  const source = metric.pods ?? metric.object ?? metric.external;
  return metric.resource?.name ?? metric.containerResource?.name ?? source?.metric.name ?? '';
}

/**
 * One sentence that says what the autoscaler does and why, with its arithmetic, from spec, status and conditions alone, so
 * that it serves every cluster: `scaling up: 83/70 × 3 = 3.6 → 4`, `within tolerance: 72/70 = 1.03`, `at max 10: …`.
 */
export function explainAutoscaler(object: KubernetesObject): string {
  const autoscaler = asAutoscaler(object);
  const { status } = autoscaler;
  const able = conditionOf(status?.conditions, 'AbleToScale');
  const active = conditionOf(status?.conditions, 'ScalingActive');
  if (!status || !able) return 'not looked at yet';
  if (able.status === 'False') return `cannot scale: ${able.message ?? able.reason ?? 'no reason is given'}`;
  if (active?.reason === 'ScalingDisabled') return 'off: the target is scaled to 0';
  if (active?.status === 'False') return whyInactive(active);
  const decisive = mostWanted(metricsOf(autoscaler));
  const bounded = explainBounds(autoscaler, decisive);
  if (bounded) return bounded;
  if (!decisive) return 'no metrics yet';
  return explainArithmetic(autoscaler, decisive, able);
}

function whyInactive(active: Condition): string {
  const message = (active.message ?? '').replace('the HPA was unable to compute the replica count: ', '');
  const request = /missing request for (\S+) in container (\S+)/.exec(message);
  if (request) return `no ${request[1]} request on container ${request[2]}: nothing to measure utilization against`;
  if (/no metrics returned|did not receive metrics/.test(message)) return `no metrics yet: ${lastPart(message)}`;
  return `no metrics: ${lastPart(message) || active.reason}`;
}

/** The cause stands at the end of Go's nested messages. */
function lastPart(message: string): string {
  return message.split(': ').slice(-2).join(': ');
}

type Measured = MetricView & { ratio: number };

function mostWanted(metrics: readonly MetricView[]): Measured | undefined {
  const measured = metrics.filter((metric): metric is Measured => metric.ratio !== undefined);
  return measured.reduce<Measured | undefined>(
    (best, metric) => (best && best.ratio >= metric.ratio ? best : metric),
    undefined,
  );
}

/** The metric as a fraction and what it comes to: `83/70 × 3 = 3.6`. */
function fraction({ current, target, ratio }: Measured, replicas?: number): string {
  const [over, under] = [current ?? '', target].map((text) => text.replace(/%$/, ''));
  if (replicas === undefined) return `${over}/${under} = ${rounded(ratio, 2)}`;
  return `${over}/${under} × ${replicas} = ${rounded(ratio * replicas, 1)}`;
}

function rounded(value: number, digits: number): string {
  // 3.04 must not look like 3: the next whole number above it is what counts.
  const text = value.toFixed(digits);
  return Number.isInteger(value) || !Number.isInteger(Number(text)) ? String(Number(text)) : value.toFixed(digits + 1);
}

function explainBounds(autoscaler: HorizontalPodAutoscaler, decisive: Measured | undefined): string | undefined {
  const { minReplicas = 1, maxReplicas } = autoscaler.spec;
  const limited = conditionOf(autoscaler.status?.conditions, 'ScalingLimited');
  const { currentReplicas = 0, desiredReplicas = 0 } = autoscaler.status ?? {};
  if (currentReplicas > maxReplicas) return `going down to max ${maxReplicas}`;
  if (currentReplicas < minReplicas && desiredReplicas === minReplicas) return `going up to min ${minReplicas}`;
  if (limited?.status !== 'True') return undefined;
  const sum = decisive ? `: ${fraction(decisive, currentReplicas)}` : '';
  switch (limited.reason) {
    case 'TooManyReplicas':
      return `at max ${maxReplicas}${sum}`;
    case 'TooFewReplicas':
      return `at min ${minReplicas}${sum}`;
    case 'ScaleUpLimit':
      return `scaling up as fast as allowed${sum}, now ${desiredReplicas}`;
    case 'ScaleDownLimit':
      return `scaling down as fast as allowed${sum}, now ${desiredReplicas}`;
    default:
      return undefined;
  }
}

function explainArithmetic(autoscaler: HorizontalPodAutoscaler, decisive: Measured, able: Condition): string {
  const { currentReplicas = 0, desiredReplicas = 0 } = autoscaler.status ?? {};
  const label = (autoscaler.spec.metrics ?? []).length > 1 ? `${decisive.name} ` : '';
  const sum = `${label}${fraction(decisive, currentReplicas)}`;
  if (desiredReplicas > currentReplicas) return `scaling up: ${sum} → ${desiredReplicas}`;
  if (desiredReplicas < currentReplicas) return `scaling down: ${sum} → ${desiredReplicas}`;
  const { minReplicas = 1 } = autoscaler.spec;
  if (currentReplicas === minReplicas && decisive.ratio * currentReplicas <= minReplicas - 1)
    return `at min ${minReplicas}: ${sum}`;
  if (able.reason === 'ScaleDownStabilized') return `scale-down waits for its window: ${sum}`;
  if (able.reason === 'ScaleUpStabilized') return `scale-up waits for its window: ${sum}`;
  const { up, down } = tolerances(autoscaler);
  if (decisive.ratio <= 1 + up && decisive.ratio >= 1 - down) return `within tolerance: ${label}${fraction(decisive)}`;
  if (decisive.ratio > 1) return `${sum}, but starting pods are counted as idle: stays at ${currentReplicas}`;
  if (Math.ceil(decisive.ratio * currentReplicas) === currentReplicas) return `stays: ${sum} → ${currentReplicas}`;
  return `${sum}, but not every pod has metrics: stays at ${currentReplicas}`;
}

function tolerances(autoscaler: HorizontalPodAutoscaler): { up: number; down: number } {
  const { scaleUp, scaleDown } = autoscaler.spec.behavior ?? {};
  return { up: Number(scaleUp?.tolerance ?? 0.1), down: Number(scaleDown?.tolerance ?? 0.1) };
}
