import { asAutoscaler } from '../../kubernetes/autoscaler.ts';
import { explainAutoscaler, metricsOf } from '../../kubernetes/horizontal-pod-autoscaler.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';

/** One autoscaler as the pane draws it; text is raw. */
export interface AutoscalerRow {
  key: string;
  name: string;
  namespace: string;
  /** `Deployment/tars-backend` */
  target: string;
  /** `cpu 83%/70%`; `?` stands for what was not measured yet. */
  metrics: string[];
  /** The largest metric against its target; undefined while nothing was measured. */
  ratio: number | undefined;
  /** False until its controller has looked at it for the first time: there are no replicas to speak of yet. */
  known: boolean;
  replicas: number;
  wanted: number;
  min: number;
  max: number;
  /** Why, with the arithmetic. */
  sentence: string;
  /** `bad`: it cannot do its work; `warn`: it is at its upper bound; `moving`: it is changing the number of pods. */
  health: 'ok' | 'moving' | 'warn' | 'bad';
}

export function toAutoscalerRow(object: KubernetesObject): AutoscalerRow {
  const { metadata, spec, status } = asAutoscaler(object);
  const metrics = metricsOf(object);
  const replicas = status?.currentReplicas ?? 0;
  const wanted = status?.desiredReplicas ?? replicas;
  const ratios = metrics.map(({ ratio }) => ratio).filter((ratio) => ratio !== undefined);
  const target = spec.scaleTargetRef;
  const conditions = status?.conditions ?? [];
  const broken = conditions.some(
    ({ type, status: value, reason }) =>
      value === 'False' && (type === 'AbleToScale' || (type === 'ScalingActive' && reason !== 'ScalingDisabled')),
  );
  const ratio = ratios.length > 0 ? Math.max(...ratios) : undefined;
  const namespace = metadata.namespace ?? '';
  return {
    key: `${namespace}/${metadata.name}`,
    name: metadata.name,
    namespace,
    target: `${target.kind}/${target.name}`,
    metrics: metrics.map(({ name, current, target: aim }) => `${name} ${current ?? '?'}/${aim}`),
    ratio,
    known: status?.currentReplicas !== undefined,
    replicas,
    wanted,
    min: spec.minReplicas ?? 1,
    max: spec.maxReplicas,
    sentence: explainAutoscaler(object),
    health: broken
      ? 'bad'
      : wanted !== replicas
        ? 'moving'
        : replicas >= spec.maxReplicas && (ratio ?? 0) > 1.1
          ? 'warn'
          : 'ok',
  };
}

const severity = { bad: 0, warn: 1, moving: 2, ok: 3 };

export function compareAutoscalers(a: AutoscalerRow, b: AutoscalerRow): number {
  return severity[a.health] - severity[b.health] || (a.key < b.key ? -1 : a.key > b.key ? 1 : 0);
}

/** `3 → 4 of 10`, `3 of 10`, or `? of 10` while nothing is known. */
export function replicasText({ known, replicas, wanted, max }: AutoscalerRow, arrow: string): string {
  if (!known) return `? of ${max}`;
  return `${wanted === replicas ? replicas : `${replicas} ${arrow} ${wanted}`} of ${max}`;
}
