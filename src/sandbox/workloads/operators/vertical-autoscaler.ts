import type { KubernetesObject } from '../../../kubernetes/object.ts';
import { parseQuantity } from '../../../kubernetes/quantity.ts';
import { conditionsWith, find, type Service, setStatus, type World } from './duty.ts';

const path = '/apis/autoscaling.k8s.io/v1/verticalpodautoscalers';
const groups: Record<string, string> = {
  Deployment: '/apis/apps/v1/namespaces',
  StatefulSet: '/apis/apps/v1/namespaces',
  DaemonSet: '/apis/apps/v1/namespaces',
};

type Amounts = Record<'cpu' | 'memory', number>;
interface Autoscaler extends KubernetesObject {
  spec: {
    targetRef: { kind: string; name: string };
    updatePolicy?: { updateMode?: string };
    resourcePolicy?: { containerPolicies?: Policy[] };
  };
}
interface Policy {
  containerName?: string;
  mode?: string;
  minAllowed?: Partial<Record<'cpu' | 'memory', string>>;
  maxAllowed?: Partial<Record<'cpu' | 'memory', string>>;
}
interface PodUsage {
  containers: { name: string; usage: { cpu: string; memory: string } }[];
}

/** The recommender's own: https://github.com/kubernetes/autoscaler/blob/master/vertical-pod-autoscaler/docs/flags.md */
const margin = 1.15;
const least: Amounts = { cpu: 0.025, memory: 250 * 1000 * 1000 };
const mostSamples = 240;

/**
 * The recommender of the vertical autoscaler: looks at what containers use, by metrics.k8s.io, and recommends the ninetieth
 * percentile of CPU and the peak of memory since it began, with the recommender's margin. It changes no pod, whatever the mode.
 */
export function verticalAutoscaler(): Service {
  const samples = new Map<string, Amounts[]>();
  return {
    duties: [
      {
        path,
        async fulfil(world, object) {
          await recommend(world, object as Autoscaler, samples);
          // Usage changes by itself: it is looked at again soon.
          return false;
        },
      },
    ],
  };
}

async function recommend(world: World, autoscaler: Autoscaler, samples: Map<string, Amounts[]>): Promise<void> {
  const { namespace = '', uid } = autoscaler.metadata;
  const { kind, name } = autoscaler.spec.targetRef;
  const target = await find<KubernetesObject & { spec: { selector?: { matchLabels?: Record<string, string> } } }>(
    world,
    `${groups[kind] ?? groups.Deployment}/${namespace}/${kind.toLowerCase()}s/${name}`,
  );
  const usage = target ? await usageOf(world, namespace, target.spec.selector?.matchLabels ?? {}) : new Map();
  for (const [container, used] of usage) {
    const key = `${uid} ${container}`;
    samples.set(key, [...(samples.get(key) ?? []), ...used].slice(-mostSamples));
  }
  const policies = autoscaler.spec.resourcePolicy?.containerPolicies ?? [];
  const containers = [...usage.keys()].flatMap((container) => {
    const policy = policies.find(({ containerName }) => containerName === container || containerName === '*');
    if (policy?.mode === 'Off') return [];
    return [recommendation(container, samples.get(`${uid} ${container}`) ?? [], policy)];
  });
  const isThere = containers.length > 0;
  const why = target ? 'No pods match this VPA object' : `The target ${kind} ${name} is not there`;
  await setStatus(world, path, autoscaler, {
    conditions: conditionsWith(world, autoscaler, {
      type: 'RecommendationProvided',
      status: isThere ? 'True' : 'False',
      ...(isThere ? {} : { reason: 'NoPodsMatched', message: why }),
    }),
    ...(isThere ? { recommendation: { containerRecommendations: containers } } : {}),
  });
}

async function usageOf(world: World, namespace: string, labels: Record<string, string>) {
  const labelSelector = Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
  const path = `/apis/metrics.k8s.io/v1beta1/namespaces/${namespace}/pods`;
  const { items } = await world.client.get<{ items: PodUsage[] }>(path, { labelSelector });
  const used = new Map<string, Amounts[]>();
  for (const { name, usage } of items.flatMap(({ containers }) => containers)) {
    const amounts = { cpu: parseQuantity(usage.cpu), memory: parseQuantity(usage.memory) };
    used.set(name, [...(used.get(name) ?? []), amounts]);
  }
  return used;
}

/** Amounts for one container: what it is to ask for, and between which bounds. Cores in thousandths, memory in bytes. */
export function recommendation(containerName: string, used: readonly Amounts[], policy: Policy = {}) {
  const wanted = {
    cpu: percentile(
      used.map(({ cpu }) => cpu),
      0.9,
    ),
    memory: percentile(
      used.map(({ memory }) => memory),
      1,
    ),
  };
  const kept = (share: number, isCapped = true) => {
    const amount = (resource: keyof Amounts) => {
      const free = Math.max(least[resource], wanted[resource] * margin * share);
      if (!isCapped) return free;
      const { minAllowed = {}, maxAllowed = {} } = policy;
      const low = parseQuantity(minAllowed[resource] ?? '0');
      const high = maxAllowed[resource] === undefined ? Number.POSITIVE_INFINITY : parseQuantity(maxAllowed[resource]);
      return Math.min(high, Math.max(low, free));
    };
    return { cpu: `${Math.ceil(amount('cpu') * 1000)}m`, memory: String(Math.ceil(amount('memory'))) };
  };
  return { containerName, target: kept(1), lowerBound: kept(0.5), upperBound: kept(2), uncappedTarget: kept(1, false) };
}

function percentile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;
}
