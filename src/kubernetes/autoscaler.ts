import type { Condition } from './condition.ts';
import type { LabelSelector } from './labels.ts';
import type { KubernetesObject } from './object.ts';

/** `autoscaling/v2` HorizontalPodAutoscaler. */
export interface HorizontalPodAutoscaler extends KubernetesObject {
  spec: {
    scaleTargetRef: { apiVersion?: string; kind: string; name: string };
    minReplicas?: number;
    maxReplicas: number;
    metrics?: MetricSpec[];
    behavior?: { scaleUp?: ScalingRules; scaleDown?: ScalingRules };
  };
  status?: {
    observedGeneration?: number;
    currentReplicas?: number;
    desiredReplicas?: number;
    lastScaleTime?: string;
    currentMetrics?: MetricStatus[];
    conditions?: Condition[];
  };
}

export interface MetricTarget {
  type?: 'Utilization' | 'Value' | 'AverageValue';
  averageUtilization?: number;
  averageValue?: string | number;
  value?: string | number;
}

interface NamedMetric {
  name: string;
  selector?: LabelSelector;
}

export interface MetricSpec {
  type: 'Resource' | 'ContainerResource' | 'Pods' | 'Object' | 'External';
  resource?: { name: string; target: MetricTarget };
  containerResource?: { name: string; container: string; target: MetricTarget };
  pods?: { metric: NamedMetric; target: MetricTarget };
  object?: {
    metric: NamedMetric;
    describedObject: { apiVersion?: string; kind: string; name: string };
    target: MetricTarget;
  };
  external?: { metric: NamedMetric; target: MetricTarget };
}

interface MetricValue {
  averageUtilization?: number;
  averageValue?: string;
  value?: string;
}

export interface MetricStatus {
  /** Empty for a metric that could not be read. */
  type: MetricSpec['type'] | '';
  resource?: { name: string; current: MetricValue };
  containerResource?: { name: string; container: string; current: MetricValue };
  pods?: { metric: NamedMetric; current: MetricValue };
  object?: { metric: NamedMetric; describedObject: { kind: string; name: string }; current: MetricValue };
  external?: { metric: NamedMetric; current: MetricValue };
}

export interface ScalingRules {
  stabilizationWindowSeconds?: number;
  selectPolicy?: 'Max' | 'Min' | 'Disabled';
  policies?: { type: 'Pods' | 'Percent'; value: number; periodSeconds: number }[];
  tolerance?: string | number;
}

export function asAutoscaler(object: KubernetesObject): HorizontalPodAutoscaler {
  return object as HorizontalPodAutoscaler;
}

/** Times in milliseconds. The controller manager's flags (`--horizontal-pod-autoscaler-…`) with their defaults. */
export interface AutoscalerSettings {
  tolerance: number;
  downscaleStabilizationMs: number;
  cpuInitializationPeriodMs: number;
  initialReadinessDelayMs: number;
  /** A second of `behavior`: 1000 on a cluster, less where time is shortened. */
  secondMs: number;
}

export const defaultAutoscalerSettings: AutoscalerSettings = {
  tolerance: 0.1,
  downscaleStabilizationMs: 300_000,
  cpuInitializationPeriodMs: 300_000,
  initialReadinessDelayMs: 30_000,
  secondMs: 1000,
};
