import {
  type AutoscalerSettings,
  defaultAutoscalerSettings,
  type HorizontalPodAutoscaler,
  type ScalingRules,
} from '../../src/kubernetes/autoscaler.ts';
import { type AutoscalerDecision, decideReplicas } from '../../src/kubernetes/autoscaler-decision.ts';
import {
  type AutoscalerMemory,
  emptyAutoscalerMemory,
  rememberRescale,
} from '../../src/kubernetes/autoscaler-limits.ts';
import type { PodReading } from '../../src/kubernetes/autoscaler-pods.ts';
import { timestamp } from '../../src/kubernetes/condition.ts';
import type { Pod } from '../../src/kubernetes/pod.ts';

export const start = Date.parse('2026-03-01T12:00:00Z');

export interface PodOptions {
  name?: string;
  request?: string;
  phase?: 'Pending' | 'Running' | 'Failed';
  ready?: boolean;
  /** Seconds before `now`. */
  started?: number;
  readySince?: number;
  deleted?: boolean;
  now?: number;
}

export function createPod(index: number, options: PodOptions = {}): Pod {
  const { request = '50m', phase = 'Running', ready = true, started = 3600, readySince = 3590, now = start } = options;
  const ago = (seconds: number) => timestamp(now - seconds * 1000);
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: options.name ?? `web-${index}`, ...(options.deleted ? { deletionTimestamp: ago(1) } : {}) },
    spec: { containers: [{ name: 'web', resources: request === '' ? {} : { requests: { cpu: request } } }] },
    status: {
      phase,
      startTime: ago(started),
      conditions: [{ type: 'Ready', status: ready ? 'True' : 'False', lastTransitionTime: ago(readySince) }],
    },
  };
}

export function createAutoscaler(options: {
  target?: number;
  min?: number;
  max?: number;
  behavior?: { scaleUp?: ScalingRules; scaleDown?: ScalingRules };
}): HorizontalPodAutoscaler {
  const { target = 50, min = 1, max = 6, behavior } = options;
  return {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'web', namespace: 'shop', uid: 'u' },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
      minReplicas: min,
      maxReplicas: max,
      metrics: [
        { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: target } } },
      ],
      ...(behavior ? { behavior } : {}),
    },
  };
}

export interface Sync {
  autoscaler: HorizontalPodAutoscaler;
  replicas: number;
  /** Thousandths of a core by pod; pods without one have no metric. */
  usage: readonly (number | undefined)[];
  pods?: readonly Pod[];
  memory?: AutoscalerMemory;
  settings?: AutoscalerSettings;
  now?: number;
}

/** One sync with one CPU metric. */
export function sync(given: Sync): AutoscalerDecision {
  const { autoscaler, replicas, usage, now = start, settings = defaultAutoscalerSettings } = given;
  const pods = given.pods ?? usage.map((_, index) => createPod(index, { now }));
  const readings = new Map<string, PodReading>();
  pods.forEach((pod, index) => {
    const value = usage[index];
    if (value !== undefined) readings.set(pod.metadata.name, { value, at: now - 5000, windowMs: 15_000 });
  });
  return decideReplicas({
    autoscaler,
    pods,
    specReplicas: replicas,
    statusReplicas: replicas,
    settings,
    now,
    readings: [{ pods: readings }],
    memory: given.memory ?? emptyAutoscalerMemory,
  });
}

/** Syncs over time, remembering as the controller does. Each entry: seconds since the start, usage of every pod. */
export function trace(
  autoscaler: HorizontalPodAutoscaler,
  from: number,
  syncs: readonly { second: number; usage: number; total?: boolean }[],
  settings: AutoscalerSettings = defaultAutoscalerSettings,
): number[] {
  let replicas = from;
  let memory = emptyAutoscalerMemory;
  return syncs.map(({ second, usage, total }) => {
    const now = start + second * 1000;
    const each = total ? usage / replicas : usage;
    const decision = sync({ autoscaler, replicas, usage: Array(replicas).fill(each), memory, settings, now });
    memory = decision.memory;
    if (decision.rescale)
      memory = rememberRescale(memory, autoscaler, { from: replicas, to: decision.replicas }, settings, now);
    replicas = decision.replicas;
    return replicas;
  });
}
