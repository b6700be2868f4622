import type {
  AutoscalerSettings,
  HorizontalPodAutoscaler,
  MetricSpec,
  MetricStatus,
  MetricTarget,
} from './autoscaler.ts';
import type { PodReadings } from './autoscaler-pods.ts';
import { type Proposal, replicasByPods, tolerancesOf } from './autoscaler-replicas.ts';
import { replicasByShare, replicasByValue } from './autoscaler-values.ts';
import type { Pod } from './pod.ts';
import { binaryQuantity, milliValue } from './quantity.ts';

/** What was read for one metric of the spec; `value` in thousandths; `error` in the controller's words. */
export type MetricReading = { pods: PodReadings } | { value: number } | { error: string };

export interface MetricInput {
  autoscaler: HorizontalPodAutoscaler;
  /** Those that the target's selector selects. */
  pods: readonly Pod[];
  specReplicas: number;
  statusReplicas: number;
  settings: AutoscalerSettings;
  now: number;
}

/** What one metric of the spec came to. */
export interface MetricOutcome {
  spec: MetricSpec;
  /** As conditions and events name it: `cpu resource utilization (percentage of request)`. */
  name: string;
  status: MetricStatus;
  proposal?: Proposal;
  /** The condition's reason and the nested messages when it cannot be calculated. */
  failure?: { reason: string; condition: string; error: string };
}

/** One metric → replicas (`horizontal.go computeReplicasForMetric` and the functions that it calls). */
export function evaluateMetric(spec: MetricSpec, reading: MetricReading, input: MetricInput): MetricOutcome {
  const { name, within, around, reason } = wordsOf(spec);
  try {
    if ('error' in reading) throw new Error(reading.error);
    const proposal = propose(spec, reading, input);
    return { spec, name, proposal, status: statusOf(spec, proposal) };
  } catch (error) {
    const inner = `${within}${error instanceof Error ? error.message : String(error)}`;
    const condition = `the HPA was unable to compute the replica count: ${inner}`;
    return { spec, name, status: { type: '' }, failure: { reason, condition, error: `${around}${inner}` } };
  }
}

/** The metric's target, wherever its kind keeps it. */
export function targetOf(spec: MetricSpec): MetricTarget {
  const source = spec.resource ?? spec.containerResource ?? spec.pods ?? spec.object ?? spec.external;
  return source?.target ?? {};
}

function propose(spec: MetricSpec, reading: MetricReading, input: MetricInput): Proposal {
  const { autoscaler, pods, settings, now, specReplicas, statusReplicas } = input;
  const tolerances = tolerancesOf(autoscaler, settings);
  const target = targetOf(spec);
  const average = target.averageValue === undefined ? undefined : milliValue(target.averageValue);
  if ('pods' in reading) {
    const source = spec.resource ?? spec.containerResource;
    const wanted = average !== undefined ? { average } : { utilization: target.averageUtilization ?? 0 };
    const container = spec.containerResource?.container;
    const shared = { pods, readings: reading.pods, tolerances, settings, now, currentReplicas: specReplicas };
    return replicasByPods({ ...shared, resource: source?.name ?? '', container, target: wanted });
  }
  if (!('value' in reading)) throw new Error('no value was read');
  const usage = reading.value;
  if (average !== undefined) return replicasByShare({ usage, target: average, tolerances, statusReplicas });
  const value = milliValue(target.value ?? 0);
  return replicasByValue({ usage, target: value, tolerances, currentReplicas: specReplicas, pods });
}

interface Words {
  name: string;
  reason: string;
  /** Put before what went wrong, by the function that computes this metric and by the one around it. */
  within: string;
  around: string;
}

function wordsOf(spec: MetricSpec): Words {
  const metric = spec.pods?.metric.name ?? spec.object?.metric.name ?? spec.external?.metric.name ?? '';
  const source = spec.resource ?? spec.containerResource;
  const utilization = targetOf(spec).averageUtilization !== undefined;
  const within = `failed to get ${source?.name} ${utilization ? 'utilization' : 'usage'}: `;
  const resourceName = (kind: string) =>
    utilization ? `${source?.name} ${kind} utilization (percentage of request)` : `${source?.name} resource`;
  switch (spec.type) {
    case 'Resource':
      return {
        name: resourceName('resource'),
        reason: 'FailedGetResourceMetric',
        within,
        around: `failed to get ${source?.name} resource metric value: `,
      };
    case 'ContainerResource':
      return {
        name: resourceName('container resource'),
        reason: 'FailedGetContainerResourceMetric',
        within,
        around: `failed to get ${spec.containerResource?.container} container metric value: `,
      };
    case 'Pods':
      return {
        name: `pods metric ${metric}`,
        reason: 'FailedGetPodsMetric',
        within: '',
        around: 'failed to get pods metric value: ',
      };
    case 'Object':
      return {
        name: `${spec.object?.describedObject.kind} metric ${metric}`,
        reason: 'FailedGetObjectMetric',
        within: '',
        around: 'failed to get object metric value: ',
      };
    case 'External':
      return {
        name: `external metric ${metric}(nil)`,
        reason: 'FailedGetExternalMetric',
        within: '',
        around: `failed to get ${metric} external metric value: `,
      };
  }
}

function statusOf(spec: MetricSpec, proposal: Proposal): MetricStatus {
  const average = quantityOf(proposal.average, (spec.resource ?? spec.containerResource)?.name);
  const current =
    proposal.utilization === undefined
      ? { averageValue: average }
      : { averageUtilization: proposal.utilization, averageValue: average };
  const plain =
    targetOf(spec).averageValue === undefined
      ? { value: quantityOf(proposal.usage) }
      : { averageValue: quantityOf(proposal.average) };
  if (spec.resource) return { type: spec.type, resource: { name: spec.resource.name, current } };
  if (spec.containerResource) {
    const { name, container } = spec.containerResource;
    return { type: spec.type, containerResource: { name, container, current } };
  }
  if (spec.pods) return { type: spec.type, pods: { metric: spec.pods.metric, current: { averageValue: average } } };
  if (spec.object) {
    const { metric, describedObject } = spec.object;
    return { type: spec.type, object: { metric, describedObject, current: plain } };
  }
  if (spec.external) return { type: spec.type, external: { metric: spec.external.metric, current: plain } };
  return { type: '' };
}

/** `horizontal.go buildQuantity`: memory in binary units, the rest in thousandths where needed. */
function quantityOf(milli: number, resource?: string): string {
  if (milli % 1000 !== 0) return `${milli}m`;
  return resource === 'memory' ? binaryQuantity(milli / 1000) : String(milli / 1000);
}
