import type { KubernetesObject } from '../../../kubernetes/object.ts';
import { ownedBy, saysSo, standInLabels } from '../operators/duty.ts';

export interface Canary extends KubernetesObject {
  spec: {
    targetRef: { name: string };
    service: { name?: string; port: number; targetPort?: number | string };
    analysis: {
      interval?: string;
      threshold?: number;
      maxWeight?: number;
      stepWeight?: number;
      metrics?: { name: string; thresholdRange?: { min?: number; max?: number } }[];
    };
    progressDeadlineSeconds?: number;
  };
}

export interface Target extends KubernetesObject {
  spec: {
    replicas?: number;
    selector: { matchLabels: Record<string, string> };
    template: { metadata: { labels: Record<string, string>; annotations?: Record<string, string> }; spec: object };
  };
  status?: { readyReplicas?: number; updatedReplicas?: number; replicas?: number; observedGeneration?: number };
}

/** The label by which a target and its primary are told apart: the first of Flagger's `-selector-labels` that the target selects by. */
export function labelOf({ spec }: Target, names: readonly string[]): string {
  const found = names.find((name) => name in spec.selector.matchLabels);
  if (found === undefined) throw new Error(`spec.selector.matchLabels must have one of ${names.join(', ')}`);
  return found;
}

const withLabel = (labels: Record<string, string>, label: string) => ({
  ...labels,
  [label]: `${labels[label]}-primary`,
});

/** The Deployment that gets the traffic from now on: a copy of the target by another label. */
export function primaryOf(canary: Canary, target: Target, label: string): object {
  const { matchLabels } = target.spec.selector;
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: about(canary, `${target.metadata.name}-primary`),
    spec: {
      ...target.spec,
      selector: { matchLabels: withLabel(matchLabels, label) },
      template: primaryTemplate(target, label),
    },
  };
}

export function primaryTemplate({ spec }: Target, label: string): object {
  const { metadata } = spec.template;
  return { ...spec.template, metadata: { ...metadata, labels: withLabel(metadata.labels, label) } };
}

/** The Service for people and that of the primary lead to the primary, the canary's to the target. */
export function servicesOf(canary: Canary, target: Target, label: string): [name: string, object: object][] {
  const { name = target.metadata.name, port, targetPort = port } = canary.spec.service;
  const { matchLabels } = target.spec.selector;
  const primary = withLabel(matchLabels, label);
  const all: [string, Record<string, string>][] = [
    [name, primary],
    [`${name}-primary`, primary],
    [`${name}-canary`, matchLabels],
  ];
  return all.map(([one, selector]) => [
    one,
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: about(canary, one),
      spec: { selector, ports: [{ name: 'http', port, targetPort }] },
    },
  ]);
}

function about(canary: Canary, name: string) {
  return {
    name,
    labels: { ...standInLabels, 'app.kubernetes.io/managed-by': 'flagger' },
    annotations: saysSo('what Flagger makes; no traffic is split by weight'),
    ownerReferences: ownedBy(canary),
  };
}
